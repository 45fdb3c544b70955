import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/incident/messages.ts';
import { type House, openHouse } from '../support/house.ts';
import { MINUTE, planOf, say, wait, waitAlert, waitBusiness, when } from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 60_000);
afterAll(() => house?.close());

const alert = (kind: string, type: 'alert' | 'alert-resolved' = 'alert') =>
  ({ type, id: randomUUID(), person: 'tocsin', at: Date.now(), alert: { kind }, count: 1 }) as Message;
const finished = (incident: string) =>
  house.until(incident, 'the end of the plan', (view, events) => (view.plan?.finishedAt ? { view, events } : null));

describe('waits on Temporal', () => {
  it('counts working time by the calendar that the worker has, once, and waits until then', async () => {
    const incident = await house.open(await house.publish(planOf([waitBusiness('rest', { minutes: 0.01 })])));
    const { events } = await finished(incident);
    expect(events.map(({ type }) => type).slice(2, 6)).toEqual([
      'act.started',
      'act.done',
      'wait.started',
      'wait.ended',
    ]);
    const [started] = events.flatMap((event) => (event.type === 'wait.started' ? [event.data.until] : []));
    const ended = events.find(({ type }) => type === 'wait.ended');
    expect(ended?.at).toBeGreaterThanOrEqual(started as number);
  });

  it('ends with an alert, also when it comes in the very moment in which the incident is taken up anew', async () => {
    const calm = waitAlert('calm', 10 * MINUTE, { cel: 'alert.kind == "calm"', resolved: false });
    const plan = planOf([
      wait('a', 10),
      wait('b', 10),
      calm,
      when('steps.calm.how == "alert"', [say('good')], [say('bad')]),
    ]);
    const incident = await house.open(await house.publish(plan), {}, { continueAfterEvents: 1 });
    await house.until(incident, 'the wait', (view) => view.steps.calm?.waitsFor);
    await house.incidents.send(incident, alert('other'));
    await house.incidents.send(incident, alert('calm'));
    const { view } = await finished(incident);
    expect(view.steps.branch?.branch).toBe('then');
    expect(view.steps.calm).not.toHaveProperty('waitsFor');
  });

  it('asks the worker for nothing but what the published plan says', async () => {
    const rest = waitBusiness('rest', { days: 1 });
    const incident = await house.open({ ...planOf([rest]), hash: '1'.repeat(64) });
    const failed = await house.until(incident, 'the refusal', (view) => view.steps.rest?.error);
    expect(failed.code).toBe('not-published');
  });
});
