import { join } from 'node:path';
import type { Opening } from '../../src/engine/perform.ts';
import type { IncidentEvent } from '../../src/incident/events.ts';
import { surroundingsOf, systemSnapshot } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { loadPlaybooks } from '../../src/playbook/library.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import type { Bot } from '../../src/simulator/core/bots.ts';
import { type RehearsalResult, rehearse } from '../../src/simulator/core/rehearse.ts';
import { newWorld, type World } from '../../src/simulator/core/world.ts';

/** The story of the assistant that gives away personal data, in memory: its plan, its people as bots, its system simulated. */

const inventory = loadInventory(join(packageRoot, 'demo/story/tocsin-simulated.yaml'));
const SYSTEM = 'support-assistant';
export const STORY_PATHS = {
  contain: 'respond/recover/contain',
  reopen: 'respond/recover/reopen',
  counsel: 'respond/legal/counsel',
  notice: 'respond/legal/due/then/notice',
} as const;

let plan: Plan | undefined;
export function storyPlan(): Plan {
  plan ??= loadPlaybooks(join(packageRoot, 'playbooks'), surroundingsOf(inventory)).find(
    (one) => one.playbook === 'pii-leak-output',
  );
  if (!plan) throw new Error('the playbook of the story is missing');
  return plan;
}

export type StoryTwist = {
  lastKnownGoodPasses?: boolean;
  /** What the people of engineering answer. */
  approvals?: Bot['approvals'];
  gatewayLies?: boolean;
  noticeDenied?: boolean;
};

export function storyRehearsal(twist: StoryTwist = {}): Promise<RehearsalResult> {
  const { lastKnownGoodPasses = true, approvals = 'approve', gatewayLies = false, noticeDenied = false } = twist;
  const world = newWorld({
    [SYSTEM]: {
      versions: {
        1: { signatureValid: true, passesValidation: lastKnownGoodPasses },
        2: { signatureValid: false, passesValidation: false },
      },
      serving: '2',
      lastKnownGood: '1',
      traffic: 'serving',
    },
  });
  if (gatewayLies)
    world.faults.push({
      capability: 'model.isolate',
      system: SYSTEM,
      times: 10,
      kind: 'lie',
      retryable: false,
      message: 'It says that it did.',
    });
  const bot = (person: string, role: string, more: Partial<Bot> = {}): Bot => ({
    person,
    roles: [role],
    reactionMs: 5_000,
    approvals,
    failures: 'stop',
    ...more,
  });
  const counsel = { [STORY_PATHS.counsel]: 'notify', [STORY_PATHS.notice]: noticeDenied ? 'deny' : 'approve' };
  return rehearse({
    plan: storyPlan(),
    opening: opening(),
    world,
    bots: [
      bot('mara-lindqvist', 'incident-commander'),
      bot('tomas-okafor', 'ml-on-call', { reactionMs: 7_000 }),
      bot('ingrid-solheim', 'legal-counsel', { choices: counsel, approvals: 'approve' }),
    ],
    startAt: Date.UTC(2026, 10, 22, 3, 0),
    playOn: noticeDenied,
  });
}

function opening(): Opening {
  const system = systemSnapshot(inventory, SYSTEM);
  return {
    incident: 'INC-2026-0001',
    title: 'The support assistant gives away policy numbers',
    severity: 'sev2',
    system,
    requester: null,
    alert: { kind: 'model.output-leak', system: SYSTEM },
    mode: 'simulated-inventory',
    inputs: { system },
  };
}

export const mailTo = (world: World, to: string) => world.mailbox.filter((mail) => mail.to === to);

/** What happened at each step, in the order of its path: what production promises to be the same on every stage. */
export function byPath(events: readonly IncidentEvent[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { path, type, data } of events) {
    if (path === '') continue;
    const purpose = 'purpose' in data ? ` (${data.purpose})` : '';
    found[path] = [...(found[path] ?? []), `${type}${purpose}`];
  }
  return found;
}
