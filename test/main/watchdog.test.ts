import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/main/bundle.ts';
import { createLog } from '../../src/main/log.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { startTemporalWorker } from '../../src/main/temporal-worker.ts';
import { createWatchdog, type LIMITS, type Watchdog } from '../../src/main/watchdog.ts';
import { createFindings, type Findings } from '../../src/store/findings.ts';
import { openPool } from '../../src/store/pool.ts';
import { type House, openHouse } from '../support/house.ts';
import { ask, planOf } from '../support/plans.ts';

let house: House;
let findings: Findings;
let receiver: Server;
const told: { incident: string | null; code: string; message: string }[] = [];
const logged: string[] = [];
let answer = 200;

beforeAll(async () => {
  house = await openHouse({ worker: false });
  findings = createFindings(house.pool);
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (answer === 200) told.push(JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(answer).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
}, 120_000);
afterAll(async () => {
  receiver?.close();
  await house?.close();
});

const RAW = '14 UNAVAILABLE: read ECONNRESET';

function watchdog(
  limits: Partial<typeof LIMITS>,
  database = house.pool,
  kept = database === house.pool ? findings : createFindings(database),
): Watchdog {
  const destination = new Writable({
    write: (chunk, _, done) => {
      logged.push(String(chunk));
      done();
    },
  });
  return createWatchdog({
    client: house.client,
    openIncidents: async () => {
      await database.query('SELECT 1');
      return house.openIncidents();
    },
    findings: kept,
    now: Date.now,
    log: createLog({ name: 'watchdog', level: 'info', destination }),
    webhook: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/page`,
    limits,
  });
}

/** Looks until it finds this about the incident. */
const finds = (dog: Watchdog, incident: string, code: string) =>
  expect
    .poll(
      async () => {
        await dog.look();
        return (await findings.open()).filter((one) => one.incident === incident).map((one) => one.code);
      },
      { timeout: 20_000 },
    )
    .toContain(code);

const question = planOf([ask('contain', { withinMs: 400, remindMs: [], escalate: null })]);

describe('the watchdog', () => {
  it('finds a workflow whose tasks keep failing, pages once, and sees when it is mended', async () => {
    const dog = watchdog({ taskAttempts: 2 });
    const broken = await startTemporalWorker({
      temporal: { address: house.temporalAddress, namespace: 'default' },
      taskQueue: house.taskQueue,
      payloadKeys: house.keys.worker.payload,
      bundle: await bundleWorkflows(join(packageRoot, 'test', 'support', 'workflows', 'broken.ts')),
      activities: {} as never,
    });
    const incident = await house.open(await house.publish(question));
    await finds(dog, incident, 'task-failing');
    await dog.look();
    const pages = told.filter((one) => one.incident === incident && one.code === 'task-failing');
    expect(pages).toHaveLength(1);
    expect(pages[0]?.message).toContain(incident);
    expect(logged.join('')).toContain('"code":"task-failing"');

    await broken.stop();
    await house.startWorker();
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    await dog.look();
    expect((await findings.open()).filter((one) => one.incident === incident)).toEqual([]);
  }, 60_000);

  it('finds that nobody works, and that decisions are overdue because of it', async () => {
    const incident = await house.open(await house.publish(question));
    await house.question(incident, 'contain');
    await house.stopWorkers();
    const dog = watchdog({ untakenMs: 200, overdueMs: 0 });
    await finds(dog, incident, 'decision-overdue');
    await finds(dog, incident, 'no-worker');
    await house.startWorker();
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    await dog.look();
    expect((await findings.open()).filter((one) => one.incident === incident)).toEqual([]);
  }, 60_000);

  it('finds an open incident whose workflow somebody terminated', async () => {
    const incident = await house.open(await house.publish(question));
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    await house.client.workflow.getHandle(incident).terminate('tested');
    await finds(watchdog({}), incident, 'not-running');
  }, 60_000);

  it('pages again when the first page did not get through', async () => {
    const incident = await house.open(await house.publish(question));
    await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
    await house.client.workflow.getHandle(incident).terminate('tested');
    answer = 503;
    const dog = watchdog({});
    await finds(dog, incident, 'not-running');
    expect(told.some((one) => one.incident === incident)).toBe(false);
    answer = 200;
    await dog.look();
    expect(told.filter((one) => one.incident === incident)).toHaveLength(1);
  }, 60_000);

  it('pages nobody for one hiccup, and spares people the words of a driver', async () => {
    let away = true;
    const database = { query: (sql: string) => (away ? Promise.reject(new Error(RAW)) : house.pool.query(sql)) };
    const dog = watchdog({}, database as House['pool'], findings);
    const before = told.length;
    await dog.look();
    away = false;
    await dog.look();
    away = true;
    await dog.look();
    expect(told.slice(before)).toEqual([]);
    expect(logged.join('')).toContain(RAW);
    await dog.look();
    const pages = told.slice(before);
    expect(pages).toMatchObject([{ code: 'database-away' }]);
    expect(pages[0]?.message).not.toContain(RAW);
    away = false;
    await dog.look();
    expect((await findings.open()).filter((one) => one.code === 'database-away')).toEqual([]);
  }, 60_000);

  it('pages once that the database is away, however often it looks', async () => {
    const away = openPool('postgres://nobody@127.0.0.1:9/none', { name: 'away', onProblem: () => {} });
    const dog = watchdog({}, away);
    const before = told.length;
    for (let looks = 0; looks < 4; looks++) await dog.look();
    await away.end();
    expect(told.slice(before).filter((one) => one.code === 'database-away')).toHaveLength(1);
  }, 60_000);
});
