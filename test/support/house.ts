import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { WorkflowBundleOption } from '@temporalio/worker';
import pg from 'pg';
import { createActivities } from '../../src/activities/activities.ts';
import { createApprovalVerifier } from '../../src/activities/approval.ts';
import { createDrillActivities } from '../../src/activities/drill.ts';
import type { ActivityPorts, CapabilityProvider } from '../../src/activities/ports.ts';
import type { Opening } from '../../src/engine/perform.ts';
import type { Question, Vote } from '../../src/incident/decision.ts';
import { incidentId } from '../../src/incident/ids.ts';
import type { MessageResult } from '../../src/incident/messages.ts';
import { type IncidentView, openDecisions, playbookAt } from '../../src/incident/view.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { bundleWorkflows } from '../../src/main/bundle.ts';
import { createDrillsDue } from '../../src/main/drills-due.ts';
import { loadKeys, makeKeys, type ServerKeys, type WorkerKeys } from '../../src/main/keys.ts';
import { createLog } from '../../src/main/log.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { createRegistry } from '../../src/main/simulated-bindings.ts';
import { connectTemporal } from '../../src/main/temporal-client.ts';
import { logTemporalTo, type RunningWorker, startTemporalWorker } from '../../src/main/temporal-worker.ts';
import type { Plan } from '../../src/playbook/plan.ts';
import { World } from '../../src/simulator/core/world.ts';
import { canonical, sha256 } from '../../src/store/chain.ts';
import { createCheckBook } from '../../src/store/checks.ts';
import { createTurnNotes } from '../../src/store/drill-turns.ts';
import { createLeases } from '../../src/store/leases.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPlanLibrary, createPlanShelf } from '../../src/store/plans.ts';
import { isDatabaseAway, openPool } from '../../src/store/pool.ts';
import { createReader } from '../../src/store/reader.ts';
import { createSnapshots } from '../../src/store/snapshots.ts';
import { createTimeline } from '../../src/store/timeline.ts';
import { createWorlds } from '../../src/store/worlds.ts';
import type { StoredEvent } from '../../src/surfaces/ports.ts';
import { createRunningIncidents, type RunningIncidents } from '../../src/surfaces/responses.ts';
import { createVoteSigner, voteExpires } from '../../src/surfaces/votes.ts';
import type { RunOptions, SavedIncident } from '../../workflows/messages.ts';
import { opening as sampleOpening } from './plans.ts';
import { testDatabase } from './postgres.ts';
import { testTemporal } from './temporal.ts';

/** A whole Tocsin without surfaces: real Temporal, real PostgreSQL, the simulated world, keys of its own. */
export type House = {
  readonly client: Client;
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly keysDir: string;
  readonly taskQueue: string;
  readonly temporalAddress: string;
  readonly keys: { worker: WorkerKeys; server: ServerKeys };
  readonly ports: ActivityPorts;
  readonly incidents: RunningIncidents;
  readonly pages: { incident: string; role: string; key: string }[];
  startWorker(): Promise<RunningWorker>;
  stopWorkers(): Promise<void>;
  /** All events of all runs, as Temporal's server has them. */
  rawHistory(incident: string): Promise<temporal.api.history.v1.IHistoryEvent[]>;
  /** Refuses and breaks every connection to the database. Returns what lets them in again. */
  cutDatabase(): Promise<() => Promise<void>>;
  publish(plan: Plan): Promise<Plan>;
  /** Opens an incident under an id of its own. */
  open(plan: Plan | null, opening?: Partial<Opening>, options?: RunOptions): Promise<string>;
  ballot(incident: string, person: string, roles: string[], answer: string, more?: Partial<Vote>): Promise<Vote>;
  vote(incident: string, person: string, roles: string[], answer: string, more?: Partial<Vote>): Promise<MessageResult>;
  read(incident: string): Promise<{ view: IncidentView; events: StoredEvent[] }>;
  /** Waits for the timeline to say so. */
  until<T>(
    incident: string,
    what: string,
    look: (view: IncidentView, events: StoredEvent[]) => T,
  ): Promise<NonNullable<T>>;
  openIncidents(): Promise<IncidentView[]>;
  question(incident: string, path: string): Promise<Question>;
  world(): Promise<World>;
  close(): Promise<void>;
};

export type HouseOptions = {
  worker?: boolean;
  pace?: number;
  wrap?: (provider: CapabilityProvider) => CapabilityProvider;
  /** Whose drills come round. Absent: HOUSE_INVENTORY, which has none. */
  inventory?: () => Inventory;
  /** What sweeps of improvement items do; nothing if absent. */
  sweep?: (what: 'remind' | 'sync') => Promise<void>;
  bundle?: WorkflowBundleOption;
};

