import { CALENDAR } from '../../capabilities/calendar.ts';
import type { Risk } from '../../incident/decision.ts';
import type { Purpose } from '../../incident/events.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { planPath } from '../../incident/step-path.ts';
import { addressesMeantBy, bindingFor, type Inventory } from '../../inventory/inventory.ts';
import { everyPlanStep, type Plan, type Step, type Use } from '../../playbook/plan.ts';
import { type DryRun, dryRun, type WouldCall } from '../../simulator/dry-run/dry-run.ts';
import type { Scenario } from '../../simulator/trial/scenario.ts';
import { type OpenedBy, openingOf } from './opening.ts';
import { castOf } from './scenarios.ts';
import { type Filled, fillSeats } from './seats.ts';

/** `connection`: null when nothing serves it. `kind`: of the connection. */
export type Served = { connection: string | null; kind: string | null };
export type DryAct = Served & {
  path: string;
  title: string;
  at: number;
  purpose: Purpose;
  capability: string;
  target: string | null;
  risk: Risk;
  with: JsonObject;
  /** People who approved, in this run; or why nobody need. Null: its risk asks for no decision. */
  approved: { by: string; people: string[] } | { unattended: string } | null;
  undo: string | null;
  proof: (Served & { capability: string }) | null;
  /** Mail addresses meant; absent for what is no mail. */
  addresses?: string[];
  /** What it was assumed to answer; null: it was assumed to fail. */
  assumed: JsonObject | null;
};
export type DryQuestion = Filled & {
  path: string;
  title: string;
  question: string | null;
  escalatesTo: string | null;
  outcome: string | null;
};
export type DryDuty = { rule: string; article: string; law: string; owner: string; dueAt: number; state: string };
export type DryRunReport = {
  playbook: string;
  version: number;
  hash: string;
  title: string;
  system: { id: string; name: string } | null;
  severity: string;
  requester: string | null;
  startAt: number;
  endAt: number | null;
  outcome: string | null;
  acts: DryAct[];
  questions: DryQuestion[];
  duties: DryDuty[];
  /** Every capability that the plan may use, played or not. */
  bindings: (Served & { capability: string; system: string | null })[];
  notPlayed: { path: string; title: string }[];
  problems: string[];
};

export type DryRunRequest = OpenedBy & {
  answers: Pick<Scenario, 'answers' | 'when-failed' | 'others'>;
  fails: ReadonlySet<string>;
  assume: ReadonlyMap<string, JsonObject>;
  now: number;
};

/** Plays a plan against the inventory without calling anything. Throws Problem where no incident could be opened so. */
export async function dryRunOf(plan: Plan, inventory: Inventory, request: DryRunRequest): Promise<DryRunReport> {
  const { answers, fails, assume, now } = request;
  const opening = await openingOf(inventory, plan, request, now);
  const cast = castOf(inventory, plan);
  const ran = await dryRun({ plan, opening, cast, answers, fails, assume, startAt: now });
  const steps = new Map([...everyPlanStep(plan)].map((step) => [step.path, step]));
  const system = opening.system && { id: opening.system.id, name: opening.system.name };
  const reader = { inventory, steps, system: system?.id ?? null };
  const acts = actsOf(ran, reader);
  const questions = questionsOf(plan, ran, inventory, opening.requester);
  const bindings = bindingsOf(ran, reader);
  return {
    playbook: plan.playbook,
    version: plan.version,
    hash: plan.hash,
    title: plan.title,
    system,
    severity: opening.severity,
    requester: opening.requester,
    startAt: now,
    endAt: ran.view.plan?.finishedAt ?? null,
    outcome: ran.view.plan?.outcome ?? null,
    acts,
    questions,
    duties: dutiesOf(ran),
    bindings,
    notPlayed: notPlayed(steps, ran),
    problems: [
      ...unknown(bindings, inventory),
      ...unserved(bindings),
      ...unfilled(questions),
      ...unheard(acts),
      ...failures(ran, fails),
    ],
  };
}

type Reader = { inventory: Inventory; steps: ReadonlyMap<string, Step>; system: string | null };

function served(inventory: Inventory, capability: string, system: string | null): Served {
  const connection = bindingFor(inventory, capability, system);
  if (connection === null) return { connection: null, kind: null };
  const known = Object.hasOwn(inventory.connections, connection) ? inventory.connections[connection] : undefined;
  return { connection, kind: known?.kind ?? null };
}

const targetOf = (input: JsonObject): string | null => textOf(input.system) ?? textOf(input.to);
const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

function actsOf({ calls }: DryRun, reader: Reader): DryAct[] {
  return calls.flatMap((call) => {
    if (call.purpose === 'prove') return [];
    const step = reader.steps.get(planPath(call.path));
    const system = textOf(call.with.system) ?? reader.system;
    return [
      {
        path: call.path,
        title: step?.title ?? call.path,
        at: call.at,
        purpose: call.purpose,
        capability: call.capability,
        target: targetOf(call.with),
        ...served(reader.inventory, call.capability, system),
        risk: call.risk,
        with: call.with,
        approved: approvedBy(call),
        undo: call.purpose === 'act' && step?.kind === 'do' ? (step.undo?.capability ?? null) : null,
        proof: proofOf(call, step, system, reader.inventory),
        ...(call.capability === 'notify.mail' && {
          addresses: addresses(reader.inventory, textOf(call.with.to) ?? ''),
        }),
        assumed: call.outputs,
      },
    ];
  });
}

