import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/playbook/plan.ts';
import { canonical, sha256 } from '../../src/store/chain.ts';
import { createFindings } from '../../src/store/findings.ts';
import { createInbox } from '../../src/store/inbox.ts';
import { createIncidentNumbers } from '../../src/store/incident-numbers.ts';
import { createLeases } from '../../src/store/leases.ts';
import { createPlanLibrary, createPlanShelf } from '../../src/store/plans.ts';
import { openPool } from '../../src/store/pool.ts';
import { createSnapshots } from '../../src/store/snapshots.ts';
import { createWorlds } from '../../src/store/worlds.ts';
import { type TestStore, testStore } from '../support/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

describe('incident numbers', () => {
  test('the same key gets the same id; others get others; each year starts at 1', async () => {
    const { allocateIncident } = createIncidentNumbers(store.pool);
    const keys = Array.from({ length: 30 }, (_, i) => `key-${i % 10}`);
    const ids = await Promise.all(keys.map((key) => allocateIncident(key, 2031)));
    expect(new Set(ids).size).toBe(10);
    for (const [i, key] of keys.entries()) expect(ids[i]).toBe(ids[keys.indexOf(key)]);
    expect(ids).toContain('INC-2031-0001');
    expect(await allocateIncident('new-year', 2032)).toBe('INC-2032-0001');
    expect(await allocateIncident('new-year', 2033)).toBe('INC-2032-0001');
  });
});

describe('leases', () => {
  test('one incident holds a system, and keeps it until it releases it', async () => {
    const leases = createLeases(store.pool);
    const takers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => leases.take('assistant', `INC-2026-000${i + 1}`)),
    );
    const holders = new Set(takers.map((taker) => taker.holder));
    expect(holders.size).toBe(1);
    const [holder] = holders as Set<string>;
    const again = await leases.take('assistant', holder ?? '');
    expect(again).toEqual(takers[0]);
    await leases.release('INC-2026-0099');
    expect((await leases.take('assistant', 'INC-2026-0099')).holder).toBe(holder);
    await leases.release(holder ?? '');
    const next = await leases.take('assistant', 'INC-2026-0099');
    expect(next.holder).toBe('INC-2026-0099');
    expect(BigInt(next.fence)).toBeGreaterThan(BigInt(again.fence));
    expect(await leases.list()).toMatchObject([{ system: 'assistant', incident: 'INC-2026-0099' }]);
  });
});

test('a pool can take the role of the server and has no more than its rights', async () => {
  const pool = openPool(store.url, { name: 'test server', role: 'tocsin_server', onProblem: () => {} });
  try {
    expect((await pool.query('SELECT current_user AS name')).rows).toEqual([{ name: 'tocsin_server' }]);
    const alert = { key: 'k', alert: {}, system: null, startsAt: null, endsAt: null };
    const kept = await createInbox(pool).receive({ source: 's', requester: null, alerts: [alert], at: 1 });
    expect(kept).toMatchObject([{ status: 'new', count: 1 }]);
    expect(await createIncidentNumbers(pool).allocateIncident('role', 2040)).toBe('INC-2040-0001');
    await expect(createWorlds(pool).withWorld('w', async () => ({ world: {}, result: 1 }))).rejects.toMatchObject({
      code: '42501',
    });
  } finally {
    await pool.end();
  }
});

describe('plans', () => {
  const plan = (version: number): Plan => {
    const body: Omit<Plan, 'hash'> = {
      format: 1,
      playbook: 'quarantine',
      title: 'Quarantine',
      version,
      opensOn: null,
      priority: 0,
      severity: { default: 'sev2', raiseTo: [] },
      inputs: {},
      onFailedStep: {
        by: [{ role: 'incident-commander', count: 1 }],
        withinMs: 600_000,
        remindMs: [],
        escalate: null,
        otherwise: 'stop',
      },
      steps: [],
      finally: [],
    };
    return { ...body, hash: sha256(canonical(body)) };
  };

  test('are published once, found by hash, the latest by playbook, and never changed', async () => {
    const library = createPlanLibrary(store.pool);
    expect(await library.published(plan(1).hash)).toBeNull();
    expect(await library.publish(plan(1), ['ada'], 10)).toEqual({ fresh: true });
    expect(await library.publish(plan(1), ['eve'], 11)).toEqual({ fresh: false });
    await library.publish(plan(2), ['ada', 'ben'], 12);
    expect(await library.published(plan(1).hash)).toEqual({ plan: plan(1), publishedAt: 10, publishedBy: ['ada'] });
    expect(await library.latest('quarantine')).toMatchObject({ plan: { version: 2 }, publishedBy: ['ada', 'ben'] });
    expect((await library.list()).map((one) => one.plan.version)).toEqual([2]);
    expect(await createPlanShelf(store.pool).published(plan(2).hash)).toEqual(plan(2));
    await expect(store.pool.query('UPDATE plans SET version = 9')).rejects.toMatchObject({ code: 'TC001' });
    await expect(store.pool.query('DELETE FROM plans')).rejects.toMatchObject({ code: 'TC001' });
  });

  test('one that is not what its hash says is refused', async () => {
    const library = createPlanLibrary(store.pool);
    await expect(library.publish({ ...plan(3), title: 'Other' }, ['ada'], 1)).rejects.toMatchObject({
      code: 'plan-hash',
    });
  });
});

describe('simulated worlds', () => {
  test('changes come one after another, and a change that fails leaves no trace', async () => {
    const worlds = createWorlds(store.pool);
    const add = () =>
      worlds.withWorld('shop', async (world) => {
        const count = Number(world?.count ?? 0) + 1;
        return { world: { count }, result: count };
      });
    const results = await Promise.all(Array.from({ length: 8 }, add));
    expect(results.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await expect(
      worlds.withWorld('shop', async () => {
        throw new Error('the act failed');
      }),
    ).rejects.toThrow('the act failed');
    expect(await add()).toBe(9);
  });
});

describe('snapshots and findings', () => {
  test('the latest snapshot of an incident comes back', async () => {
    const { saveSnapshot, loadSnapshot } = createSnapshots(store.pool);
    expect(await loadSnapshot('INC-2026-0001')).toBeNull();
    await saveSnapshot('INC-2026-0001', { v: 1 });
    await saveSnapshot('INC-2026-0001', { v: 2, text: '\u0000' });
    expect(await loadSnapshot('INC-2026-0001')).toEqual({ v: 2, text: '\u0000' });
  });

  test('a finding is fresh once, until it is over and comes back', async () => {
    const findings = createFindings(store.pool);
    const report = (at: number) =>
      findings.report({ key: 'task:1', incident: null, code: 'task-failing', message: 'it fails', at });
    expect(await report(1)).toEqual({ fresh: true });
    expect(await report(2)).toEqual({ fresh: false });
    expect(await findings.open()).toMatchObject([{ key: 'task:1', firstAt: 1, lastAt: 2 }]);
    expect(await findings.resolveOthers(['task:1'], 3)).toEqual([]);
    expect(await findings.resolveOthers([], 4)).toMatchObject([{ key: 'task:1', resolvedAt: 4 }]);
    expect(await findings.open()).toEqual([]);
    expect(await report(5)).toEqual({ fresh: true });
  });
});