export const HOUSE_INVENTORY: Inventory = {
  organisation: { name: 'Tested', timezone: 'UTC', stakeholders: ['incident-commander'] },
  roles: [{ id: 'incident-commander', title: 'Incident commander', description: null }],
  people: [{ id: 'ben', name: 'Ben', email: 'ben@example.org', roles: ['incident-commander'] }],
  contacts: [],
  systems: ['support-assistant', 'credit-scoring'].map((id) => ({
    id,
    name: id,
    tier: 'critical',
    owner: 'ben',
    model: { name: id, lastKnownGood: 'v40', versions: ['v40', 'v41'] },
    dataClasses: [],
    jurisdictions: [],
    dependants: [],
    serving: null,
    checks: { everyMs: null, golden: [], canaries: [] },
    bindings: { 'model.*': 'simulated' },
  })),
  connections: {},
  bindings: { 'notify.*': 'simulated' },
  paging: [],
  // At every hour: tests wait for no opening.
  calendar: {
    zone: 'UTC',
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    hours: '00:00-24:00',
    holidays: [],
  },
  slack: { channel: 'incidents', ownChannelFor: ['sev1', 'sev2'], ownChannelsPrivate: false, groups: {}, users: {} },
};

let bundle: Promise<WorkflowBundleOption> | undefined;
export const testBundle = (): Promise<WorkflowBundleOption> =>
  (bundle ??= bundleWorkflows(join(packageRoot, 'test', 'support', 'workflows', 'every.ts')));

/** Generous: other tests share the machine. */
const DEADLINE_MS = 20_000;

/** Temporal's runtime is one a process. What goes wrong on purpose in a test is asserted there, not printed. */
let quietened = false;
function quietTemporal(): void {
  if (!quietened) logTemporalTo(createLog({ name: 'test', level: 'silent' }));
  quietened = true;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  quietTemporal();
  const [database, { address }] = await Promise.all([testDatabase(), testTemporal()]);
  const scratch = mkdtempSync(join(tmpdir(), 'tocsin-house-'));
  const keysDir = join(scratch, 'keys');
  makeKeys(keysDir);
  const keys = { worker: loadKeys(keysDir, 'worker'), server: loadKeys(keysDir, 'server') };
  const pool = openPool(database.url, { name: 'test', onProblem: () => undefined });
  await migrate(pool);
  const taskQueue = `test-${randomUUID()}`;
  const where = { address, namespace: 'default' };
  const reader = createReader({ pool, connectionString: database.url, onProblem: () => undefined });
  const snapshots = createSnapshots(pool);
  const plans = createPlanLibrary(pool);
  const pages: House['pages'] = [];
  const ports = portsOf({ pool, keys: keys.worker, reader, pages, options });
  const { client, close } = await connectTemporal(
    where,
    keys.server.payload,
    () => loadKeys(keysDir, 'server').payload,
  );
  const incidents = createRunningIncidents({
    client,
    taskQueue,
    loadSaved: async (incident) => (await snapshots.loadSnapshot(incident)) as SavedIncident | null,
    isOnTimeline: async (incident) => (await reader.incident(incident)) !== null,
  });
  const signer = createVoteSigner(keys.server.vote);
  const workers: RunningWorker[] = [];

  const house: House = {
    client,
    pool,
    databaseUrl: database.url,
    keysDir,
    taskQueue,
    temporalAddress: address,
    keys,
    ports,
    incidents,
    pages,
    async startWorker() {
      const worker = await startTemporalWorker({
        temporal: where,
        taskQueue,
        payloadKeys: loadKeys(keysDir, 'worker').payload,
        bundle: options.bundle ?? (await testBundle()),
        activities: { ...createActivities(ports), ...createDrillActivities(ports) },
      });
      workers.push(worker);
      return worker;
    },
    async stopWorkers() {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    },
    rawHistory: (incident) => rawHistory(client, incident),
    cutDatabase: () => cutDatabase(database.url),
    async publish(plan) {
      const { hash: _, ...rest } = plan;
      const published = { ...plan, hash: sha256(canonical(rest)) };
      await plans.publish(published, ['test'], Date.now());
      return published;
    },
    async open(plan, more = {}, runOptions) {
      const incident = incidentId(2026, randomInt(10_000, 2_000_000_000));
      const opening: Opening = { ...sampleOpening, incident, mode: 'simulated-inventory', ...more };
      await incidents.startIncident({ opening, plan, seq: 0, ...(runOptions && { options: runOptions }) });
      return incident;
    },
    async ballot(incident, person, roles, answer, more = {}) {
      const { view } = await house.read(incident);
      const question = more.question
        ? view.decisions.find((decision) => decision.question.number === more.question)?.question
        : openDecisions(view)[0]?.question;
      if (!question) throw new Error(`${incident} asks nothing`);
      return signer.sign({
        incident,
        question: question.number,
        path: question.path,
        planHash: playbookAt(view, question.path)?.hash ?? '',
        person,
        roles,
        answer,
        ...(answer === 'approve' ? {} : { reason: 'tested' }),
        at: Date.now(),
        expires: voteExpires(question),
        surface: 'api',
        ...more,
      });
    },
    async vote(incident, person, roles, answer, more) {
      const vote = await house.ballot(incident, person, roles, answer, more);
      return incidents.send(incident, { type: 'decide', id: randomUUID(), person, at: vote.at, vote });
    },
    async read(incident) {
      const found = await reader.incident(incident);
      if (!found) throw new Error(`no timeline of ${incident}`);
      return found;
    },
    until: (incident, what, look) => untilTimeline(reader, incident, what, look),
    question: (incident, path) =>
      house
        .until(incident, `a question at ${path}`, (view) =>
          openDecisions(view).find((decision) => decision.question.path === path),
        )
        .then((decision) => decision.question),
    openIncidents: () => reader.incidents({ status: ['open', 'resolved'] }),
    async world() {
      const { rows } = await pool.query<{ body: string }>('SELECT body FROM worlds');
      return World.parse(JSON.parse(rows[0]?.body ?? 'null'));
    },
    async close() {
      await Promise.allSettled(workers.map((worker) => worker.stop()));
      await close();
      await reader.close();
      await pool.end();
      await database.drop();
      rmSync(scratch, { recursive: true });
    },
  };
  if (options.worker !== false) await house.startWorker();
  return house;
}

