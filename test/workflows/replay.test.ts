import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import { type ReplayResult, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/incident/messages.ts';
import { bundleWorkflows } from '../../src/main/bundle.ts';
import { createCodec, failureConverterPath } from '../../src/main/codec.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { createWorlds } from '../../src/store/worlds.ts';
import { CHECK_WORKFLOW, checkId } from '../../workflows/check-id.ts';
import { type House, openHouse, testBundle } from '../support/house.ts';
import { act, ask, oblige, parallel, planOf, RULE, run, say, use, wait } from '../support/plans.ts';

/**
 * Histories of whole incidents, decrypted. Running incidents must be able to follow every later version of the workflow; when an
 * edit breaks one, guard it with `patched()` instead of recording anew. New behaviour: record more, with TOCSIN_TEST_RECORD=1.
 */
const FOLDER = join(packageRoot, 'test', 'histories');
const { History } = temporal.api.history.v1;
const recorded = () =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const history = History.fromObject(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
      const own = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
      // A check reads in its own id what it checks.
      return { workflowId: own.startsWith('check:') ? own : file, history };
    });

async function replay(workflowsPath: string | null): Promise<ReplayResult[]> {
  const workflowBundle = workflowsPath === null ? await testBundle() : await bundleWorkflows(workflowsPath);
  const results: ReplayResult[] = [];
  const options = { workflowBundle, dataConverter: { failureConverterPath } };
  for await (const result of Worker.runReplayHistories(options, recorded())) results.push(result);
  return results;
}

if (process.env.TOCSIN_TEST_RECORD) it('records the histories of a few incidents', record, 120_000);

describe('recorded incidents', () => {
  beforeAll(() => expect(recorded().length).toBeGreaterThan(3));

  it('can be followed by the workflow as it is now', async () => {
    const results = await replay(null);
    expect(results.flatMap(({ workflowId, error }) => (error ? [`${workflowId}: ${error.message}`] : []))).toEqual([]);
    expect(results).toHaveLength(recorded().length);
  }, 60_000);

  it('cannot be followed after a breaking change, and that is noticed', async () => {
    const results = await replay(join(packageRoot, 'test', 'support', 'workflows', 'changed.ts'));
    expect(results.map(({ error }) => error?.name)).toEqual(results.map(() => 'DeterminismViolationError'));
  }, 60_000);
});

async function record(): Promise<void> {
  const house = await openHouse();
  const night = { remindMs: [], escalate: null };
  try {
    const approved = planOf(
      [
        act('assess', 'model.inspect'),
        ask('contain', { covers: ['isolate'], ...night }),
        act('isolate', 'model.isolate', { coveredBy: 'contain', prove: use('model.probe', { expect: 'cut' }) }),
        parallel('both', {
          left: [wait('pause', 50), say('tell')],
          right: [run('inner', [act('look', 'model.inspect')])],
        }),
      ],
      [say('brief')],
    );
    await recordOne(house, 'approved', approved, {}, async (incident) => {
      await house.question(incident, 'contain');
      await house.vote(incident, 'ben', ['incident-commander'], 'approve');
    });
    await recordOne(house, 'continued', approved, { continueAfterEvents: 6 }, async (incident) => {
      await house.question(incident, 'contain');
      await house.vote(incident, 'ben', ['incident-commander'], 'approve');
    });
    const silent = planOf([
      ask('contain', {
        withinMs: 600,
        remindMs: [100],
        escalate: { afterMs: 300, to: 'incident-commander', page: true },
      }),
    ]);
    await recordOne(house, 'nobody-answered', silent, {}, async () => undefined);
    const stood = planOf([act('isolate', 'model.isolate', { unattended: 'tested' }), ask('go-on', night)]);
    await recordOne(house, 'stood-down', stood, {}, async (incident) => {
      await house.question(incident, 'go-on');
      await tell(house, incident, { type: 'note', text: 'A false alarm.' });
      await tell(house, incident, { type: 'stand-down', reason: 'a false alarm' });
    });
    const amend = (incident: string) => tell(house, incident, { type: 'note', text: 'The vendor confirmed it.' });
    await recordOne(house, 'taken-up', planOf([say('brief')]), {}, async () => undefined, amend);
    await recordCheck(house);
    await recordDuties(house);
  } finally {
    await house.close();
  }
}

