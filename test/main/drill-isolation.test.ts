import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/activities.ts';
import { createDrillActivities } from '../../src/activities/drill.ts';
import type { Call } from '../../src/engine/stage.ts';
import type { Question, Vote } from '../../src/incident/decision.ts';
import { type EventData, type EventType, type NumberedEvent, TOCSIN } from '../../src/incident/events.ts';
import { exerciseId, incidentId } from '../../src/incident/ids.ts';
import { bundleWorkflows } from '../../src/main/bundle.ts';
import { createCodec } from '../../src/main/codec.ts';
import { drillTasks, openDrillDatabase } from '../../src/main/drill-worker.ts';
import { drillKeysIn, loadDrillPayloadKeys, loadKeys, type WorkerKeys } from '../../src/main/keys.ts';
import { createLog } from '../../src/main/log.ts';
import { createMetrics } from '../../src/main/metrics.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { withOtherKeys } from '../../src/main/temporal-client.ts';
import { type RunningWorker, startTemporalWorker } from '../../src/main/temporal-worker.ts';
import { createWatchdog } from '../../src/main/watchdog.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { createFindings } from '../../src/store/findings.ts';
import { createReader } from '../../src/store/reader.ts';
import { createVoteSigner } from '../../src/surfaces/votes.ts';
import { INCIDENT_WORKFLOW } from '../../workflows/messages.ts';
import { type House, openHouse } from '../support/house.ts';
import { act, ask, planOf, say } from '../support/plans.ts';
import { sampleExercise, question as sampleQuestion } from '../support/sample-events.ts';
import type { Attempt } from '../support/workflows/break-out.ts';

// tiers: postgres, temporal

/**
 * From within a drill worker, wired as in production, its workflow taken over. Each attempt is made twice: behind the walls, where it
 * must fail, and where there are none, so that we know that it was a real one.
 */
let house: House;
let drills: Client;
let pool: pg.Pool;
let keys: WorkerKeys;
let plan: Plan;
const ended: (() => Promise<unknown>)[] = [];
const onProblem = () => undefined;
const queues = { walled: `test-${randomUUID()}-drills`, open: `test-${randomUUID()}` };
const newIncident = () => incidentId(2026, randomInt(10_000, 2_000_000_000));
const newDrill = () => exerciseId(2026, randomInt(10_000, 2_000_000_000));
const LONG_MS = 60_000;

beforeAll(async () => {
  house = await openHouse();
  keys = loadKeys(drillKeysIn(house.keysDir), 'worker');
  pool = await openDrillDatabase(house.databaseUrl, onProblem);
  drills = withOtherKeys(house, loadDrillPayloadKeys(house.keysDir)).client;
  const walled = drillTasks({ pool, keys, databaseUrl: house.databaseUrl, onProblem });
  const bundle = await bundleWorkflows(join(packageRoot, 'test', 'support', 'workflows', 'break-out.ts'));
  const start = (
    taskQueue: string,
    deps: Pick<Parameters<typeof startTemporalWorker>[0], 'activities' | 'payloadKeys'>,
  ) =>
    startTemporalWorker({
      temporal: { address: house.temporalAddress, namespace: 'default' },
      taskQueue,
      bundle,
      ...deps,
    });
  const workers: RunningWorker[] = await Promise.all([
    start(queues.walled, { payloadKeys: keys.payload, activities: walled.activities }),
    start(queues.open, {
      payloadKeys: house.keys.worker.payload,
      activities: { ...createDrillActivities(house.ports), ...createActivities(house.ports) },
    }),
  ]);
  ended.push(...workers.map((worker) => worker.stop), walled.close, () => pool.end());
  plan = await house.publish(
    planOf([
      ask('contain', { covers: ['isolate'] }),
      act('isolate', 'model.isolate', { coveredBy: 'contain' }),
      act('assess', 'model.inspect'),
      say('brief'),
    ]),
  );
}, 120_000);
afterAll(async () => {
  for (const end of ended) await end();
  await house?.close();
});

/** Lets the taken-over workflow ask for something. Answers with what it got, or with why not. */
async function attempt(where: 'walled' | 'open', attempted: Attempt): Promise<{ got: unknown } | { refused: string }> {
  const client = where === 'walled' ? drills : house.client;
  const workflowId = randomUUID();
  try {
    const got = await client.workflow.execute('breakOut', { workflowId, taskQueue: queues[where], args: [attempted] });
    // What answers with nothing, did it.
    return { got: got ?? null };
  } catch (error) {
    let root = error;
    while (root instanceof Error && root.cause !== undefined) root = root.cause;
    return { refused: root instanceof Error ? root.message : String(root) };
  }
}

