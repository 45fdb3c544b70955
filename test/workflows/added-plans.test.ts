import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/incident/json.ts';
import type { Message } from '../../src/incident/messages.ts';
import { openDecisions } from '../../src/incident/view.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import type { RunOptions } from '../../workflows/messages.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, planOf, say } from '../support/plans.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 120_000);
afterAll(() => house?.close());

const COMMANDER = ['incident-commander'];
const NIGHT = { remindMs: [], escalate: null, withinMs: 60_000 };

const first = () =>
  planOf([
    ask('contain', { covers: ['isolate'], ...NIGHT }),
    act('isolate', 'model.isolate', { coveredBy: 'contain' }),
    ask('go-on', NIGHT),
  ]);
const second = (): Plan => ({
  ...planOf(
    [
      ask('back', { covers: ['rollback'], ...NIGHT }),
      act('rollback', 'model.rollback', { coveredBy: 'back' }),
      ask('stay', NIGHT),
    ],
    [say('brief')],
  ),
  playbook: 'second',
  title: 'Second',
});

const send = (incident: string, more: object) =>
  house.incidents.send(incident, { id: randomUUID(), person: 'ana', at: Date.now(), ...more } as Message);
const add = (incident: string, plan: Plan) =>
  send(incident, { type: 'add-playbook', plan: plan as unknown as JsonObject, inputs: {}, reason: 'more is needed' });

describe('a playbook that is added to a running incident', () => {
  it.each<[string, RunOptions]>([
    ['in one run', {}],
    ['continued as new after every event', { continueAfterEvents: 1 }],
  ])(
    'is approved, acts and is stood down with the first, %s',
    async (_, options) => {
      const [a, b] = [await house.publish(first()), await house.publish(second())];
      const incident = await house.open(a, {}, options);
      await house.question(incident, 'contain');
      expect(await add(incident, b)).toEqual({ status: 'accepted' });
      const asked = await house.question(incident, '+1/back');
      await house.vote(incident, 'ben', COMMANDER, 'approve', { question: 1 });
      await house.question(incident, 'go-on');
      await house.vote(incident, 'ben', COMMANDER, 'approve', { question: asked.number });
      await house.question(incident, '+1/stay');
      expect(await send(incident, { type: 'close' })).toMatchObject({ code: 'plan-running' });
      await send(incident, { type: 'stand-down', reason: 'false alarm' });
      await house.until(incident, 'both ends', ({ plan, added }) => plan?.finishedAt && added[0]?.plan?.finishedAt);
      const { events, view } = await house.read(incident);
      const undone = events.flatMap((e) => (e.type === 'act.done' && e.data.purpose === 'undo' ? [e.path] : []));
      expect(undone).toEqual(['+1/rollback', 'isolate']);
      expect(view.added).toMatchObject([
        { playbook: { id: 'second', hash: b.hash }, person: 'ana', plan: { outcome: 'stood-down' } },
      ]);
      await send(incident, { type: 'resolve', summary: 'Nothing was wrong.' });
      expect(await add(incident, b)).toMatchObject({ code: 'resolved' });
      expect(await send(incident, { type: 'close' })).toEqual({ status: 'accepted' });
      await house.client.workflow.getHandle(incident).result();
      expect(await add(incident, b)).toMatchObject({ code: 'closed' });
    },
    90_000,
  );

  it('answers an incident that was opened without one, and one whose plan has ended', async () => {
    const b = await house.publish(second());
    const incident = await house.open(null);
    await house.until(incident, 'its opening', (view) => view.id);
    expect(await add(incident, b)).toEqual({ status: 'accepted' });
    await house.question(incident, '+1/back');
    await house.vote(incident, 'ben', COMMANDER, 'deny');
    await house.until(incident, 'its end', ({ added }) => added[0]?.plan?.finishedAt);
    expect(await add(incident, await house.publish(planOf([ask('more', NIGHT)])))).toEqual({ status: 'accepted' });
    await house.question(incident, '+2/more');
    const { view } = await house.read(incident);
    expect(view.added.map(({ plan }) => plan?.outcome)).toEqual(['denied', undefined]);
  }, 60_000);

  it('does nothing risky when it is not published: the worker refuses, and people are asked', async () => {
    const forged = { ...second(), hash: 'f'.repeat(64) };
    const incident = await house.open(await house.publish(first()));
    await house.question(incident, 'contain');
    expect(await add(incident, forged)).toEqual({ status: 'accepted' });
    const asked = await house.question(incident, '+1/back');
    await house.vote(incident, 'ben', COMMANDER, 'approve', { question: asked.number });
    const failure = await house.until(incident, 'the refusal', (view) =>
      openDecisions(view).find(({ question }) => question.path === '+1/rollback'),
    );
    expect(failure.question.failure).toMatchObject({ code: 'not-published' });
  }, 60_000);

  it('is answered as at first when it is sent twice: it runs once', async () => {
    const [a, b] = [await house.publish(first()), await house.publish(second())];
    const incident = await house.open(a);
    await house.question(incident, 'contain');
    const message = {
      id: randomUUID(),
      type: 'add-playbook',
      plan: b as unknown as JsonObject,
      inputs: {},
      reason: 'again',
    };
    await send(incident, message);
    await send(incident, message);
    await house.question(incident, '+1/back');
    expect((await house.read(incident)).view.added).toHaveLength(1);
  }, 60_000);
});
