import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventData } from '../../src/incident/events.ts';
import { createDrillStore } from '../../src/store/drills.ts';
import { createPlanLibrary } from '../../src/store/plans.ts';
import { openPool } from '../../src/store/pool.ts';
import { createReader } from '../../src/store/reader.ts';
import type { DrillStore } from '../../src/surfaces/drills/contract.ts';
import { sampleExercise } from '../support/sample-events.ts';
import { shippedScript } from '../support/scripts.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
let drills: DrillStore;
const { script, plan } = shippedScript('supply-chain-tampered-artifact', '15m');
const { playbook: id, version, title, hash } = plan;
const PLANNED_AT = Date.UTC(2026, 10, 20);

const planned = {
  script,
  playbook: { id, version, title, hash },
  players: [{ role: 'incident-commander', person: 'mara-lindqvist' }],
  staff: [{ role: 'facilitator' as const, person: 'noor-haddad' }],
  ...{ at: null, seed: 7, rate: 1, note: null, plannedBy: 'noor-haddad', plannedAt: PLANNED_AT },
};

const opening = sampleExercise().find((event) => event.type === 'incident.opened')
  ?.data as EventData<'incident.opened'>;

beforeAll(async () => {
  store = await testStore();
  drills = createDrillStore(store.pool);
  await createPlanLibrary(store.pool).publish(plan, ['mara-lindqvist'], 1);
});
afterAll(() => store.close());

/** STARTEX, the incident unless nobody `opened` it, and ENDEX for `because`, on the timeline. */
async function play(
  id: string,
  because?: 'time' | 'real' | 'facilitator',
  opened = true,
  more: { reason?: string } = {},
): Promise<void> {
  const TOCSIN = { kind: 'tocsin' as const };
  const { simulation, version, title, hash } = script;
  const about = { simulation, version, title, script: hash, length: '15m', seed: 7, seats: [], endsAt: 9_000 };
  await store.writer().append(id, [
    {
      ...{ seq: 1, at: script.startsAt, path: '', actor: TOCSIN, type: 'exercise.started' },
      data: { incident: id, playbook: planned.playbook, ...about },
    },
    ...(opened
      ? [
          {
            ...{ seq: 2, at: script.startsAt, path: '', actor: TOCSIN },
            type: 'incident.opened' as const,
            data: { ...opening, incident: id, playbook: planned.playbook },
          },
        ]
      : []),
    ...(because
      ? [
          {
            ...{ seq: opened ? 3 : 2, at: script.startsAt + 1, path: '', actor: TOCSIN },
            type: 'exercise.ended' as const,
            data: { because, ...more },
          },
        ]
      : []),
  ]);
}

