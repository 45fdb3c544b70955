import { randomUUID } from 'node:crypto';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, planOf, say } from '../support/plans.ts';

class DatabaseAway extends Error {
  readonly code = 'ECONNREFUSED';
}

let house: House;
let failures = 1;
beforeAll(async () => {
  house = await openHouse({
    wrap: (provider) => ({
      ...provider,
      // One attempt that fails with an error: its message is in the history too.
      act: (call, context) =>
        failures-- > 0
          ? Promise.reject(new DatabaseAway('planted-error at planted-host'))
          : provider.act(call, context),
    }),
  });
}, 120_000);
afterAll(() => house?.close());

const PLANTED = [
  'planted-title',
  'planted-person',
  'planted-note',
  'planted-reason',
  'planted-question',
  'planted-alert',
  'planted-error',
  'planted-host',
  'support-assistant',
  'incident-commander',
  'model.isolate',
];

describe('what Temporal holds of an incident', () => {
  it('shows nothing of it: no name, no text, no system, no error', async () => {
    const plan = planOf([
      ask('contain', { question: { literal: 'planted-question' }, remindMs: [], escalate: null, covers: ['isolate'] }),
      act('isolate', 'model.isolate', { coveredBy: 'contain' }),
      say('brief'),
    ]);
    const incident = await house.open(
      await house.publish(plan),
      { title: 'planted-title', alert: { kind: 'planted-alert' }, requester: 'planted-person' },
      { continueAfterEvents: 4 },
    );
    await house.question(incident, 'contain');
    const note = {
      type: 'note',
      id: randomUUID(),
      person: 'planted-person',
      at: Date.now(),
      text: 'planted-note',
    } as const;
    await house.incidents.send(incident, note);
    await house.vote(incident, 'eve', ['planted-reason'], 'approve');
    await house.vote(incident, 'ben', ['incident-commander'], 'approve', { reason: 'planted-reason' });
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    const close = { person: 'ben', at: Date.now() };
    await house.incidents.send(incident, { ...close, id: randomUUID(), type: 'resolve', summary: 'planted-note' });
    await house.incidents.send(incident, { ...close, id: randomUUID(), type: 'close' });
    await house.client.workflow.getHandle(incident).result();

    const events = await house.rawHistory(incident);
    const described = await house.client.workflow.getHandle(incident).describe();
    const { DescribeWorkflowExecutionResponse } = temporal.api.workflowservice.v1;
    const bytes = Buffer.concat([
      ...events.map((event) => temporal.api.history.v1.HistoryEvent.encode(event).finish()),
      DescribeWorkflowExecutionResponse.encode(described.raw).finish(),
    ]);
    const failed = events.filter((event) => event.activityTaskStartedEventAttributes?.lastFailure);
    expect(failed.length).toBeGreaterThan(0);
    expect(bytes.includes(incident)).toBe(true);
    for (const planted of PLANTED) expect(bytes.includes(planted), planted).toBe(false);
    expect(described.memo ?? {}).toEqual({});
    expect(Object.keys(described.raw.workflowExecutionInfo?.searchAttributes?.indexedFields ?? {})).not.toContain(
      'Tocsin',
    );
  }, 60_000);
});
