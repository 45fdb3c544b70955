import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDrillActivities } from '../../src/activities/drill.ts';
import { createDrillHealth } from '../../src/main/drill-health.ts';
import { createLiveInventory } from '../../src/main/live-inventory.ts';
import { createLog } from '../../src/main/log.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { createHealth, type SlackHealth } from '../../src/main/readiness.ts';
import { startTemporalWorker } from '../../src/main/temporal-worker.ts';
import { createFindings } from '../../src/store/findings.ts';
import type { AppEnv } from '../../src/surfaces/http/context.ts';
import { healthRoutes } from '../../src/surfaces/http/health.ts';
import { testFolder } from '../support/folder.ts';
import { type House, openHouse, testBundle } from '../support/house.ts';

let house: House;
const destination = new Writable({ write: (_chunk, _, done) => done() });
const log = createLog({ name: 'test', level: 'error', destination });
beforeAll(async () => {
  house = await openHouse({ worker: false });
}, 120_000);
afterAll(() => house?.close());

it('a typo in the inventory is said, and takes no server out of service', async () => {
  const file = join(testFolder(), 'tocsin.yaml');
  const good = readFileSync(join(packageRoot, 'tocsin.yaml'), 'utf8');
  writeFileSync(file, good);
  let clock = 0;
  const health = createHealth({
    pool: house.pool,
    temporal: { client: house.client, close: async () => undefined },
    inventory: createLiveInventory(file, () => clock, log),
    findings: createFindings(house.pool),
    now: () => clock,
  });
  const app = new Hono<AppEnv>();
  app.use('*', async (c, next) => {
    c.set('person', null);
    await next();
  });
  healthRoutes(app, { readiness: health.readiness, registry: new Registry(), metricsToken: null });

  const aboutInventory = async () => (await health.notices()).filter(({ code }) => code.startsWith('inventory'));
  expect(await aboutInventory()).toEqual([]);
  writeFileSync(file, good.replace('roles: [ml-on-call]', 'roles: [ml-oncall]'));
  clock += 1_001;
  const mistaken = await app.request('/readyz');
  expect(mistaken.status).toBe(200);
  const { checks } = (await mistaken.json()) as { checks: { name: string }[] };
  expect(checks.find(({ name }) => name === 'inventory')).toEqual({ name: 'inventory', ok: true, warning: true });
  expect((await health.readiness()).find(({ name }) => name === 'inventory')?.detail).toContain('"ml-on-call"');
  const since = clock;
  clock += 5_000;
  expect(await aboutInventory()).toMatchObject([{ since, message: expect.stringContaining('has mistakes') }]);
  writeFileSync(file, good);
  clock += 1_001;
  expect(await aboutInventory()).toEqual([]);
}, 60_000);

it('a drill worker that is away is said to those who want to play, and takes no server out of service', async () => {
  const taskQueue = `test-${randomUUID()}-drills`;
  let clock = Date.now();
  let isNeeded = true;
  const open = () =>
    createHealth({
      pool: house.pool,
      temporal: { client: house.client, close: async () => undefined },
      inventory: createLiveInventory(join(packageRoot, 'tocsin.yaml'), () => 0, log),
      findings: createFindings(house.pool),
      drills: createDrillHealth({ client: house.client, taskQueue, isNeeded: async () => isNeeded, now: () => clock }),
      now: () => clock,
    });
  const health = open();
  const check = async (by = health) => (await by.readiness()).find(({ name }) => name === 'drills');
  const notices = async () => (await health.notices()).map(({ code }) => code);
  expect(await check()).toMatchObject({ ok: true, detail: 'no drill worker was seen yet' });
  clock += 91_000;
  expect(await check()).toMatchObject({ ok: true, warning: true, detail: expect.stringContaining(taskQueue) });
  expect(await notices()).toContain('drills-warning');
  isNeeded = false;
  expect(await notices()).not.toContain('drills-warning');

  isNeeded = true;
  const worker = await startTemporalWorker({
    temporal: { address: house.temporalAddress, namespace: 'default' },
    taskQueue,
    payloadKeys: house.keys.worker.payload,
    bundle: await testBundle(),
    activities: createDrillActivities(house.ports),
  });
  clock = Date.now();
  const runs = { name: 'drills', ok: true, detail: 'a drill worker runs' };
  await expect.poll(() => check(open()), { timeout: 20_000 }).toEqual(runs);
  await worker.stop();
}, 120_000);

it('a Slack that cannot be reached is said with since when, and takes no server out of service', async () => {
  const file = join(packageRoot, 'tocsin.yaml');
  let state: ReturnType<SlackHealth> = { detail: 'connected to Halden Mutual' };
  const health = createHealth({
    pool: house.pool,
    temporal: { client: house.client, close: async () => undefined },
    inventory: createLiveInventory(file, () => 0, log),
    findings: createFindings(house.pool),
    slack: () => state,
    now: () => 90_000,
  });
  const check = async () => (await health.readiness()).find(({ name }) => name === 'slack');
  const notices = async () => (await health.notices()).filter(({ code }) => code.startsWith('slack'));
  expect(await check()).toEqual({ name: 'slack', ok: true, detail: 'connected to Halden Mutual' });
  expect(await notices()).toEqual([]);
  state = { warning: 'fetch failed', notice: 'Slack cannot be reached.', since: 60_000 };
  expect(await check()).toEqual({ name: 'slack', ok: true, warning: true, detail: 'fetch failed' });
  expect(await notices()).toEqual([{ code: 'slack-warning', message: 'Slack cannot be reached.', since: 60_000 }]);
}, 60_000);
