import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapabilityProvider } from '../../src/activities/ports.ts';
import type { Message } from '../../src/incident/messages.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { STEPS_MAX } from '../../src/playbook/steps.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import type { RunOptions } from '../../workflows/messages.ts';
import { byPath } from '../support/by-path.ts';
import { type House, openHouse } from '../support/house.ts';
import { longOpening, longPlaybook, SECTION_STEPS } from '../support/long.ts';
import { act, ask, parallel, planOf, wait } from '../support/plans.ts';

const COMMANDER = ['incident-commander'];

/** Outputs that cannot be packed, of the size that a connector may answer with. */
let noisy = false;
const wrap = (provider: CapabilityProvider): CapabilityProvider => ({
  readBack: (...about) => provider.readBack(...about),
  async act(...about) {
    const result = await provider.act(...about);
    if (!noisy || !result.ok) return result;
    return { ...result, outputs: { ...result.outputs, detail: randomBytes(70_000).toString('base64') } };
  },
});

let house: House;
beforeAll(async () => {
  house = await openHouse({ wrap });
}, 120_000);
afterAll(() => house?.close());

const tell = (incident: string, more: object) =>
  house.incidents.send(incident, { id: randomUUID(), person: 'ben', at: Date.now(), ...more } as Message);

const runsOf = (events: readonly { workflowExecutionStartedEventAttributes?: unknown }[]): number =>
  events.filter((event) => event.workflowExecutionStartedEventAttributes).length;

async function open(plan: Plan, options: RunOptions = {}): Promise<string> {
  return house.open(await house.publish(plan), { inputs: longOpening.inputs }, options);
}

/** Approves each part in turn. */
async function play(sections: number, options: RunOptions): Promise<{ incident: string; events: StoredEvent[] }> {
  const incident = await open(longPlaybook(sections).plan as Plan, options);
  for (let n = 1; n <= sections; n++) {
    await house.question(incident, `may-${n}`);
    await house.vote(incident, 'ben', COMMANDER, 'approve', { question: n });
  }
  await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
  await close(incident);
  return { incident, events: (await house.read(incident)).events };
}

async function close(incident: string): Promise<void> {
  await tell(incident, { type: 'resolve', summary: 'It was a test.' });
  await tell(incident, { type: 'close' });
  await house.client.workflow.getHandle(incident).result();
}

describe('a long playbook', () => {
  it('writes the same timeline in many runs as in one', async () => {
    const sections = 20;
    const whole = await play(sections, {});
    const pieces = await play(sections, { continueAfterEvents: 10 });
    expect(pieces.events.map(({ seq }) => seq)).toEqual(pieces.events.map((_, i) => i + 1));
    expect(byPath(pieces.events, pieces.incident)).toEqual(byPath(whole.events, whole.incident));
    expect(runsOf(await house.rawHistory(whole.incident))).toBe(1);
    expect(runsOf(await house.rawHistory(pieces.incident))).toBeGreaterThan(20);
  }, 240_000);

  it(`of ${STEPS_MAX} steps starts, continues as new, and is taken up again after it was closed`, async () => {
    const { plan } = longPlaybook(STEPS_MAX / SECTION_STEPS);
    expect(JSON.stringify(plan).length).toBeGreaterThan(2_097_152);
    const incident = await open(plan as Plan, { continueAfterEvents: 5 });
    for (const n of [1, 2]) {
      await house.question(incident, `may-${n}`);
      await house.vote(incident, 'ben', COMMANDER, 'approve', { question: n });
    }
    await house.question(incident, 'may-3');
    await tell(incident, { type: 'stand-down', reason: 'tested' });
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    expect(runsOf(await house.rawHistory(incident))).toBeGreaterThan(3);
    await close(incident);
    expect(await tell(incident, { type: 'note', text: 'Nothing was lost.' })).toMatchObject({ status: 'accepted' });
    await house.until(incident, 'the note', (_, events) => events.some(({ type }) => type === 'amendment.added'));
  }, 120_000);
});