describe('drills', () => {
  test('are numbered by year from 1, and the same key gives the same drill', async () => {
    const all = await Promise.all(['a', 'b', 'a'].map((key) => drills.plan(planned, key)));
    expect(all.map((one) => one.id).sort()).toEqual(['EX-2026-0001', expect.any(String), expect.any(String)]);
    expect(all[0]).toEqual(all[2]);
    expect(all[0]?.id).not.toBe(all[1]?.id);
    expect(all[0]).toMatchObject({ ...planned, status: 'planned', revision: 0, startedAt: null, cancelledAt: null });
    expect(await drills.find('EX-2026-0999')).toBeNull();
  });

  test('run as soon as they were started, and are over when their timeline says so', async () => {
    const { id } = await drills.plan(planned, 'runs');
    expect(await drills.start(id, 'mara-lindqvist', 5)).toMatchObject({ status: 'running', startedAt: 5 });
    expect(await drills.start(id, 'noor-haddad', 6)).toMatchObject({ startedAt: 5, startedBy: 'mara-lindqvist' });
    expect(await drills.cancel(id, 'no time', 7)).toBeNull();
    expect(await drills.change(id, { ...planned, rate: 2 })).toBeNull();
    await play(id, 'time');
    expect(await drills.find(id)).toMatchObject({ status: 'ended' });
    expect((await drills.list({ status: ['ended'] })).map((one) => one.id)).toEqual([id]);
  });

  test('can be changed, counting how often, and called off while they are planned', async () => {
    const { id } = await drills.plan(planned, 'changes');
    const to = { players: [], staff: [], at: 9_000, rate: 2, note: 'Room 4' };
    expect(await drills.change(id, to)).toMatchObject({ ...to, revision: 1, status: 'planned' });
    expect(await drills.cancel(id, 'a release that day', 8)).toMatchObject({
      ...{ status: 'cancelled', cancelledAt: 8, cancelledBecause: 'a release that day', revision: 2 },
    });
    expect(await drills.start(id, 'mara-lindqvist', 9)).toBeNull();
    expect(await drills.cancel(id, 'again', 9)).toBeNull();
  });

  test('keep what their staff notes, in order', async () => {
    const { id } = await drills.plan(planned, 'notes');
    const said = { person: 'noor-haddad', at: 1, scenarioAt: null, text: 'They ask legal late.' };
    await drills.addNote(id, said);
    await drills.addNote(id, { ...said, at: 2, scenarioAt: 3.5 });
    expect(await drills.notes(id)).toEqual([said, { ...said, at: 2, scenarioAt: 3.5 }]);
  });

  test('tell when a plan was last played to the end: not while one runs, was stopped for a real incident, by bots alone, or where nobody opened an incident', async () => {
    const other = await drills.plan(planned, 'real');
    const alone = await drills.plan({ ...planned, players: [] }, 'alone');
    const last = await drills.plan(planned, 'last');
    const running = await drills.plan(planned, 'running');
    await play(last.id, 'time');
    await play(other.id, 'real');
    await play(alone.id, 'time');
    await play(running.id);
    const idle = await drills.plan(planned, 'idle');
    await play(idle.id, 'facilitator', false);
    const drilled = (await drills.lastDrilled()).get(hash);
    const { version } = planned.playbook;
    expect(drilled).toEqual({ drill: last.id, at: expect.any(Number), playbook: planned.playbook.id, version });
    expect(Math.abs((drilled?.at ?? 0) - 1_790_000_000_000)).toBeLessThan(60_000);
  });

  test('tell so whatever was given as the reason for ENDEX', async () => {
    const strange = await drills.plan(planned, 'strange');
    await play(strange.id, 'facilitator', true, { reason: '\0 \ud83d "because":"real"' });
    expect((await drills.lastDrilled()).get(hash)).toMatchObject({ drill: strange.id });
  });

  test('are among no incidents unless one asks for them', async () => {
    const reader = createReader({ pool: store.pool, connectionString: store.url, onProblem: () => {} });
    try {
      expect(await reader.incidents({})).toEqual([]);
      const all = await reader.incidents({ drills: true, status: ['open'] });
      expect(all).toMatchObject([{ mode: 'exercise', status: 'open' }]);
      expect(await reader.incident(all[0]?.id ?? '')).toMatchObject({ view: { mode: 'exercise' } });
    } finally {
      await reader.close();
    }
  });

  test('can be kept by the server in its own role, which cannot rewrite what is played', async () => {
    const pool = openPool(store.url, { name: 'test server', role: 'tocsin_server', onProblem: () => {} });
    try {
      const asServer = createDrillStore(pool);
      const { id } = await asServer.plan(planned, 'as-server');
      expect(await asServer.change(id, { ...planned, rate: 3 })).toMatchObject({ rate: 3 });
      expect(await asServer.start(id, 'mara-lindqvist', 5)).toMatchObject({ status: 'running' });
      await asServer.addNote(id, { person: 'noor-haddad', at: 1, scenarioAt: null, text: 'Seen.' });
      expect(await asServer.notes(id)).toHaveLength(1);
      expect((await asServer.lastDrilled()).size).toBe(1);
      await expect(pool.query('UPDATE drills SET script = $1', ['{}'])).rejects.toThrow(/permission denied/);
      await expect(pool.query('DELETE FROM drill_notes')).rejects.toThrow(/permission denied/);
    } finally {
      await pool.end();
    }
  });
});
