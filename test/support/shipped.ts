import { join } from 'node:path';
import type { NumberedEvent } from '../../src/incident/events.ts';
import type { Json, JsonObject } from '../../src/incident/json.ts';
import { surroundingsOf, systemSnapshot } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import { everyPlanStep, everyStep, type Plan } from '../../src/playbook/plan.ts';
import { TROUBLED } from '../../src/simulator/core/around.ts';
import type { Bot } from '../../src/simulator/core/bots.ts';
import { type Rehearsal, type RehearsalResult, rehearse } from '../../src/simulator/core/rehearse.ts';
import { type Fault, newWorld, type World } from '../../src/simulator/core/world.ts';

/** The playbooks that Tocsin brings, played in memory on the sample inventory. */

const inventory = loadInventory(join(packageRoot, 'tocsin.yaml'));
const SYSTEM = 'claims-triage';
export const SHIPPED = loadPlaybooks(join(packageRoot, 'playbooks'), surroundingsOf(inventory));

/** A world in which there is something to find for every playbook; a model that is to come back was mended and is still cut. */
export const firstWorld = (plan?: Plan): World =>
  newWorld({
    [SYSTEM]: {
      versions: {
        good: { signatureValid: true, passesValidation: true },
        bad: { signatureValid: false, passesValidation: false },
      },
      lastKnownGood: 'good',
      ...(plan?.playbook === 'restore-service'
        ? { serving: 'good', traffic: 'cut' }
        : { serving: 'bad', traffic: 'serving' }),
      around: TROUBLED,
    },
  });

export const stateOf = (world: World) => world.systems[SYSTEM];
export type End = { serving?: string; traffic?: string; around?: JsonObject };

/** How the system stands once everybody has approved everything. */
export const ENDS: Readonly<Record<string, End>> = {
  'agent-runaway': {
    serving: 'good',
    around: { agent: 'running', credentials: 'valid', index: 'sunday', strangers: 0 },
  },
  'bias-discrimination': { serving: 'good', traffic: 'serving', around: { pipeline: 'open' } },
  'credential-leak-llmjacking': { around: { credentials: 'valid', strangers: 0 } },
  'jailbreak-harmful-output': { serving: 'good', around: { filter: 'usual' } },
  'model-theft': { around: { credentials: 'valid', strangers: 0, filter: 'strict' } },
  'performance-collapse': { serving: 'good', around: { pipeline: 'open' } },
  'pii-leak-output': { serving: 'good', traffic: 'serving' },
  'prompt-injection-tool-abuse': {
    serving: 'good',
    around: { tools: 'enabled', credentials: 'valid', index: 'sunday', strangers: 0 },
  },
  'rag-memory-poisoning': { around: { index: 'sunday', pipeline: 'open' } },
  'restore-service': { serving: 'good', traffic: 'serving' },
  'supply-chain-tampered-artifact': { serving: 'good', traffic: 'serving' },
  'third-party-vendor-breach': { around: { route: 'primary', credentials: 'valid', strangers: 0 } },
  'training-data-poisoning': { serving: 'good', around: { data: 'quarantined', pipeline: 'open' } },
};

export type Cast = {
  approvals: Bot['approvals'];
  failures: Bot['failures'];
  /** Its first call fails, and certainly has no effect; or it says that it was done and did nothing. */
  fault?: { path: string; capability: string; kind?: Fault['kind'] };
  choices?: Record<string, string>;
  continueAfter?: Rehearsal['continueAfter'];
  /** An alert that joins the incident, at a scenario time. */
  alert?: { at: number; kind: string };
};

export function playShipped(
  plan: Plan,
  { approvals, failures, fault, choices, continueAfter, alert }: Cast,
): Promise<RehearsalResult> {
  const world = firstWorld(plan);
  if (fault)
    world.faults.push({ kind: 'error', ...fault, system: null, times: 1, retryable: false, message: 'It is away.' });
  const system = systemSnapshot(inventory, SYSTEM);
  const given: Record<string, Json> = { 'ai-system': system as unknown as Json, string: 'Something was found.' };
  return rehearse({
    plan,
    world,
    ...(continueAfter && { continueAfter }),
    ...(alert && { messages: [joining(alert)] }),
    opening: {
      incident: 'INC-2026-0001',
      title: plan.title,
      severity: 'sev2',
      system,
      requester: null,
      alert: { kind: 'test', system: SYSTEM },
      mode: 'simulated-inventory',
      inputs: Object.fromEntries(
        Object.entries(plan.inputs).map(([name, spec]) => [name, spec.default ?? given[spec.type] ?? null]),
      ),
    },
    bots: ROLES.map((role, i) => ({
      person: `bot-${role}`,
      roles: [role],
      reactionMs: 20_000 + i * 5_000,
      approvals,
      failures,
      ...(approvals === 'approve' && { choices: { ...firstChoices(plan), ...choices } }),
    })),
    startAt: Date.UTC(2026, 10, 22, 3, 0),
  });
}

const joining = ({ at, kind }: { at: number; kind: string }): NonNullable<Rehearsal['messages']>[number] => ({
  at,
  message: { id: 'alert-1', person: 'tocsin', at, type: 'alert', alert: { kind, system: SYSTEM }, count: 1 },
});

const ROLES = ['incident-commander', 'ml-on-call', 'security-on-call', 'legal-counsel', 'communications-lead'];

/** Whoever approves chooses the first of a question's own options, and does what is to be done. */
const firstChoices = (plan: Plan): Record<string, string> =>
  Object.fromEntries(
    [...everyPlanStep(plan)].flatMap((step) =>
      step.kind === 'ask' && (step.task || step.options?.[0])
        ? [[step.path, step.task ? 'done' : (step.options?.[0]?.id ?? '')] as const]
        : [],
    ),
  );

/** Acts and proofs of `do` steps, in the order in which they began. */
export function actedAt(plan: Plan, events: readonly NumberedEvent[]): { path: string; capability: string }[] {
  const acts = new Set([...everyPlanStep(plan)].flatMap((step) => (step.kind === 'do' ? [step.path] : [])));
  return events.flatMap((event) =>
    event.type === 'act.started' && acts.has(event.path)
      ? [{ path: event.path, capability: event.data.capability }]
      : [],
  );
}

/** Paths of steps whose failure the plan answers by itself: tasks with `on-failure`, and what stands in a `try` with one. */
export function answered(plan: Plan): ReadonlySet<string> {
  const found = new Set<string>();
  for (const step of everyPlanStep(plan))
    if (step.kind === 'ask' && step.onFailure) found.add(step.path);
    else if (step.kind === 'try' && step.onFailure) for (const { path } of everyStep(step.steps)) found.add(path);
  return found;
}

/** What undoing must bring back: all but evidence, which stays under hold, and what the plan says that nothing undoes. */
export function beganAs(world: World, plan?: Plan) {
  const final = [...(plan ? everyPlanStep(plan) : [])].flatMap((step) =>
    step.kind === 'do' && step.undo === null ? [step.use.capability] : [],
  );
  const { around, ...model } = stateOf(world) ?? {};
  const { held: _held, credentials, strangers, ...rest } = around ?? TROUBLED;
  return { ...model, ...rest, ...(!final.includes('access.revoke') && { credentials, strangers }) };
}

export const mails = ({ mailbox }: World) => mailbox.map(({ to, subject }) => ({ to, subject })).sort(bySubject);
const bySubject = (a: { to: string; subject: string }, b: { to: string; subject: string }) =>
  `${a.subject} ${a.to}` < `${b.subject} ${b.to}` ? -1 : 1;
