import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, planOf, say } from '../support/plans.ts';

/** A mail leaves no trace: an attempt that may have sent it could only become a question. */
let house: House;
let readBacks = 0;
let appends = 0;
beforeAll(async () => {
  house = await openHouse({
    wrap: (provider) => ({
      ...provider,
      readBack: async () => {
        readBacks++;
        return { state: 'unknown', why: 'a mail leaves no trace' };
      },
    }),
  });
  const { append } = house.ports.timeline;
  house.ports.timeline.append = (incident, events) => {
    appends++;
    return append(incident, events);
  };
}, 120_000);
afterAll(() => house?.close());

describe('with PostgreSQL away', () => {
  it('incidents wait, go on when it is back, and take no step for failed', async () => {
    const plan = await house.publish(
      planOf([ask('contain', { remindMs: [], escalate: null }), say('brief'), act('look', 'model.inspect')]),
    );
    const incident = await house.open(plan);
    await house.question(incident, 'contain');
    const ballot = await house.ballot(incident, 'ben', ['incident-commander'], 'approve');
    const back = await house.cutDatabase();
    const before = appends;
    const vote = { type: 'decide', id: 'vote-while-away', person: 'ben', at: ballot.at, vote: ballot } as const;
    // Temporal takes the decision; the timeline hears of it later.
    await expect(house.incidents.send(incident, vote)).resolves.toEqual({ status: 'accepted', outcome: 'approve' });
    await expect.poll(() => appends, { timeout: 10_000 }).toBeGreaterThan(before + 2);
    await back();
    const { view, events } = await house.until(incident, 'its end', (view, events) =>
      view.plan?.finishedAt ? { view, events } : null,
    );
    expect(view.plan?.outcome).toBe('completed');
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter((event) => event.type === 'act.failed')).toEqual([]);
    expect(readBacks).toBe(0);
  }, 60_000);
});
