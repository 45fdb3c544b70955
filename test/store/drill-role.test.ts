import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TimelineWriter } from '../../src/activities/ports.ts';
import { exerciseId, incidentId } from '../../src/incident/ids.ts';
import { openPool } from '../../src/store/pool.ts';
import { createReader } from '../../src/store/reader.ts';
import { createTimeline } from '../../src/store/timeline.ts';
import { sampleEvents, sampleExercise } from '../support/sample-events.ts';
import { headKeys, type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
let drills: pg.Pool;
let timeline: TimelineWriter;
const INCIDENT = incidentId(2026, 1);
const DRILL = exerciseId(2026, 1);
const onProblem = () => undefined;

beforeAll(async () => {
  store = await testStore();
  drills = openPool(store.url, { name: 'test drill worker', role: 'tocsin_drill', onProblem });
  timeline = createTimeline({ pool: drills, headKey: headKeys.privateKey, now: Date.now });
  await store.writer().append(INCIDENT, sampleEvents(INCIDENT));
  await timeline.append(DRILL, sampleExercise(DRILL));
});
afterAll(async () => {
  await drills.end();
  await store.close();
});

const denied = { code: '42501' };
const rows = async (pool: pg.Pool, sql: string) => (await pool.query(sql)).rows;

describe('the role of drill workers', () => {
  test('reads back what it appended to the timeline of a drill, and its plans', async () => {
    const reader = createReader({ pool: drills, connectionString: store.url, onProblem });
    expect((await reader.incident(DRILL))?.events).toHaveLength(sampleExercise(DRILL).length);
    expect(await rows(drills, 'SELECT hash FROM plans')).toEqual([]);
    await reader.close();
  });

  test('sees no incident: it cannot read one, list one, or count them', async () => {
    expect(await rows(drills, 'SELECT id FROM incidents')).toEqual([{ id: DRILL }]);
    expect(await rows(drills, 'SELECT DISTINCT incident FROM events')).toEqual([{ incident: DRILL }]);
    expect(await rows(drills, 'SELECT DISTINCT incident FROM heads')).toEqual([{ incident: DRILL }]);
    for (const table of ['events', 'heads'])
      expect(await rows(drills, `SELECT FROM ${table} WHERE incident = '${INCIDENT}'`)).toEqual([]);
  });

  test('appends to no incident, neither through the door nor beside it', async () => {
    const other = incidentId(2026, 2);
    await expect(timeline.append(other, sampleEvents(other).slice(0, 1))).rejects.toMatchObject(denied);
    const next = { ...sampleEvents(INCIDENT)[1], seq: sampleEvents(INCIDENT).length + 1 };
    await expect(timeline.append(INCIDENT, [next as never])).rejects.toMatchObject({ code: 'gap' });
    const { rowCount } = await drills.query('UPDATE incidents SET status = $1 WHERE id <> $2', ['closed', DRILL]);
    expect(rowCount).toBe(0);
    const event = `'${INCIDENT}', 999, at, path, type, v, content, salt, content_hash, hash, recorded_at`;
    await expect(
      drills.query(`INSERT INTO events SELECT ${event} FROM events WHERE incident = '${DRILL}' LIMIT 1`),
    ).rejects.toMatchObject(denied);
    await expect(
      drills.query(`INSERT INTO heads SELECT '${INCIDENT}', 999, hash, at, key_id, signature FROM heads LIMIT 1`),
    ).rejects.toMatchObject(denied);
    expect(await rows(store.pool, `SELECT head_seq FROM incidents WHERE id = '${INCIDENT}'`)).toEqual([
      { head_seq: sampleEvents(INCIDENT).length },
    ]);
  });

  test('passes nothing off as real: a drill is an exercise, and about no AI system that an alert could be about', async () => {
    const insert = (id: string, mode: string, system: string | null) =>
      drills.query(
        `INSERT INTO incidents (id, head_seq, head_hash, status, severity, title, mode, system, opened_at)
         VALUES ($1, 0, '', 'open', 'sev1', 'Real', $2, $3, 0)`,
        [id, mode, system],
      );
    await expect(insert(incidentId(2026, 3), 'exercise', null)).rejects.toMatchObject(denied);
    await expect(insert(exerciseId(2026, 3), 'live', null)).rejects.toMatchObject(denied);
    await expect(insert(exerciseId(2026, 3), 'exercise', 'support-assistant')).rejects.toMatchObject(denied);
    await expect(drills.query(`UPDATE incidents SET mode = 'live'`)).rejects.toMatchObject(denied);
  });

  test('has no right on anything else, whatever tables and functions there are', async () => {
    const allowed = ['events INSERT', 'events SELECT', 'head_keys INSERT', 'head_keys SELECT'];
    allowed.push('heads INSERT', 'heads SELECT', 'incidents INSERT', 'incidents SELECT', 'plans SELECT');
    const found = await rows(
      store.pool,
      `SELECT c.relname || ' ' || p AS right FROM pg_class c
       CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
         AND has_table_privilege('tocsin_drill', c.oid, p) ORDER BY 1`,
    );
    expect(found.map((row) => row.right)).toEqual(allowed);
    const columns = await rows(
      store.pool,
      `SELECT DISTINCT table_name AS name FROM information_schema.column_privileges
       WHERE grantee IN ('tocsin_drill', 'PUBLIC') AND privilege_type = 'UPDATE' AND table_schema = 'public'`,
    );
    expect(columns).toEqual([{ name: 'incidents' }]);
    // What runs with the rights of the owner, and what could be made to.
    const functions = await rows(
      store.pool,
      `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR proname = 'redact_event')
         AND has_function_privilege('tocsin_drill', oid, 'EXECUTE')`,
    );
    expect(functions).toEqual([]);
    for (const sql of [
      `SELECT allocate_incident('k', 2026)`,
      `SELECT receive_alert('s', 'k', '{}', 0)`,
      `SELECT receive_check_alert('k', '{}', 0)`,
      `SELECT redact_event('${DRILL}', 1, '{}', 'x', 'y', 0)`,
      'SELECT token_hash FROM sessions',
      'SELECT FROM leases',
      `CREATE TABLE mine ()`,
    ])
      await expect(drills.query(sql), sql).rejects.toMatchObject(denied);
  });
});

test('who is no drill worker sees and writes what was granted, as if there were no such role', async () => {
  const login = `test_${randomBytes(6).toString('hex')}`;
  await store.pool.query(`CREATE ROLE ${login}`);
  await store.pool.query(`GRANT SELECT, INSERT ON incidents, events, heads TO ${login}`);
  try {
    for (const role of ['tocsin_worker', 'tocsin_server', login]) {
      const pool = openPool(store.url, { name: 'test', role: role as 'tocsin_worker', onProblem });
      expect(await rows(pool, 'SELECT id FROM incidents ORDER BY id'), role).toEqual([{ id: DRILL }, { id: INCIDENT }]);
      expect(await rows(pool, 'SELECT DISTINCT incident FROM events'), role).toHaveLength(2);
      expect(await rows(pool, 'SELECT DISTINCT incident FROM heads'), role).toHaveLength(2);
      const copied = `INSERT INTO heads SELECT incident, seq + 1000, hash, at, key_id, signature FROM heads LIMIT 1`;
      if (role === 'tocsin_server') await expect(pool.query(copied)).rejects.toMatchObject(denied);
      else expect((await pool.query(`BEGIN; ${copied}; ROLLBACK`)) as unknown).toHaveLength(3);
      await pool.end();
    }
  } finally {
    await store.pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
  }
});