const tell = (house: House, incident: string, more: object) =>
  house.incidents.send(incident, { id: randomUUID(), person: 'ben', at: Date.now(), ...more } as Message);

async function recordOne(
  house: House,
  name: string,
  plan: ReturnType<typeof planOf>,
  options: { continueAfterEvents?: number },
  play: (incident: string) => Promise<void>,
  afterClosing?: (incident: string) => Promise<unknown>,
): Promise<void> {
  const incident = await house.open(await house.publish(plan), {}, options);
  await play(incident);
  await house.until(incident, 'its end', (view) => view.plan?.finishedAt);
  await tell(house, incident, { type: 'resolve', summary: 'It is over.' });
  await tell(house, incident, { type: 'close' });
  await house.client.workflow.getHandle(incident).result();
  await afterClosing?.(incident);
  await house.client.workflow.getHandle(incident).result();
  await keep(house, incident, name);
}

/** One notice that is overdue and then given by phone, one that is sent. */
async function recordDuties(house: House): Promise<void> {
  const send = use('notify.mail', { to: 'authority@example.org', subject: 'Notice', text: 'What happened.' });
  const duties = planOf([
    oblige('late', { rule: { ...RULE, limitMs: 800 }, remindMs: [500], owner: 'incident-commander' }),
    oblige('gdpr'),
    act('send', 'notify.mail', { use: send, unattended: 'tested', fulfils: 'gdpr' }),
  ]);
  const late = async (incident: string): Promise<void> => {
    await house.until(incident, 'an overdue notice', (view) => view.obligations[0]?.overdueAt);
    await tell(house, incident, { type: 'obligation', number: 1, outcome: 'met', text: 'By phone.' });
  };
  await recordOne(house, 'obliged', duties, {}, late);
  await recordOne(house, 'obliged-continued', duties, { continueAfterEvents: 4 }, late);
}

/** A check that could be made at the second attempt. */
async function recordCheck(house: House): Promise<void> {
  const { client, taskQueue } = house;
  const made = async (turn: string): Promise<string> => {
    const workflowId = `${checkId(taskQueue, { system: 'support-assistant', check: 'integrity' })}-${turn}`;
    await client.workflow.execute(CHECK_WORKFLOW, { workflowId, taskQueue, args: [] });
    return workflowId;
  };
  await made('1');
  await createWorlds(house.pool).withWorld('inventory', async (world) => {
    const fault = {
      capability: 'model.verify',
      system: null,
      times: 1,
      kind: 'error',
      retryable: true,
      message: 'away',
    };
    return { world: { ...world, faults: [fault] }, result: null };
  });
  await keep(house, await made('2'), 'checked');
}

/** What is recorded stays as it was recorded. */
async function keep(house: House, incident: string, name: string): Promise<void> {
  if (existsSync(join(FOLDER, `${name}-1.json`))) return;
  mkdirSync(FOLDER, { recursive: true });
  const runs: object[][] = [];
  for (const event of await house.rawHistory(incident)) {
    if (event.workflowExecutionStartedEventAttributes) runs.push([]);
    runs.at(-1)?.push((await decrypted(house, event)) as object);
  }
  for (const [i, events] of runs.reverse().entries()) {
    const json = History.toObject(History.create({ events }), { longs: String, bytes: String, enums: String });
    writeFileSync(join(FOLDER, `${name}-${i + 1}.json`), `${JSON.stringify(json, null, 1)}\n`);
  }
}

/** Payloads in clear, so that histories can be read, reviewed and replayed without a key. */
async function decrypted(house: House, node: unknown): Promise<unknown> {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  if ('metadata' in node && 'data' in node) {
    const [open] = await createCodec(house.keys.worker.payload).decode([node as never]);
    return open;
  }
  const own = node as Record<string, unknown>;
  // These name the process and the machine that recorded it.
  for (const key of ['identity', 'name']) if (typeof own[key] === 'string' && /@/.test(own[key])) own[key] = 'recorder';
  for (const key of Object.keys(own)) own[key] = await decrypted(house, own[key]);
  return own;
}
