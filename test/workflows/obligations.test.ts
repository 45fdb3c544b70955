import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventType } from '../../src/incident/events.ts';
import type { Message } from '../../src/incident/messages.ts';
import type { IncidentView } from '../../src/incident/view.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import type { RunOptions } from '../../workflows/messages.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, oblige, planOf, RULE, use, wait } from '../support/plans.ts';

/** Duties whose limit is a few seconds, long enough for a machine that is busy, on real servers. The real limits are tested in virtual time. */
let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const duty = (limitMs: number, remindMs: number[] = []) =>
  oblige('gdpr', { rule: { ...RULE, limitMs }, remindMs, owner: 'legal-counsel' });
const send = () =>
  act('send', 'notify.mail', {
    use: use('notify.mail', { to: 'authority@example.org', subject: 'Notice', text: 'What happened.' }),
    unattended: 'tested',
    fulfils: 'gdpr',
  });
const say = (incident: string, more: object) =>
  house.incidents.send(incident, { id: randomUUID(), person: 'ben', at: Date.now(), ...more } as Message);
const settle = (incident: string, outcome: 'met' | 'waived') =>
  say(incident, { type: 'obligation', number: 1, outcome, text: 'By phone, to the duty officer.' });
const open = async (steps: Parameters<typeof planOf>[0], options: RunOptions = {}) =>
  house.open(await house.publish(planOf(steps)), {}, options);
const told = (events: StoredEvent[]): EventType[] =>
  events.flatMap(({ type }) => (type.startsWith('obligation.') ? [type] : []));
const standing = (incident: string, what: string, look: (duty: IncidentView['obligations'][number]) => unknown) =>
  house.until(incident, what, (view) => view.obligations.find((one) => look(one)));

async function close(incident: string): Promise<void> {
  await say(incident, { type: 'resolve', summary: 'It is over.' });
  expect(await say(incident, { type: 'close' })).toEqual({ status: 'accepted' });
  await house.client.workflow.getHandle(incident).result();
}

describe('a duty to notify on Temporal', () => {
  it('reminds, pages who answers for it and who is in command, and keeps the incident from being closed', async () => {
    const incident = await open([duty(12_000, [7_000, 4_000])]);
    const overdue = await standing(incident, 'an overdue notice', (one) => one.overdueAt);
    expect(overdue.reminders).toHaveLength(2);
    expect(overdue.overdueAt).toBeGreaterThanOrEqual(overdue.dueAt);
    await expect
      .poll(() => house.pages.filter((page) => page.incident === incident).map((page) => page.role))
      .toEqual(['legal-counsel', 'incident-commander']);
    await say(incident, { type: 'resolve', summary: 'It is over.' });
    const refused = await say(incident, { type: 'close' });
    expect(refused).toMatchObject({ status: 'refused', code: 'obligations-open' });
    expect(await settle(incident, 'met')).toEqual({ status: 'accepted' });
    expect(await say(incident, { type: 'close' })).toEqual({ status: 'accepted' });
    await house.client.workflow.getHandle(incident).result();
    const { view, events } = await house.read(incident);
    expect(view.obligations[0]?.met).toMatchObject({ person: 'ben', late: true });
    expect(told(events)).toEqual([
      'obligation.opened',
      'obligation.reminded',
      'obligation.reminded',
      'obligation.overdue',
      'obligation.met',
    ]);
  }, 60_000);

  it('is met by the act that fulfils it, and rings no more', async () => {
    const incident = await open([duty(60_000, [1_000]), send()]);
    const { met } = await standing(incident, 'a notice', (one) => one.met);
    expect(met).toMatchObject({
      how: 'A mail was sent to authority@example.org, 1 recipient.',
      late: false,
      person: null,
    });
    await close(incident);
  }, 60_000);

  it('goes on after every event in a run of its own, as in one', async () => {
    const incident = await open([duty(12_000, [7_000, 4_000]), wait('a-moment', 50)], { continueAfterEvents: 1 });
    await standing(incident, 'an overdue notice', (one) => one.overdueAt);
    await settle(incident, 'waived');
    await close(incident);
    const { events } = await house.read(incident);
    expect(told(events)).toEqual([
      'obligation.opened',
      'obligation.reminded',
      'obligation.reminded',
      'obligation.overdue',
      'obligation.waived',
    ]);
    const history = await house.rawHistory(incident);
    const runs = history.filter((event) => event.workflowExecutionStartedEventAttributes);
    expect(runs.length).toBeGreaterThan(1);
  }, 60_000);

  it('whose reminders passed while no worker was there reminds at most once, and is overdue all the same', async () => {
    const incident = await open([duty(12_000, [7_000, 6_500, 6_000])]);
    await standing(incident, 'an open notice', (one) => one.dueAt);
    await house.stopWorkers();
    await house.read(incident).then(({ view }) => until((view.obligations[0]?.dueAt ?? 0) - 5_000));
    await house.startWorker();
    const { reminders } = await standing(incident, 'an overdue notice', (one) => one.overdueAt);
    // How much time is left for it when the new worker is given its first task is Temporal's matter.
    expect(reminders.length).toBeLessThanOrEqual(1);
    await settle(incident, 'met');
    await close(incident);
  }, 60_000);

  it('can be settled after the incident was closed, reopened and continued', async () => {
    const incident = await open([duty(60_000)], { continueAfterEvents: 1 });
    await standing(incident, 'an open notice', (one) => one.dueAt);
    await settle(incident, 'waived');
    await close(incident);
    await say(incident, { type: 'reopen', reason: 'Not over.' });
    await expect(settle(incident, 'met')).resolves.toMatchObject({ code: 'obligation-settled' });
    await close(incident);
  }, 60_000);
});

const until = (time: number) => expect.poll(() => Date.now(), { timeout: 20_000 }).toBeGreaterThan(time);
