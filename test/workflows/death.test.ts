import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/main/package-root.ts';
import { CHECK_WORKFLOW, checkId } from '../../workflows/check-id.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, oblige, planOf, RULE, say } from '../support/plans.ts';

/** The worker as it runs in production: a process of its own, from dist/. */
let house: House;
let scratch: string;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(packageRoot, 'scripts', 'build.mjs')]);
  scratch = mkdtempSync(join(tmpdir(), 'tocsin-death-'));
  writeFileSync(join(scratch, 'tocsin.yaml'), INVENTORY);
  house = await openHouse({ worker: false });
}, 240_000);
afterEach(async () => {
  for (const worker of workers) await kill(worker);
});
afterAll(async () => {
  await house?.close();
  rmSync(scratch, { recursive: true, force: true });
});

const INVENTORY = `
organisation: { name: Tested, timezone: UTC, stakeholders: [incident-commander] }
roles: { incident-commander: { title: Incident commander } }
people: { ben: { name: Ben, email: ben@example.org, roles: [incident-commander] } }
systems:
  support-assistant:
    name: Support assistant
    tier: critical
    owner: ben
    model: { name: support, last-known-good: v40, versions: [v40, v41] }
    bindings: { model.*: simulated }
bindings: { notify.*: simulated }
`;

async function startWorker(): Promise<ChildProcess> {
  const { PATH, HOME } = process.env;
  const worker = fork(join(packageRoot, 'dist', 'src', 'main', 'cli.js'), ['worker'], {
    env: {
      PATH,
      HOME,
      DATABASE_URL: house.databaseUrl,
      TEMPORAL_ADDRESS: house.temporalAddress,
      TOCSIN_DATA: scratch,
      TOCSIN_KEYS: house.keysDir,
      TOCSIN_TASK_QUEUE: house.taskQueue,
      TOCSIN_INVENTORY: join(scratch, 'tocsin.yaml'),
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  workers.add(worker);
  let said = '';
  worker.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const [message] = (await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(() => Promise.reject(new Error(`the worker ended: ${said}`))),
  ])) as [{ type: string }];
  expect(message, said).toMatchObject({ type: 'ready' });
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  workers.delete(worker);
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

const applied = async (incident: string): Promise<string[]> => {
  const { rows } = await house.pool.query<{ body: string | null }>('SELECT body FROM worlds');
  const keys = Object.keys(JSON.parse(rows[0]?.body ?? '{}').applied ?? {});
  return keys.filter((key) => key.startsWith(incident));
};

const ended = (incident: string) =>
  house.until(incident, 'the end of its plan', (view, events) => (view.plan?.finishedAt ? { view, events } : null));

async function close(incident: string): Promise<void> {
  const who = { person: 'ben', at: Date.now() };
  await house.incidents.send(incident, { ...who, type: 'resolve', id: 'r', summary: 'over' });
  await house.incidents.send(incident, { ...who, type: 'close', id: 'c' });
  await house.client.workflow.getHandle(incident).result();
}

/** Acts take seconds here: long enough to die in. */
const plan = () => planOf([act('isolate', 'model.isolate', { unattended: 'tested' }), say('brief')]);

describe('the worker', () => {
  it('keeps to the rights of its role, whatever its login may do', async () => {
    await house.pool.query('ALTER TABLE snapshots ADD COLUMN written_by name DEFAULT current_user');
    const worker = await startWorker();
    const incident = await house.open(null);
    await close(incident);
    const { rows } = await house.pool.query('SELECT written_by FROM snapshots WHERE incident = $1', [incident]);
    expect(rows).toEqual([{ written_by: 'tocsin_worker' }]);
    await kill(worker);
  }, 60_000);
});

describe('when the worker is killed', () => {
  it('while the clock of a notice runs, it is overdue all the same, once, and can be settled', async () => {
    const rule = { ...RULE, limitMs: 4_000 };
    const duty = planOf([oblige('gdpr', { rule, remindMs: [3_900], owner: 'incident-commander' })]);
    const first = await startWorker();
    const incident = await house.open(await house.publish(duty));
    await house.until(incident, 'a reminder', (view) => view.obligations[0]?.reminders[0]);
    await kill(first);
    await startWorker();
    await house.until(incident, 'an overdue notice', (view) => view.obligations[0]?.overdueAt);
    const settled = { type: 'obligation', id: 'o', number: 1, outcome: 'met', text: 'By phone.' } as const;
    await house.incidents.send(incident, { ...settled, person: 'ben', at: Date.now() });
    await close(incident);
    const { events } = await house.read(incident);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    const about = events.filter((event) => event.path === 'gdpr').map((event) => event.type);
    expect(about).toEqual(['obligation.opened', 'obligation.reminded', 'obligation.overdue', 'obligation.met']);
  }, 60_000);

  for (const [when, reached] of [
    [
      'before an act has had its effect',
      async (incident: string) => {
        await house.until(incident, 'its act', (_, events) => events.some((event) => event.type === 'act.started'));
        expect(await applied(incident)).toEqual([]);
      },
    ],
    [
      'after an act has had its effect',
      (incident: string) => expect.poll(() => applied(incident), { timeout: 15_000, interval: 20 }).toHaveLength(1),
    ],
  ] as const)
    it(`${when}, the incident goes on, and nothing is lost or doubled`, async () => {
      const first = await startWorker();
      const incident = await house.open(await house.publish(plan()));
      await reached(incident);
      await kill(first);
      await startWorker();
      const { view, events } = await ended(incident);
      expect(view.plan?.outcome).toBe('completed');
      expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
      const about = events.filter((event) => event.path === 'isolate').map((event) => event.type);
      expect(about).toEqual(['undo.registered', 'act.started', 'act.done']);
      expect(await applied(incident)).toHaveLength(2);
      await close(incident);
    }, 60_000);

  it('while a decision waits, a vote cast meanwhile counts once the next worker is there', async () => {
    const first = await startWorker();
    const asking = planOf([ask('contain', { remindMs: [], escalate: null })]);
    const incident = await house.open(await house.publish(asking));
    await house.question(incident, 'contain');
    await kill(first);
    const vote = house.vote(incident, 'ben', ['incident-commander'], 'approve');
    await startWorker();
    await expect(vote).resolves.toEqual({ status: 'accepted', outcome: 'approve' });
    const { events } = await ended(incident);
    expect(events.filter((event) => event.type === 'decision.voted')).toHaveLength(1);
  }, 60_000);

  it('in the middle of a check, the next worker makes it, and what it finds counts once', async () => {
    const first = await startWorker();
    const { client, taskQueue } = house;
    const workflowId = `${checkId(taskQueue, { system: 'support-assistant', check: 'integrity' })}-1`;
    const handle = await client.workflow.start(CHECK_WORKFLOW, { workflowId, taskQueue, args: [] });
    const underWay = async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.some(({ lastStartedTime }) => lastStartedTime != null) ?? false;
    };
    await expect.poll(underWay, { timeout: 15_000, interval: 20 }).toBe(true);
    await kill(first);
    await startWorker();
    await expect(handle.result()).resolves.toMatchObject({ status: 'found', version: 'v41' });
    const { rows } = await house.pool.query(
      `SELECT a.count, a.raw::json->>'kind' AS kind, c.status FROM alerts a, checks c`,
    );
    expect(rows).toEqual([{ count: 1, kind: 'model.signature-invalid', status: 'found' }]);
  }, 60_000);
});
