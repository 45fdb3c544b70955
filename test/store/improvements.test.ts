import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool } from '../../src/store/pool.ts';
import { openWorld, tomas, type World } from '../surfaces/improvements/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const seed = process.env.TOCSIN_SWEEP === 'full' ? {} : { seed: 20_261_122 };
let keys = 0;
const make = () => world.desk.create(tomas, world.wanted(), `key ${(keys += 1)}`);

const act = fc.oneof(
  fc.record({ do: fc.constant('note' as const), n: fc.nat(1_000) }),
  fc.record({ do: fc.constant('due' as const), day: fc.integer({ min: 10, max: 28 }), seen: fc.boolean() }),
  fc.record({ do: fc.constantFrom('done' as const, 'close' as const, 'reopen' as const) }),
);

describe('the history of an improvement item', () => {
  test('loses nothing, in whatever order people change it, and at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (rounds) => {
        const { id } = await make();
        const told: string[] = [];
        for (const round of rounds) {
          const { version } = await world.desk.find(id);
          // All of a round at once: each either is done and told, or is refused and leaves no trace.
          await Promise.allSettled(
            round.map(async (one, i) => {
              const words = `${told.length}/${i}`;
              if (one.do === 'note') await world.desk.note(tomas, id, `note ${one.n} ${words}`);
              else if (one.do === 'due')
                await world.desk.edit(tomas, id, { due: `2026-12-${one.day}` }, one.seen ? version : null);
              else if (one.do === 'done') await world.desk.done(tomas, id, null);
              else if (one.do === 'close') await world.desk.close(tomas, id, { reason: words }, null);
              else await world.desk.reopen(tomas, id, words, null);
              told.push(one.do);
            }),
          );
        }
        const { history, version, due, status } = await world.desk.find(id);
        expect(history).toHaveLength(told.length + 1);
        expect(version).toBe(history.length);
        const count = (of: string) => told.filter((one) => one === of).length;
        const said = (of: RegExp) => history.filter(({ what }) => of.test(what));
        expect(said(/^note /)).toHaveLength(count('note'));
        expect(said(/^closed: /)).toHaveLength(count('close'));
        // Each edit says what was there before: together they are a chain that ends in how it stands now.
        const dues = said(/^due /).map(({ what }) => /^due (\S+) → (\S+)$/.exec(what) ?? []);
        expect(dues.map(([, before]) => before)).toEqual(
          ['2026-12-01', ...dues.map(([, , after]) => after)].slice(0, dues.length),
        );
        expect(due).toBe(dues.at(-1)?.[2] ?? '2026-12-01');
        const last = history.findLast(({ what }) => /^(done|closed|opened again)/.test(what))?.what ?? 'opened again';
        expect(status).toBe(last === 'done' ? 'done' : last.startsWith('closed') ? 'closed' : 'open');
      }),
      { numRuns: process.env.TOCSIN_SWEEP === 'full' ? 200 : 15, ...seed },
    );
  }, 120_000);

  test('is never rewritten, by whoever owns the tables either', async () => {
    await make();
    for (const sql of [
      `UPDATE improvement_changes SET what = ''`,
      'DELETE FROM improvement_changes',
      'TRUNCATE improvement_changes',
    ])
      await expect(world.store.pool.query(sql), sql).rejects.toMatchObject({ code: 'TC001' });
  });

  test('grows by what a worker may say: done and open, and no more', async () => {
    const { id } = await make();
    const worker = openPool(world.store.url, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
    try {
      const denied = { code: '42501' };
      await worker.query(`UPDATE improvements SET status = 'done', version = 2 WHERE id = $1`, [id]);
      for (const sql of [
        `UPDATE improvements SET owner = 'somebody'`,
        `UPDATE improvements SET closed_reason = 'x', status = 'closed'`,
        'DELETE FROM improvements',
        'DELETE FROM improvement_changes',
      ])
        await expect(worker.query(sql), sql).rejects.toMatchObject(denied);
    } finally {
      await worker.end();
    }
  });
});