const event = <T extends EventType>(seq: number, type: T, data: EventData<T>, path = ''): NumberedEvent =>
  ({ seq, at: Date.now(), path, type, actor: TOCSIN, data }) as NumberedEvent;

const sample = <T extends EventType>(type: T): EventData<T> =>
  sampleExercise().find((one) => one.type === type)?.data as EventData<T>;

const question = (until: number): Question => ({
  ...sampleQuestion,
  by: [{ role: 'incident-commander', count: 1 }],
  question: 'contain?',
  askedAt: Date.now() - 600_000,
  until,
  escalate: { at: until, to: 'engineering-manager', page: true },
});

/** A timeline that says: opened by this plan, and asked whether to contain. */
function timeline(id: string, more: { until?: number; vote?: Vote } = {}): NumberedEvent[] {
  const exercise = id.startsWith('EX-');
  const { playbook, version, title, hash } = plan;
  const of = { id: playbook, version, title, hash };
  const opened = {
    ...sample('incident.opened'),
    incident: id,
    mode: exercise ? 'exercise' : 'live',
    playbook: of,
  } as const;
  const events: ((seq: number) => NumberedEvent)[] = [
    ...(exercise
      ? [(seq: number) => event(seq, 'exercise.started', { ...sample('exercise.started'), incident: id, playbook: of })]
      : []),
    (seq) => event(seq, 'incident.opened', opened),
    (seq) => event(seq, 'decision.asked', question(more.until ?? Date.now() + 600_000), 'contain'),
  ];
  if (more.vote) events.push((seq) => event(seq, 'decision.voted', { number: 1, vote: more.vote as Vote }, 'contain'));
  return events.map((make, i) => make(i + 1));
}

const call = (id: string, path: string, more: Partial<Call> = {}): Call => ({
  key: `${id}:${path}:act:0`,
  path,
  capability: 'model.inspect',
  risk: 'read',
  purpose: 'act',
  with: { system: 'support-assistant' },
  attempt: 1,
  timeoutMs: 1_000,
  undoes: null,
  approval: null,
  ...more,
});

/** A real incident that only its timeline knows of. */
async function realIncident(): Promise<string> {
  const incident = newIncident();
  await house.ports.timeline.append(incident, timeline(incident));
  return incident;
}

