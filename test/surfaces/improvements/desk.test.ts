import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admin, INCIDENT, jonas, mara, OBJECTIVE, openWorld, script, sofia, tomas, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

let keys = 0;
const make = (more: object = {}) => world.desk.create(sofia, world.wanted(more), `key ${(keys += 1)}`);
const refusal = (code: string, message?: RegExp) => ({
  code,
  ...(message && { message: expect.stringMatching(message) }),
});

describe('an improvement item', () => {
  test('is written once by one key, numbered by year, with who learnt what where', async () => {
    const wanted = world.wanted({ about: [1, 2] });
    const [first, again] = [
      await world.desk.create(sofia, wanted, 'once'),
      await world.desk.create(sofia, wanted, 'once'),
    ];
    expect(first).toMatchObject({
      id: 'IMP-2026-0001',
      status: 'open',
      version: 1,
      createdBy: sofia.id,
      overdue: false,
    });
    expect(again).toEqual(first);
    expect(first.history).toEqual([{ at: world.now(), by: sofia.id, what: `written, learnt in ${INCIDENT}` }]);
    expect((await make()).id).toBe('IMP-2026-0002');
  });

  test.each([
    [{ from: 'INC-2026-9999' }, 'not-found', /no drill or incident INC-2026-9999/],
    [{ about: [1, 9_999] }, 'unknown-event', /has no event 9999/],
    [{ owner: 'tomas-okafo' }, 'unknown-person', /no person in the inventory "tomas-okafo"/],
    [{ start: '2026-12-02', due: '2026-12-01' }, 'due', /before it starts/],
    [{ goal: { simulation: 'nothing', objective: 'contain', atLeast: 'P' } }, 'unknown-simulation', undefined],
    [{ goal: { simulation: script.simulation, objective: 'nothing', atLeast: 'P' } }, 'unknown-objective', undefined],
  ])('with %j is refused, and nothing is made', async (more, code, message) => {
    const before = (await world.desk.list({})).length;
    await expect(make(more)).rejects.toMatchObject(refusal(code, message));
    expect(await world.desk.list({})).toHaveLength(before);
  });

  test('is learnt in a drill only after ENDEX, and may name an objective of it', async () => {
    const running = await world.drill({ over: false });
    await expect(make({ from: running })).rejects.toMatchObject(refusal('running'));
    const from = await world.drill();
    expect(await make({ from, objective: OBJECTIVE })).toMatchObject({ from, objective: OBJECTIVE });
    await expect(make({ from, objective: 'nothing' })).rejects.toMatchObject(refusal('unknown-objective'));
    expect(await world.desk.list({ from })).toHaveLength(1);
  });

  test('is changed by its owner, its author, the staff of its drill and commanders; everybody may note', async () => {
    const { id } = await make({ from: await world.drill() });
    await expect(world.desk.edit(jonas, id, { due: '2026-12-24' }, null)).rejects.toMatchObject(
      refusal('not-entitled', /owner/),
    );
    for (const [i, by] of [tomas, sofia, admin].entries())
      await world.desk.edit(by, id, { due: `2026-12-0${i + 2}` }, null);
    const noted = await world.desk.note(jonas, id, 'The supplier has a new number.');
    expect(noted.history.map(({ by, what }) => `${by}: ${what}`).slice(1)).toEqual([
      'tomas-okafor: due 2026-12-01 → 2026-12-02',
      'sofia-mendes: due 2026-12-02 → 2026-12-03',
      'ada-admin: due 2026-12-03 → 2026-12-04',
      'jonas-weber: The supplier has a new number.',
    ]);
  });

  test('takes a note that is sent twice once', async () => {
    const { id } = await make();
    await Promise.all([1, 2, 3].map(() => world.desk.note(jonas, id, 'The supplier has a new number.')));
    await world.desk.note(jonas, id, 'The supplier has a new number.');
    await world.desk.note(sofia, id, 'The supplier has a new number.');
    expect((await world.desk.find(id)).history.map(({ by }) => by).slice(1)).toEqual([jonas.id, sofia.id]);
  });

  test('keeps what stood there before an edit, and is not changed by somebody who saw an earlier version', async () => {
    const { id, version } = await make();
    const edited = await world.desk.edit(tomas, id, { issue: 'Nobody knew the number.', owner: mara.id }, version);
    expect(edited.history.at(-1)?.what).toBe(
      'owner tomas-okafor → mara-lindqvist; issue changed; before: “Nobody knew who calls the supplier.”',
    );
    await expect(world.desk.edit(mara, id, { due: '2026-12-24' }, version)).rejects.toMatchObject(
      refusal('changed-meanwhile', /version 1, now 2/),
    );
    expect((await world.desk.find(id)).due).toBe('2026-12-01');
    await expect(world.desk.edit(mara, id, { owner: mara.id }, null)).rejects.toMatchObject(refusal('same'));
  });

  test('is done, closed for a reason and opened again, and refuses what does not go together', async () => {
    const { id } = await make();
    expect(await world.desk.done(tomas, id, null)).toMatchObject({ status: 'done', closed: null });
    await expect(world.desk.done(tomas, id, null)).rejects.toMatchObject(refusal('done'));
    const closed = await world.desk.close(tomas, id, { reason: 'The supplier calls us now.' }, null);
    expect(closed).toMatchObject({ status: 'closed', closed: { by: tomas.id, drill: null } });
    for (const act of [world.desk.done(tomas, id, null), world.desk.edit(tomas, id, { due: '2027-01-01' }, null)])
      await expect(act).rejects.toMatchObject(refusal('closed'));
    const open = await world.desk.reopen(sofia, id, 'They do not.', null);
    expect(open).toMatchObject({ status: 'open', closed: null });
    expect(open.history.map(({ what }) => what).slice(1)).toEqual([
      'done',
      'closed: The supplier calls us now.',
      'opened again: They do not.',
    ]);
  });

  test('is overdue from the day after, by the clocks of the organisation, until it is done', async () => {
    const { id } = await make({ due: '2026-11-19' });
    const dueOf = async () => (await world.desk.find(id)).overdue;
    expect(await dueOf()).toBe(false);
    // 23:30 UTC is 00:30 of the next day in Oslo.
    world.later(14.6 / 24);
    expect(await dueOf()).toBe(true);
    await world.desk.done(tomas, id, null);
    expect(await dueOf()).toBe(false);
  });

  test('stands before those that are done and closed, the soonest due first', async () => {
    const made = [
      await make({ due: '2026-12-09', owner: jonas.id }),
      await make({ due: '2026-12-08', owner: jonas.id }),
    ];
    const done = await make({ owner: jonas.id, due: '2026-11-30' });
    await world.desk.done(jonas, done.id, null);
    const list = await world.desk.list({ owner: jonas.id });
    expect(list.map(({ id }) => id)).toEqual([made[1]?.id, made[0]?.id, done.id]);
    expect(await world.desk.list({ owner: jonas.id, status: ['done'] })).toHaveLength(1);
  });
});

