import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NumberedEvent } from '../../src/incident/events.ts';
import { exerciseId } from '../../src/incident/ids.ts';
import { loadDrillPayloadKeys } from '../../src/main/keys.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { withOtherKeys } from '../../src/main/temporal-client.ts';
import type { DrillPeople } from '../../src/simulator/core/drill.ts';
import { rehearseScript } from '../../src/simulator/core/rehearse-script.ts';
import { startDrill } from '../support/drills.ts';
import { type House, openHouse } from '../support/house.ts';
import { tellDrill, voteInDrill } from '../support/playing.ts';
import { shippedScript } from '../support/scripts.ts';

/** The worker of drills as it runs in production: a process of its own, from dist/, with its own queue, keys and role. */
let house: House;
let drills: House;
let scratch: string;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(packageRoot, 'scripts', 'build.mjs')]);
  scratch = mkdtempSync(join(tmpdir(), 'tocsin-drill-death-'));
  house = await openHouse({ worker: false });
  const { client } = withOtherKeys(house, loadDrillPayloadKeys(house.keysDir));
  drills = { ...house, client, taskQueue: `${house.taskQueue}-drills` };
}, 240_000);
afterEach(async () => {
  for (const worker of workers) await kill(worker);
});
afterAll(async () => {
  await house?.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function startWorker(): Promise<ChildProcess> {
  const { PATH, HOME } = process.env;
  const worker = fork(join(packageRoot, 'dist', 'src', 'main', 'cli.js'), ['drill-worker'], {
    env: {
      ...{ PATH, HOME },
      DATABASE_URL: house.databaseUrl,
      TEMPORAL_ADDRESS: house.temporalAddress,
      TOCSIN_DATA: scratch,
      TOCSIN_KEYS: house.keysDir,
      TOCSIN_TASK_QUEUE: house.taskQueue,
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

const named = shippedScript('supply-chain-tampered-artifact', '15m');
const { script } = named;
/** Tests share one Temporal. */
const newId = () => exerciseId(2026, randomInt(10_000, 2_000_000_000));

describe('when the worker of drills is killed', () => {
  it.each([
    ['in one run', undefined],
    ['continued as new again and again', { continueAfterEvents: 1 }],
  ])(
    'in the middle of a drill of bots, twice, it is played to its end as if nothing had been, %s',
    async (_, options) => {
      const id = newId();
      const rehearsal = { ...named, seed: 7, id };
      const memory = await rehearseScript(rehearsal);
      const first = await startWorker();
      const handle = await startDrill(drills, rehearsal, options);
      const underWay = async () => expect(await handle.describe()).toMatchObject({ status: { name: 'RUNNING' } });
      await house.until(id, 'its incident', (_view, events) => events.some(({ type }) => type === 'incident.opened'));
      await kill(first);
      await underWay();
      const { view } = await house.read(id);
      const second = await startWorker();
      await house.until(id, 'more of it', ({ seq }) => seq > view.seq + 5);
      await kill(second);
      await underWay();
      await startWorker();
      await expect(handle.result()).resolves.toMatchObject({ status: 'ended' });
      const { events } = await house.read(id);
      const told = ({ seq, at, path, type, data }: NumberedEvent) => ({ seq, at, path, type, data });
      expect(events.map(told)).toEqual(JSON.parse(JSON.stringify(memory.events.map(told))));
    },
    120_000,
  );

  it('in the middle of a drill with people, a vote cast meanwhile counts, and nothing is lost or doubled', async () => {
    const IC = 'incident-commander';
    const people: DrillPeople = {
      players: [{ role: IC, person: 'ann' }],
      staff: [{ role: 'facilitator', person: 'fay' }],
      rate: 1,
    };
    const id = newId();
    const first = await startWorker();
    const handle = await startDrill(drills, { ...named, seed: 7, id, people });
    const jump = (minute: number, message?: string) =>
      tellDrill(drills, id, 'fay', { type: 'drill-jump', to: script.startsAt + minute * 60_000 }, message);
    await jump(10);
    await house.question(id, 'contain');
    await kill(first);
    const vote = voteInDrill(drills, id, 'ann', [IC], 'approve');
    const second = await startWorker();
    await expect(vote).resolves.toEqual({ status: 'accepted', outcome: 'approve' });
    await jump(14);
    await house.until(id, 'an act after the cut', (_view, events) => events.some(({ path }) => path === 'by-hand'));
    await kill(second);
    const note = randomUUID();
    const noting = tellDrill(drills, id, 'ann', { type: 'note', text: 'Cut.' }, note);
    const third = await startWorker();
    await noting;
    await house.question(id, 'reopen');
    await voteInDrill(drills, id, 'ann', [IC], 'approve');
    await jump(14.9);
    await house.until(id, 'the end of its plan', (view) => view.plan?.finishedAt);
    await tellDrill(drills, id, 'fay', { type: 'endex', because: 'facilitator', reason: null, incident: null });
    await kill(third);
    await startWorker();
    // Said again after it was answered: answered as at first.
    expect(await tellDrill(drills, id, 'ann', { type: 'note', text: 'Cut.' }, note)).toEqual({ status: 'accepted' });
    await tellDrill(drills, id, 'fay', { type: 'drill-close' });
    await expect(handle.result()).resolves.toMatchObject({
      status: 'ended',
      world: { systems: { 'claims-triage': { serving: '4.1.7', traffic: 'serving' } } },
    });
    const { events } = await house.read(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    const count = (wanted: (event: NumberedEvent) => boolean) => events.filter(wanted).length;
    expect(count((event) => event.type === 'decision.voted' && event.data.vote.person === 'ann')).toBe(2);
    expect(count(({ type }) => type === 'note.added')).toBe(1);
    expect(count(({ type }) => type === 'exercise.ended')).toBe(1);
    expect(
      count((event) => event.type === 'act.started' && event.path === 'isolate' && event.data.purpose === 'act'),
    ).toBe(1);
    const injects = events.flatMap((event) => (event.type === 'inject.delivered' ? [event.data.id] : []));
    expect(injects).toEqual([...new Set(injects)]);
  }, 120_000);
});