describe('a drill cannot', () => {
  it(
    'append to a real incident, nor open one',
    async () => {
      const incident = await realIncident();
      const note = (seq: number) => ({ incident, events: [event(seq, 'note.added', { text: 'forged' })] });
      expect(await attempt('walled', { activity: 'record', task: note(3) })).toEqual({
        refused: expect.stringMatching(/^INC-.*event 3 cannot follow event 0/),
      });
      expect(await attempt('open', { activity: 'record', task: note(3) })).toEqual({ got: null });
      const other = newIncident();
      const opening = { incident: other, events: timeline(other) };
      expect(await attempt('walled', { activity: 'record', task: opening })).toEqual({
        refused: expect.stringMatching(/row-level security policy "drills_alone"/),
      });
      expect(await attempt('open', { activity: 'record', task: opening })).toEqual({ got: null });
    },
    LONG_MS,
  );

  it(
    'read or list real incidents, nor have one of their acts admitted',
    async () => {
      const incident = await realIncident();
      const own = newDrill();
      expect(await attempt('walled', { activity: 'record', task: { incident: own, events: timeline(own) } })).toEqual({
        got: null,
      });
      const seen = async (by: pg.Pool) => {
        const reader = createReader({ pool: by, connectionString: house.databaseUrl, onProblem });
        const listed = (await reader.incidents({ drills: true })).map(({ id }) => id);
        return {
          read: (await reader.incident(incident)) !== null,
          incident: listed.includes(incident),
          own: listed.includes(own),
        };
      };
      expect(await seen(pool)).toEqual({ read: false, incident: false, own: true });
      expect(await seen(house.pool)).toEqual({ read: true, incident: true, own: true });
      const task = { drill: incident, call: call(incident, 'assess'), at: Date.now(), events: [] };
      expect(await attempt('walled', { activity: 'admit', task })).toEqual({
        got: expect.objectContaining({ code: 'not-published' }),
      });
      expect(await attempt('open', { activity: 'admit', task })).toEqual({ got: null });
    },
    LONG_MS,
  );

  it('read accounts, alerts, leases, or anything else that is kept', async () => {
    const tables = [
      'sessions',
      'tokens',
      'passwords',
      'sign_in_links',
      'alerts',
      'leases',
      'findings',
      'worlds',
      'snapshots',
      'drills',
    ];
    for (const table of tables) {
      await expect(pool.query(`SELECT FROM ${table}`), table).rejects.toMatchObject({ code: '42501' });
      await expect(house.pool.query(`SELECT FROM ${table}`), table).resolves.toBeTruthy();
    }
    const { rows } = await pool.query('SELECT current_user AS role');
    expect(rows).toEqual([{ role: 'tocsin_drill' }]);
  });

  it(
    'act, page, finish, load or check: nobody is there who could',
    async () => {
      const incident = await realIncident();
      const tasks: Record<string, unknown> = {
        act: { incident, call: call(incident, 'assess'), events: [] },
        page: { incident, role: 'incident-commander', subject: 'Wake up', text: 'Now', key: randomUUID() },
        load: { incident },
        finish: { incident, saved: {} },
      };
      for (const activity of Object.keys(createActivities(house.ports)).filter((name) => name !== 'record')) {
        const refused = await attempt('walled', { activity, task: tasks[activity] ?? {} });
        expect(refused, activity).toEqual({ refused: expect.stringContaining(`${activity} is not registered`) });
      }
      expect(house.pages).toEqual([]);
      for (const [activity, task] of Object.entries(tasks))
        expect(await attempt('open', { activity, task }), activity).toHaveProperty('got');
      expect(house.pages).toHaveLength(1);
    },
    LONG_MS,
  );

  it(
    'have the workers of incidents do it: they cannot read what it asks',
    async () => {
      const page = (key: string): Attempt => ({
        activity: 'page',
        task: { incident: 'INC-2026-0001', role: 'incident-commander', subject: 'Wake up', text: 'Now', key },
        taskQueue: house.taskQueue,
      });
      const workflowId = randomUUID();
      const asked = await drills.workflow.start('breakOut', {
        workflowId,
        taskQueue: queues.walled,
        args: [page('drill')],
      });
      const { EventType } = temporal.api.enums.v1;
      await expect
        .poll(async () => (await house.rawHistory(workflowId)).map(({ eventType }) => eventType), { timeout: 30_000 })
        .toContain(EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED);
      await asked.terminate();
      expect(await attempt('open', page('no wall'))).toEqual({ got: null });
      expect(house.pages.map(({ key }) => key)).not.toContain('drill');
      expect(house.pages.map(({ key }) => key)).toContain('no wall');
    },
    LONG_MS,
  );

  it(
    'be an incident: its workers have no such workflow',
    async () => {
      // What the bundles of the two kinds of workers are made from.
      const [ofDrills, ofIncidents] = await Promise.all([
        import('../../workflows/drills.ts'),
        import('../../workflows/index.ts'),
      ]);
      expect(Object.keys(ofDrills)).toEqual(['drill']);
      expect(Object.keys(ofIncidents)).toContain('incident');
      expect(Object.keys(ofIncidents)).not.toContain('drill');
      const incident = newIncident();
      const input = { opening: { ...sample('incident.opened'), incident, inputs: {} }, plan: null, seq: 0 };
      const started = await drills.workflow.start(INCIDENT_WORKFLOW, {
        workflowId: incident,
        taskQueue: queues.walled,
        args: [input],
      });
      const { EventType } = temporal.api.enums.v1;
      await expect
        .poll(async () => (await house.rawHistory(incident)).map(({ eventType }) => eventType), { timeout: 30_000 })
        .toContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
      await started.terminate();
      expect((await house.pool.query('SELECT FROM incidents WHERE id = $1', [incident])).rowCount).toBe(0);
      // Where there is one, it is on the timeline at once.
      const real = await house.open(null);
      await house.until(real, 'its opening', (view) => view.seq > 0);
    },
    LONG_MS,
  );

  it('decrypt what was said to an incident, nor an incident what was said to a drill', async () => {
    const said = { metadata: {}, data: Buffer.from('the model leaks') };
    const [ofDrills, ofIncidents] = [createCodec(keys.payload), createCodec(house.keys.worker.payload)];
    for (const [ours, others] of [
      [ofIncidents, ofDrills],
      [ofDrills, ofIncidents],
    ] as const) {
      const sealed = await ours.encode([said]);
      await expect(others.decode(sealed)).rejects.toMatchObject({ code: 'key-unknown' });
      expect(Buffer.from((await ours.decode(sealed))[0]?.data ?? []).toString()).toBe('the model leaks');
    }
  });

  it(
    'approve with a vote that nobody signed',
    async () => {
      const admit = async (sign: (vote: Omit<Vote, 'key' | 'signature'>) => Vote) => {
        const drill = newDrill();
        const at = Date.now();
        const vote = sign({
          ...{ incident: drill, question: 1, path: 'contain', planHash: plan.hash, person: 'ben' },
          ...{ roles: ['incident-commander'], answer: 'approve', at, expires: at + 600_000, surface: 'console' },
        });
        const asked = question(at + 600_000);
        const approval = { question: asked, votes: [vote], escalated: false, byDefault: false, planHash: plan.hash };
        const risky = { capability: 'model.isolate', risk: 'disruptive', approval } as const;
        const events = timeline(drill, { until: at + 600_000, vote });
        return attempt('walled', {
          activity: 'admit',
          task: { drill, call: call(drill, 'isolate', risky), at, events },
        });
      };
      const forged = { key: house.keys.server.vote.id, signature: 'bm9ib2R5' };
      expect(await admit((vote) => ({ ...vote, ...forged }) as Vote)).toEqual({
        got: { code: 'approval-refused', message: expect.stringContaining('not signed') },
      });
      expect(await admit((vote) => createVoteSigner(house.keys.server.vote).sign(vote))).toEqual({ got: null });
    },
    LONG_MS,
  );

  it(
    'have what was approved in it carried out for real, even by the workers of incidents',
    async () => {
      const carriedOut = async (id: string) => {
        const at = Date.now();
        const vote = createVoteSigner(house.keys.server.vote).sign({
          ...{ incident: id, question: 1, path: 'contain', planHash: plan.hash, person: 'ben' },
          ...{ roles: ['incident-commander'], answer: 'approve', at, expires: at + 600_000, surface: 'console' },
        });
        const approval = { question: question(at + 600_000), votes: [vote], planHash: plan.hash };
        const events = timeline(id, { until: at + 600_000, vote });
        const risky = { capability: 'model.isolate', risk: 'disruptive' } as const;
        const asked = call(id, 'isolate', { ...risky, approval: { ...approval, escalated: false, byDefault: false } });
        return attempt('open', { activity: 'act', task: { incident: id, call: asked, events } });
      };
      expect(await carriedOut(newDrill())).toEqual({
        got: { ok: false, fault: expect.objectContaining({ code: 'exercise' }) },
      });
      expect(await carriedOut(newIncident())).toEqual({ got: expect.objectContaining({ ok: true }) });
    },
    LONG_MS,
  );

  it(
    'put a question or a duty that is overdue into any list, number or watch of real incidents',
    async () => {
      const [drill, incident] = [newDrill(), newIncident()];
      const overdue = (id: string): NumberedEvent[] => {
        const events = timeline(id, { until: Date.now() - 300_000 });
        return [...events, event(events.length + 1, 'obligation.opened', { ...sample('obligation.opened'), dueAt: 1 })];
      };
      expect(
        await attempt('walled', { activity: 'record', task: { incident: drill, events: overdue(drill) } }),
      ).toEqual({ got: null });
      const reader = createReader({ pool: house.pool, connectionString: house.databaseUrl, onProblem });
      const findings = createFindings(house.pool);
      const log = createLog({ name: 'test', level: 'silent' });
      const openIncidents = () => reader.incidents({ status: ['open', 'resolved'] });
      const watchdog = createWatchdog({
        client: house.client,
        openIncidents,
        findings,
        now: Date.now,
        log,
        webhook: null,
      });
      const { registry } = createMetrics({ reader, openFindings: findings.open, now: Date.now });
      const seen = async () => {
        await watchdog.look();
        const listed = await reader.incidents({});
        await registry.getSingleMetricAsString('tocsin_incidents_open');
        const late = /overdue (\d+)/.exec(await registry.getSingleMetricAsString('tocsin_decisions_overdue'))?.[1];
        const { rows } = await house.pool.query<{ key: string }>('SELECT key FROM findings WHERE resolved_at IS NULL');
        const duties = listed
          .filter(({ obligations }) => obligations.some(({ dueAt }) => dueAt === 1))
          .map(({ id }) => id);
        return {
          late: Number(late),
          duties,
          found: rows.filter(({ key }) => key.startsWith('overdue:')).map(({ key }) => key),
        };
      };
      expect(await seen()).toEqual({ late: 0, duties: [], found: [] });
      await house.ports.timeline.append(incident, overdue(incident));
      expect(await seen()).toEqual({ late: 1, duties: [incident], found: [`overdue:${incident}:1`] });
      await reader.close();
    },
    LONG_MS,
  );
});