describe('closing an item by a drill', () => {
  const learnt = async (more: object = {}) => make({ from: await world.drill(), goal: world.goal, ...more });

  test('takes a later one of people that reached the goal; the item says so before, and a person closes', async () => {
    const { id } = await learnt();
    const drill = await world.drill();
    world.ratings.set(drill, { rating: 'S', evaluator: 'M' });
    expect(await world.desk.find(id)).toMatchObject({ status: 'open', reached: { drill, rating: 'S' } });
    const closed = await world.desk.close(tomas, id, { drill }, null);
    expect(closed).toMatchObject({ status: 'closed', closed: { drill, reason: null }, reached: null });
    expect(closed.history.at(-1)?.what).toBe(
      `closed: ${OBJECTIVE} was rated S in ${drill}; evaluators differ (noor: M)`,
    );
  });

  test.each([
    [
      'was rated worse',
      { rating: 'M' as const },
      {},
      /rated M in EX-\d+-\d+, and the goal is S or better: It was late/,
    ],
    ['showed nothing', { rating: null }, {}, /Nothing that could tell was observed/],
    ['was played by bots', { rating: 'P' as const, played: 'bots' as const }, {}, /bots played by themselves/],
    [
      'has another rubric',
      { rating: 'P' as const, rubric: 'f'.repeat(64) },
      { rubric: 'f'.repeat(64) },
      /another rubric \(f{12}\)/,
    ],
    ['is not over', { rating: 'P' as const }, { over: false }, /is not over/],
  ])('refuses one that %s, and says so', async (_, rated, more, message) => {
    const { id } = await learnt();
    const drill = await world.drill(more);
    world.ratings.set(drill, rated);
    expect((await world.desk.find(id)).reached).toBeNull();
    await expect(world.desk.close(tomas, id, { drill }, null)).rejects.toMatchObject(refusal('not-shown', message));
    expect((await world.desk.find(id)).status).toBe('open');
  });

  test('refuses one that began before, one of another simulation, and an item without a goal', async () => {
    const before = await world.drill();
    world.ratings.set(before, { rating: 'P' });
    const { id } = await learnt();
    await expect(world.desk.close(tomas, id, { drill: before }, null)).rejects.toMatchObject(
      refusal('not-shown', /began before/),
    );
    const other = await world.drill({ script: { ...script, simulation: 'pii-leak-output' } });
    await expect(world.desk.close(tomas, id, { drill: other }, null)).rejects.toMatchObject(
      refusal('not-shown', /was a drill of pii-leak-output/),
    );
    const without = await make();
    await expect(world.desk.close(tomas, without.id, { drill: before }, null)).rejects.toMatchObject(
      refusal('no-goal'),
    );
  });
});

