import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { startPostgres } from '../src/embedded/postgres.ts';
import { startTemporal } from '../src/embedded/temporal.ts';
import { findTemporal } from '../src/embedded/temporal-find.ts';
import type { Opening } from '../src/engine/perform.ts';
import type { SystemSnapshot } from '../src/incident/events.ts';
import { incidentId } from '../src/incident/ids.ts';
import { type IncidentView, openDecisions } from '../src/incident/view.ts';
import { systemSnapshot } from '../src/inventory/inventory.ts';
import { loadKeys, makeKeys, type ServerKeys, type WorkerKeys } from '../src/main/keys.ts';
import { connectTemporal } from '../src/main/temporal-client.ts';
import type { Plan } from '../src/playbook/plan.ts';
import { migrate } from '../src/store/migrate.ts';
import { createPlanLibrary } from '../src/store/plans.ts';
import { openPool } from '../src/store/pool.ts';
import { createReader } from '../src/store/reader.ts';
import type { Reader, StoredEvent } from '../src/surfaces/ports.ts';
import { createRunningIncidents, type RunningIncidents } from '../src/surfaces/responses.ts';
import { createVoteSigner, voteExpires } from '../src/surfaces/votes.ts';
import type { Say } from './measure.ts';
import { inventory } from './playbooks.ts';

/** What everything is measured on: PostgreSQL and Temporal started as `npm start` starts them, a database of its own, fresh keys. */
export type Grounds = {
  readonly say: Say;
  readonly scratch: string;
  readonly temporalBinary: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly keysDir: string;
  readonly keys: { worker: WorkerKeys; server: ServerKeys };
  readonly client: Client;
  readonly pool: pg.Pool;
  readonly reader: Reader;
  publish(plan: Plan): Promise<void>;
  incidentsOn(taskQueue: string): RunningIncidents;
  /** Waits until the timeline says so. */
  until<T>(incident: string, look: (view: IncidentView, events: readonly StoredEvent[]) => T): Promise<NonNullable<T>>;
  close(): Promise<void>;
};

export const NAMESPACE = 'default';
const NUMBERED_HERE = 100_000;
const UNTIL_WITHIN_MS = 60_000;

export async function openGrounds(say: Say): Promise<Grounds> {
  const scratch = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(scratch, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await open(say, scratch, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  say: Say,
  scratch: string,
  undo: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Grounds> {
  say('starting PostgreSQL and Temporal');
  const onLog = (): void => {};
  const found = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, onProgress: say });
  if (found.kind !== 'binary') throw new Error('the bench starts a Temporal server of its own');
  const postgres = await startPostgres({ dataDir: join(scratch, 'postgres'), onLog });
  undo.push(postgres.stop);
  const temporal = await startTemporal({ binary: found.path, dataDir: join(scratch, 'temporal'), onLog });
  undo.push(temporal.stop);
  const keysDir = join(scratch, 'keys');
  mkdirSync(keysDir, { mode: 0o700 });
  makeKeys(keysDir);
  const keys = { worker: loadKeys(keysDir, 'worker'), server: loadKeys(keysDir, 'server') };
  // Servers that are stopped take their connections along; that is no problem to report.
  const onProblem = (): void => {};
  const pool = openPool(postgres.url, { name: 'tocsin-bench', connectionsMax: 20, onProblem });
  undo.push(() => pool.end());
  await migrate(pool);
  // The bench numbers its incidents from 1; those that a server opens come after them.
  await pool.query('INSERT INTO incident_counters (year, last) VALUES ($1, $2)', [
    new Date().getUTCFullYear(),
    NUMBERED_HERE,
  ]);
  const reader = createReader({ pool, connectionString: postgres.url, onProblem });
  undo.push(() => reader.close());
  const { client, close: disconnect } = await connectTemporal(
    { address: temporal.address, namespace: NAMESPACE },
    keys.server.payload,
  );
  undo.push(disconnect);
  const plans = createPlanLibrary(pool);
  return {
    say,
    scratch,
    temporalBinary: found.path,
    temporalAddress: temporal.address,
    databaseUrl: postgres.url,
    keysDir,
    keys,
    client,
    pool,
    reader,
    publish: async (plan) => void (await plans.publish(plan, ['bench'], Date.now())),
    incidentsOn: (taskQueue) =>
      createRunningIncidents({
        client,
        taskQueue,
        loadSaved: async () => null,
        isOnTimeline: async (incident) => (await reader.incident(incident)) !== null,
      }),
    until: (incident, look) => untilTimeline(reader, incident, look),
    close,
  };
}

let incidentsOpened = 0;
export const nextIncident = (): string => incidentId(2026, ++incidentsOpened);

export function openingOf(incident: string, systemId?: string): Opening {
  const known = systemSnapshot(inventory, 'claims-triage');
  if (!known) throw new Error('the sample inventory has no claims-triage any more');
  const system: SystemSnapshot = { ...known, id: systemId ?? known.id };
  return {
    incident,
    title: 'Measured',
    severity: 'sev2',
    system,
    requester: null,
    alert: null,
    mode: 'simulated-inventory',
    inputs: { system },
  };
}

/** Approves the question that is open, as a surface would. Hands back the message, ready to be sent. */
export function approval(keys: ServerKeys, view: IncidentView) {
  const question = openDecisions(view)[0]?.question;
  if (!question) throw new Error(`${view.id} asks nothing`);
  const at = Date.now();
  const vote = createVoteSigner(keys.vote).sign({
    incident: view.id,
    question: question.number,
    path: question.path,
    planHash: view.playbook?.hash ?? '',
    person: 'mara-lindqvist',
    roles: ['incident-commander'],
    answer: 'approve',
    at,
    expires: voteExpires(question),
    surface: 'api',
  });
  return { type: 'decide' as const, id: randomUUID(), person: vote.person, at, vote };
}

function untilTimeline<T>(
  reader: Reader,
  incident: string,
  look: (view: IncidentView, events: readonly StoredEvent[]) => T,
): Promise<NonNullable<T>> {
  return new Promise((resolve, reject) => {
    let last = 'nothing';
    const end = (then: () => void): void => {
      clearTimeout(deadline);
      unsubscribe();
      then();
    };
    const check = async (): Promise<void> => {
      const found = await reader.incident(incident);
      const latest = found?.events.at(-1);
      last = latest ? `${latest.type} at "${latest.path}": ${JSON.stringify(latest.data)}` : 'nothing';
      const answer = found && look(found.view, found.events);
      if (answer) end(() => resolve(answer));
    };
    const checked = (): void => void check().catch((error) => end(() => reject(error)));
    const unsubscribe = reader.subscribe(incident, checked);
    const deadline = setTimeout(
      () => end(() => reject(new Error(`${incident} stands still; the last on its timeline is ${last}`))),
      UNTIL_WITHIN_MS,
    );
    checked();
  });
}
