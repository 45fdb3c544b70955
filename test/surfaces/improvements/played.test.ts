import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NumberedEvent } from '../../../src/incident/events.ts';
import { golden } from '../../../src/simulator/prove/golden.ts';
import { play } from '../../../src/simulator/prove/play.ts';
import type { Player } from '../../../src/simulator/prove/policy.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { createDrillStore } from '../../../src/store/drills.ts';
import { OBJECTIVE, openWorld, plan, script, sofia, tomas, type World } from './world.ts';

/** From a drill in which nobody did anything to one that is played well: as it is scored for real. */
let world: World;
beforeAll(async () => {
  world = await openWorld(scoreOf);
});
afterAll(() => world.close());

async function played(id: string, player: Player): Promise<void> {
  await createDrillStore(world.store.pool).start(id, sofia.id, world.now());
  const { events } = await play({ script, plan, seed: 7 }, player);
  // In memory every drill goes by one name.
  const own = JSON.parse(JSON.stringify(events).replaceAll('EX-2026-0001', id)) as NumberedEvent[];
  await world.store.writer().append(id, own);
}

test('an item that was learnt where nobody acted is closed by the re-drill that is played well, and by none before it', async () => {
  const players = [{ role: 'incident-commander', person: 'mara-lindqvist' }];
  const planned = {
    simulation: script.simulation,
    length: script.length.name,
    players,
    staff: [],
    at: null,
    rate: 1,
    note: null,
  };
  const first = await world.drills.plan(sofia, planned, 'first');
  await played(first.id, () => []);
  world.later();
  const goal = { ...world.goal, atLeast: 'P' as const };
  const { id } = await world.desk.create(sofia, world.wanted({ from: first.id, objective: OBJECTIVE, goal }), 'learnt');
  world.later();
  const idle = await world.desk.redrill(tomas, id, {}, 'idle');
  await played(idle.drill.id, () => []);
  expect((await world.desk.find(id)).reached).toBeNull();
  await expect(world.desk.close(tomas, id, { drill: idle.drill.id }, null)).rejects.toMatchObject({
    ...{ code: 'not-shown', message: expect.stringMatching(/was rated U in .*, and the goal is P or better/) },
  });
  world.later();
  const good = await world.desk.redrill(tomas, id, {}, 'good');
  await played(good.drill.id, golden());
  expect(await world.desk.find(id)).toMatchObject({
    ...{ status: 'open', reached: { drill: good.drill.id, rating: 'P' }, redrills: [idle.drill.id, good.drill.id] },
  });
  expect(await world.desk.close(tomas, id, { drill: good.drill.id }, null)).toMatchObject({
    ...{ status: 'closed', closed: { drill: good.drill.id, by: tomas.id } },
  });
}, 60_000);