it('an incident whose state outgrows what Temporal takes stands still, loudly, and is not ended', async () => {
  noisy = true;
  try {
    const looks = Array.from({ length: 40 }, (_, i) => act(`look-${i + 1}`, 'model.inspect'));
    const plan = planOf([
      ...looks,
      ask('go-on', { withinMs: 600_000, remindMs: [], escalate: null }),
      act('last', 'model.inspect'),
    ]);
    const incident = await house.open(await house.publish(plan), {}, { continueAfterEvents: 20 });
    const handle = house.client.workflow.getHandle(incident);
    await expect
      .poll(async () => (await taskFailures(incident)).join(' '), { timeout: 30_000, interval: 500 })
      .toMatch(/Encoded failure/);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
  } finally {
    noisy = false;
  }
}, 90_000);

/** Of the last events alone: the state that is too large stands in the history. */
async function taskFailures(incident: string): Promise<(string | null | undefined)[]> {
  const { workflowService, options } = house.client;
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution: { workflowId: incident },
    maximumPageSize: 3,
  });
  return (history?.events ?? []).map((event) => event.workflowTaskFailedEventAttributes?.failure?.message);
}

describe('60 days, shortened', () => {
  const DAY_MS = 150;
  const question = (id: string, more: object = {}) =>
    ask(id, { withinMs: 60 * DAY_MS, remindMs: [1, 7, 30].map((day) => day * DAY_MS), escalate: null, ...more });
  /** For those that people answer: on a busy machine a vote may take long to arrive. */
  const LONG = { withinMs: 600_000 };
  const plan = () =>
    planOf([
      parallel('open', {
        legal: [
          question('legal', { ...LONG, escalate: { afterMs: 14 * DAY_MS, to: 'incident-commander', page: false } }),
        ],
        quiet: [wait('sixty-days', 60 * DAY_MS), act('look', 'model.inspect')],
        silent: [question('silent')],
        vendor: [question('vendor', LONG)],
      }),
    ]);

  it('of waiting with decisions open lose no reminder and no vote, over many runs and two workers', async () => {
    const incident = await house.open(await house.publish(plan()), {}, { continueAfterEvents: 1 });
    const silent = await house.question(incident, 'open/silent/silent');
    const count = (events: StoredEvent[], type: string) => events.filter((event) => event.type === type).length;
    await house.until(incident, 'the first reminders', (_, events) => count(events, 'decision.reminded') >= 3);
    await house.stopWorkers();
    await house.startWorker();
    await house.until(incident, 'all reminders', (_, events) => count(events, 'decision.reminded') >= 9);
    const { view } = await house.read(incident);
    for (const path of ['legal', 'vendor']) {
      const asked = view.decisions.find((one) => one.question.path === `open/${path}/${path}`)?.question.number;
      await house.vote(incident, 'ben', COMMANDER, path === 'legal' ? 'approve' : 'deny', {
        question: asked as number,
      });
    }
    await house.until(incident, 'its end', (now) => now.plan?.finishedAt);
    const { events, view: end } = await house.read(incident);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(end.decisions.map(({ question: { path }, made }) => [path, made?.outcome, made?.by])).toEqual([
      ['open/legal/legal', 'approve', 'votes'],
      ['open/silent/silent', 'deny', 'default'],
      ['open/vendor/vendor', 'deny', 'votes'],
    ]);
    expect(count(events, 'decision.reminded')).toBe(9);
    expect(count(events, 'decision.escalated')).toBe(1);
    expect(count(events, 'act.done')).toBe(1);
    const elapsed = events.find((event) => event.type === 'wait.ended');
    expect(elapsed?.at).toBeGreaterThanOrEqual(silent.askedAt + 60 * DAY_MS);
    expect(runsOf(await house.rawHistory(incident))).toBeGreaterThan(2);
  }, 90_000);
});
