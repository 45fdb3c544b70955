import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { readRecord } from '../../src/simulator/what-if/read-record.ts';
import { whatIf } from '../../src/simulator/what-if/what-if.ts';
import { exportJsonLines } from '../../src/store/export.ts';
import { type House, openHouse } from '../support/house.ts';
import {
  act,
  ask,
  attempt,
  oblige,
  parallel,
  planOf,
  RULE,
  repeat,
  say,
  use,
  wait,
  waitAlert,
} from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const COMMANDER = ['incident-commander'];
const NOTHING = { answer: [], answered: [], never: [], delay: [] };
const message = (more: object): Message => ({ id: randomUUID(), person: 'ben', at: Date.now(), ...more }) as Message;

/** Replays what the database holds of an incident, as an export. */
async function replayed(incident: string, plans: readonly Plan[]) {
  let text = '';
  for await (const line of exportJsonLines(house.pool, incident, new Date())) text += line;
  return whatIf({
    ...readRecord(text),
    planByHash: (hash) => plans.find((plan) => plan.hash === hash) as Plan,
    inputs: {},
    written: NOTHING,
    named: null,
    calendar: null,
    systems: [],
  });
}

const finished = (incident: string) =>
  house.until(incident, 'the end of its plans', (view) =>
    view.plan?.finishedAt && view.added.every(({ plan }) => plan?.finishedAt) ? true : null,
  );

/** All that makes times and orders of a real incident differ from what was set. */
const busy = () =>
  planOf(
    [
      parallel('all', {
        left: [
          act('look', 'model.inspect'),
          ask('contain', { covers: ['all/left/isolate'], remindMs: [150], escalate: null }),
          act('isolate', 'model.isolate', {
            coveredBy: 'all/left/contain',
            prove: use('model.probe', { expect: 'cut' }),
          }),
        ],
        right: [
          wait('a-while', 200),
          act('check', 'model.inspect'),
          attempt('rounds', [repeat('again', 'false', 2, [act('seen', 'model.inspect')], 120)], [say('not-calm')]),
        ],
        third: [
          oblige('notice', { rule: { ...RULE, limitMs: 600 }, remindMs: [300] }),
          waitAlert('calm', 5_000, { cel: 'alert.kind == "calm"', resolved: true }),
        ],
        fourth: [
          attempt(
            'try',
            [act('gone', 'model.rollback', { use: use('model.rollback', { to: 'v99' }), unattended: 'tested' })],
            [say('failed')],
          ),
        ],
        fifth: Array.from({ length: 6 }, (_, i) => act(`fifth${i}`, 'model.inspect')),
      }),
      ask('silent', {
        withinMs: 500,
        remindMs: [200],
        escalate: { afterMs: 300, to: 'engineering-manager', page: false },
        onDeny: [say('nobody')],
      }),
    ],
    [say('brief')],
  );

describe.each([
  ['in one run', undefined],
  ['taken up again after every three events', { continueAfterEvents: 3 }],
])('an incident on Temporal, %s', (_, options) => {
  it('is replayed as it was, event by event', async () => {
    const plan = await house.publish(busy());
    const added = await house.publish({ ...planOf([wait('short', 100), say('told')]), playbook: 'added' });
    const incident = await house.open(plan, {}, options);
    const contain = await house.question(incident, 'all/left/contain');
    await house.incidents.send(incident, message({ type: 'note', text: 'seen' }));
    await house.incidents.send(
      incident,
      message({ type: 'add-playbook', plan: added as unknown as JsonObject, inputs: {}, reason: 'more' }),
    );
    await house.until(incident, 'the reminder', (view) => view.decisions[0]?.reminders[0]);
    await house.vote(incident, 'ben', COMMANDER, 'approve', { question: contain.number });
    await house.until(incident, 'the wait', (view) => view.steps['all/third/calm']?.status === 'running' || null);
    await house.until(incident, 'the limit', (view) => view.obligations[0]?.overdueAt);
    await house.incidents.send(
      incident,
      message({ type: 'alert-resolved', person: 'monitoring', alert: { kind: 'calm' }, count: 1 }),
    );
    await finished(incident);
    await house.incidents.send(incident, message({ type: 'obligation', number: 1, outcome: 'met', text: 'By phone.' }));
    await house.incidents.send(incident, message({ type: 'resolve', summary: 'Over.' }));
    await house.incidents.send(incident, message({ type: 'close' }));
    await house.client.workflow.getHandle(incident).result();
    const result = await replayed(incident, [plan, added]);
    expect(result).toMatchObject({ faithful: true, until: null });
    expect(result.recorded.events.length).toBeGreaterThan(60);
  });

  it('is replayed as it was up to now, while it is open', async () => {
    const plan = await house.publish(busy());
    const incident = await house.open(plan, {}, options);
    await house.question(incident, 'all/left/contain');
    await house.until(incident, 'the reminder', (view) => view.decisions[0]?.reminders[0]);
    const result = await replayed(incident, [plan]);
    expect(result).toMatchObject({ faithful: true, until: expect.any(Number) });
    await house.incidents.send(incident, message({ type: 'stand-down', reason: 'false alarm' }));
    await finished(incident);
    await house.incidents.send(incident, message({ type: 'resolve', summary: 'Over.' }));
    expect(await replayed(incident, [plan])).toMatchObject({ faithful: true, until: null });
    await house.incidents.send(incident, message({ type: 'obligation', number: 1, outcome: 'waived', text: 'None.' }));
    await house.incidents.send(incident, message({ type: 'close' }));
  });
});
