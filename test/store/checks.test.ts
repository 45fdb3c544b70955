import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckedRun, type CheckOutcome, newsOf } from '../../src/incident/check.ts';
import { createCheckBook, createCheckStates } from '../../src/store/checks.ts';
import { openPool } from '../../src/store/pool.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

const found = (version: string): CheckOutcome => ({ status: 'found', version, detail: 'It does not.', canaries: [] });
const clean: CheckOutcome = { status: 'clean', version: '1', detail: 'It verifies.' };
const failed: CheckOutcome = { status: 'failed', code: 'timeout', detail: 'No answer.', retryable: true };

let runs = 0;
/** Runs that began one after another. */
function run(system: string, outcome: CheckOutcome, more: Partial<CheckedRun> = {}): CheckedRun {
  runs += 1;
  return { system, check: 'integrity', run: `run-${runs}`, startedAt: runs * 10, outcome, ...more };
}

const note = (entry: CheckedRun, at = entry.startedAt + 1): Promise<void> =>
  createCheckBook(store.pool).note(entry, at, newsOf);

async function alertsOf(system: string): Promise<{ key: string; count: number; over: boolean }[]> {
  const { rows } = await store.pool.query(
    `SELECT dedupe_key AS key, count, resolved_at IS NOT NULL AS over FROM alerts
     WHERE source = 'checks' AND raw::json->>'system' = $1 ORDER BY id`,
    [system],
  );
  return rows;
}

describe('what came of a check', () => {
  test('counts once, however often it is written down', async () => {
    const entry = run('twice', found('2'));
    await Promise.all([note(entry), note(entry), note(entry)]);
    await note(entry);
    expect(await alertsOf('twice')).toEqual([{ key: 'model.signature-invalid/twice/2', count: 1, over: false }]);
    const failure = run('twice', failed);
    await note(failure);
    await note(failure);
    const [state] = (await createCheckStates(store.pool).states()).filter(({ system }) => system === 'twice');
    expect(state).toMatchObject({ status: 'failed', failures: 1, doneAt: entry.startedAt + 1 });
  });

  test('is matched again when it is found again, if nothing matched it before', async () => {
    await note(run('again', found('2')));
    await store.pool.query("UPDATE alerts SET status = 'unmatched' WHERE raw::json->>'system' = 'again'");
    await note(run('again', found('2')));
    const { rows } = await store.pool.query("SELECT status, count FROM alerts WHERE raw::json->>'system' = 'again'");
    expect(rows).toEqual([{ status: 'new', count: 2 }]);
  });

  test('is not undone by a run that began earlier and ended later', async () => {
    const early = run('late', clean);
    await note(run('late', found('2')));
    await note(early, 1_000_000);
    expect(await alertsOf('late')).toMatchObject([{ over: false }]);
  });

  test('is not lost when a run that began later was over sooner, and found nothing', async () => {
    const early = run('slow', found('2'));
    await note(run('slow', clean));
    await note(early, 1_000_000);
    expect(await alertsOf('slow')).toEqual([{ key: 'model.signature-invalid/slow/2', count: 1, over: false }]);
    const [state] = (await createCheckStates(store.pool).states()).filter(({ system }) => system === 'slow');
    expect(state).toMatchObject({ status: 'clean' });
    await note(run('slow', clean));
    expect(await alertsOf('slow')).toMatchObject([{ over: true }]);
  });

  test('is over for a version that another bad one has replaced', async () => {
    await note(run('replaced', found('2')));
    await note(run('replaced', found('3')));
    expect(await alertsOf('replaced')).toMatchObject([
      { key: 'model.signature-invalid/replaced/2', over: true },
      { key: 'model.signature-invalid/replaced/3', over: false },
    ]);
  });

  test('ends nothing of a system with a longer name, nor of the other check', async () => {
    await note(run('chat-eu', found('2')));
    await note(run('chat', { ...found('2'), status: 'found', canaries: ['a'] } as CheckOutcome, { check: 'canaries' }));
    await note(run('chat', clean));
    expect(await alertsOf('chat-eu')).toMatchObject([{ over: false }]);
    expect(await alertsOf('chat')).toMatchObject([{ over: false }]);
  });
});

test('a worker may say what its checks found, and nothing else to the inbox', async () => {
  const worker = openPool(store.url, { name: 'test', role: 'tocsin_worker', onProblem: () => undefined });
  try {
    await createCheckBook(worker).note(run('least', found('2')), 5, newsOf);
    await createCheckBook(worker).note(run('least', clean), 6, newsOf);
    expect(await alertsOf('least')).toMatchObject([{ over: true }]);
    for (const forbidden of [
      'SELECT FROM alerts',
      "INSERT INTO alerts (source, dedupe_key, raw, received_at, last_at) VALUES ('registry', 'k', '{}', 1, 1)",
      'UPDATE alerts SET resolved_at = 1',
      "SELECT receive_alert('registry', 'k', '{}', 1)",
    ])
      await expect(worker.query(forbidden), forbidden).rejects.toThrow(/permission denied/);
  } finally {
    await worker.end();
  }
});

test('a table that a worker puts in the way of the inbox is passed by', async () => {
  const worker = openPool(store.url, {
    name: 'test',
    role: 'tocsin_worker',
    connectionsMax: 1,
    onProblem: () => undefined,
  });
  try {
    await worker.query('CREATE TEMPORARY TABLE alerts (LIKE pg_catalog.pg_class)');
    await createCheckBook(worker).note(run('shadowed', found('2')), 5, newsOf);
    expect(await alertsOf('shadowed')).toHaveLength(1);
  } finally {
    await worker.end();
  }
});

test('a server may read what came of checks, not write it', async () => {
  const server = openPool(store.url, { name: 'test', role: 'tocsin_server', onProblem: () => undefined });
  try {
    expect((await createCheckStates(server).states()).length).toBeGreaterThan(0);
    await expect(createCheckBook(server).note(run('forged', clean), 5, newsOf)).rejects.toThrow(/permission denied/);
  } finally {
    await server.end();
  }
});