function approvedBy({ approval }: WouldCall): DryAct['approved'] {
  if (approval === null) return null;
  if ('unattended' in approval) return { unattended: approval.unattended };
  return { by: approval.question.path, people: approval.votes.map(({ person }) => person) };
}

function proofOf(
  call: WouldCall,
  step: Step | undefined,
  system: string | null,
  inventory: Inventory,
): DryAct['proof'] {
  if (call.purpose !== 'act' || step?.kind !== 'do' || !step.prove) return null;
  const { capability } = step.prove;
  return { capability, ...served(inventory, capability, system) };
}

/** An address stands for itself. */
const addresses = (inventory: Inventory, to: string): string[] =>
  addressesMeantBy(inventory, to) ?? (to.includes('@') ? to.split(',').map((one) => one.trim()) : []);

function questionsOf(plan: Plan, { view }: DryRun, inventory: Inventory, requester: string | null): DryQuestion[] {
  return [...everyPlanStep(plan)].flatMap((step) => {
    if (step.kind !== 'ask') return [];
    const asked = view.decisions.find(
      ({ question }) => question.kind !== 'failure' && planPath(question.path) === step.path,
    );
    const excluded = requester !== null && !step.requesterMayDecide ? [requester] : [];
    return [
      {
        path: step.path,
        title: step.title,
        question: asked?.question.question ?? null,
        ...fillSeats(inventory, step.by, excluded),
        escalatesTo: step.escalate?.to ?? null,
        outcome: asked?.made?.outcome ?? null,
      },
    ];
  });
}

const dutiesOf = ({ view }: DryRun): DryDuty[] =>
  view.obligations.map(({ rule, owner, dueAt, met }) => ({
    rule: rule.id,
    article: rule.article,
    law: rule.law,
    owner,
    dueAt,
    state: met ? 'met' : 'open',
  }));

function bindingsOf({ calls }: DryRun, { inventory, steps, system }: Reader): DryRunReport['bindings'] {
  const found = new Map<string, DryRunReport['bindings'][number]>();
  const add = (capability: string, of: string | null) => {
    if (capability !== CALENDAR)
      found.set(`${capability} ${of}`, { capability, system: of, ...served(inventory, capability, of) });
  };
  // The rounds of an `each` may be about one AI system after another.
  const played = new Map<string, Set<string | null>>();
  for (const call of calls) {
    const key = `${planPath(call.path)} ${call.capability}`;
    played.set(key, (played.get(key) ?? new Set()).add(textOf(call.with.system)));
  }
  for (const step of steps.values())
    for (const { capability, with: input } of usesOf(step))
      for (const seen of played.get(`${step.path} ${capability}`) ?? [null])
        add(capability, 'system' in input ? (seen ?? system) : null);
  return [...found.values()].sort((a, b) => (a.capability < b.capability ? -1 : 1));
}

function usesOf(step: Step): Use[] {
  if (step.kind === 'do') return [step.use, step.prove, step.undo].filter((use) => use !== null);
  return step.kind === 'say' ? [step.use] : [];
}

function notPlayed(steps: ReadonlyMap<string, Step>, { events }: DryRun): DryRunReport['notPlayed'] {
  const reached = events.filter(({ type }) => type !== 'step.skipped').map(({ path }) => planPath(path));
  return [...steps.values()]
    .filter(({ path }) => !reached.some((other) => other === path || other.startsWith(`${path}/`)))
    .map(({ path, title }) => ({ path, title }));
}

const unknown = (bindings: DryRunReport['bindings'], { systems }: Inventory): string[] =>
  bindings.flatMap(({ capability, system }) =>
    system === null || systems.some(({ id }) => id === system)
      ? []
      : [`${capability} would be used on "${system}", which is no AI system of the inventory.`],
  );

const unserved = (bindings: DryRunReport['bindings']): string[] =>
  bindings.flatMap(({ capability, system, connection }) =>
    connection === null ? [`${capability} is bound to nothing${system === null ? '' : ` for ${system}`}.`] : [],
  );

const unfilled = (questions: readonly DryQuestion[]): string[] =>
  questions.flatMap(({ path, seats, canBeFilled }) => {
    if (canBeFilled !== 'no') return [];
    const words = seats.map(
      ({ role, count, people }) => `${count} of ${role} (there: ${people.join(', ') || 'nobody'})`,
    );
    return [`${path} cannot be approved by different people: it needs ${words.join(' and ')}.`];
  });

const unheard = (acts: readonly DryAct[]): string[] =>
  acts.flatMap(({ path, with: { to }, addresses: known }) =>
    known?.length === 0 ? [`${path} writes to "${String(to)}", who has no mail address in the inventory.`] : [],
  );

/** A step that fails though nobody said that it should: an expression that has no value with what was assumed, most of all. */
const failures = ({ events, refused }: DryRun, fails: ReadonlySet<string>): string[] => [
  ...events.flatMap((event) =>
    event.type === 'step.failed' && !fails.has(planPath(event.path))
      ? [`${event.path} fails with what is assumed: ${event.data.message}`]
      : [],
  ),
  ...refused.map(({ message }) => message),
];