type PortDeps = {
  pool: pg.Pool;
  keys: WorkerKeys;
  reader: Pick<ReturnType<typeof createReader>, 'incident'>;
  pages: House['pages'];
  options: HouseOptions;
};

function portsOf({ pool, keys, reader, pages, options }: PortDeps): ActivityPorts {
  const bound = createRegistry(HOUSE_INVENTORY, createWorlds(pool), options.pace ?? 0);
  const registry: ActivityPorts['registry'] = {
    provider(capability, system) {
      const provider = bound.provider(capability, system);
      return provider && (options.wrap?.(provider) ?? provider);
    },
  };
  const witness = { view: async (incident: string) => (await reader.incident(incident))?.view ?? null };
  const { saveSnapshot, loadSnapshot } = createSnapshots(pool);
  return {
    timeline: createTimeline({ pool, headKey: keys.head.privateKey, now: Date.now }),
    leases: createLeases(pool),
    registry,
    approvals: createApprovalVerifier({ plans: createPlanShelf(pool), witness, voteKeys: keys.votes }),
    notifier: { page: async ({ incident, role, key }) => void pages.push({ incident, role, key }) },
    snapshots: { save: saveSnapshot, load: loadSnapshot },
    checks: createCheckBook(pool),
    improvements: {
      sweep: async (what) => options.sweep?.(what),
    },
    drills: createDrillsDue({ inventory: () => options.inventory?.() ?? HOUSE_INVENTORY, ...createTurnNotes(pool) }),
    now: Date.now,
    unavailable: isDatabaseAway,
  };
}

function untilTimeline<T>(
  reader: ReturnType<typeof createReader>,
  incident: string,
  what: string,
  look: (view: IncidentView, events: StoredEvent[]) => T,
): Promise<NonNullable<T>> {
  return new Promise((resolve, reject) => {
    let seen = 'nothing';
    const end = (then: () => void) => {
      clearTimeout(deadline);
      unsubscribe();
      then();
    };
    const check = async () => {
      const found = await reader.incident(incident);
      if (!found) return;
      seen = found.events.map(brief).join(' ');
      const answer = look(found.view, found.events);
      if (answer) end(() => resolve(answer));
    };
    const checked = () => void check().catch((error) => end(() => reject(error)));
    const unsubscribe = reader.subscribe(incident, checked);
    const deadline = setTimeout(
      () => end(() => reject(new Error(`${incident}: waited in vain for ${what}; its timeline says: ${seen}`))),
      DEADLINE_MS,
    );
    checked();
  });
}

async function cutDatabase(url: string): Promise<() => Promise<void>> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: maintenance.href });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  return async () => {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await admin.end();
  };
}

export async function rawHistory(client: Client, incident: string): Promise<temporal.api.history.v1.IHistoryEvent[]> {
  const { namespace } = client.options;
  const events: temporal.api.history.v1.IHistoryEvent[] = [];
  // Visibility lags behind: walk back from the latest run instead.
  let runId = (await client.workflow.getHandle(incident).describe()).runId;
  while (runId) {
    let nextPageToken: Uint8Array | null | undefined;
    let earlier = '';
    do {
      const page = await client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution: { workflowId: incident, runId },
        ...(nextPageToken && { nextPageToken }),
      });
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : null;
      for (const event of page.history?.events ?? []) {
        events.push(event);
        earlier ||= event.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
      }
    } while (nextPageToken);
    runId = earlier;
  }
  return events;
}

function brief(event: StoredEvent): string {
  const failed = event.type === 'act.failed' || event.type === 'step.failed' ? ` (${event.data.message})` : '';
  return `${event.type}@${event.path}${failed}`;
}