describe('a re-drill', () => {
  test('is planned with the same seats and length, once by one key, and stands on both', async () => {
    const from = await world.drill();
    const { id } = await make({ from, goal: world.goal });
    const [first, again] = [
      await world.desk.redrill(tomas, id, {}, 'again'),
      await world.desk.redrill(tomas, id, {}, 'again'),
    ];
    expect(again.drill).toEqual(first.drill);
    expect(first.drill).toMatchObject({
      status: 'planned',
      players: [{ role: 'incident-commander', person: mara.id }],
      script: { length: { name: '15m' } },
      note: `To show whether ${id} is done.`,
    });
    expect(again.item.redrills).toEqual([first.drill.id]);
    expect((await world.desk.list({ redrill: first.drill.id })).map((item) => item.id)).toEqual([id]);
    expect(again.item.history.filter(({ what }) => what.includes('was planned for it'))).toHaveLength(1);
  });

  test('that another rubric scores says at once that it cannot close the item', async () => {
    const from = await world.drill({ rubric: 'f'.repeat(64) });
    const { id } = await make({ from, goal: world.goal });
    const { item } = await world.desk.redrill(tomas, id, {}, 'other');
    expect(item.history.at(-1)?.what).toMatch(/was planned for it; another rubric scores it .* cannot close it$/);
  });

  test('leaves out who is no longer there', async () => {
    const from = await world.drill({
      players: [
        { role: 'incident-commander', person: mara.id },
        { role: 'legal-counsel', person: 'somebody-who-left' },
      ],
    });
    const { id } = await make({ from, goal: world.goal });
    const { drill } = await world.desk.redrill(tomas, id, {}, 'left');
    expect(drill.players).toEqual([{ role: 'incident-commander', person: mara.id }]);
  });

  test('needs a goal; whoever plans it facilitates where nobody is known from before', async () => {
    const { id } = await make();
    await expect(world.desk.redrill(tomas, id, {}, 'none')).rejects.toMatchObject(refusal('no-goal'));
    await world.desk.edit(tomas, id, { goal: world.goal }, null);
    const { drill } = await world.desk.redrill(tomas, id, {}, 'nobody');
    expect(drill).toMatchObject({ players: [], staff: [{ role: 'facilitator', person: tomas.id }] });
  });
});
