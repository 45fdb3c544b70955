import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, planOf, say, use } from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const COMMANDER = ['incident-commander'];
const guarded = () =>
  planOf(
    [
      act('assess', 'model.inspect'),
      ask('contain', { covers: ['isolate'] }),
      act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) }),
    ],
    [say('brief')],
  );

describe('an incident on Temporal', () => {
  it('asks, acts when people agree, and writes it all on the timeline', async () => {
    const plan = await house.publish(guarded());
    const incident = await house.open(plan);
    await house.question(incident, 'contain');
    await expect(house.vote(incident, 'ben', COMMANDER, 'approve')).resolves.toEqual({
      status: 'accepted',
      outcome: 'approve',
    });
    const { view, events } = await house.until(incident, 'its end', (view, events) =>
      view.plan?.finishedAt ? { view, events } : null,
    );
    expect(view.plan?.outcome).toBe('completed');
    expect(view.steps.isolate?.status).toBe('done');
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect((await house.world()).systems['support-assistant']?.traffic).toBe('cut');
  });
});
