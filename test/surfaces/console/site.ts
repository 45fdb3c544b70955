import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Opening } from '../../../src/engine/perform.ts';
import { incidentId, isExercise } from '../../../src/incident/ids.ts';
import type { IncidentView } from '../../../src/incident/view.ts';
import { loadInventory } from '../../../src/inventory/load.ts';
import { createDrillCalendar } from '../../../src/main/drill-calendar.ts';
import { createLog } from '../../../src/main/log.ts';
import { packageRoot } from '../../../src/main/package-root.ts';
import { attachmentsIn, createSimulations } from '../../../src/main/simulations.ts';
import type { Plan } from '../../../src/playbook/plan.ts';
import { scoreOf } from '../../../src/simulator/scoring/score-of.ts';
import { createAccounts } from '../../../src/store/accounts.ts';
import { createDrillTurns } from '../../../src/store/drill-turns.ts';
import { createDrillStore } from '../../../src/store/drills.ts';
import { exportJsonLines } from '../../../src/store/export.ts';
import { createImprovementStore } from '../../../src/store/improvements.ts';
import { createInbox } from '../../../src/store/inbox.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createPlanLibrary } from '../../../src/store/plans.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createReader } from '../../../src/store/reader.ts';
import { createTimeline } from '../../../src/store/timeline.ts';
import { createAfterActionDesk } from '../../../src/surfaces/after-action/desk.ts';
import { type AlertDesk, createAlertDesk } from '../../../src/surfaces/alerts.ts';
import type { ListedCheck } from '../../../src/surfaces/checks.ts';
import { consolePages } from '../../../src/surfaces/console/routes.tsx';
import type { ServiceNotice } from '../../../src/surfaces/console/site.ts';
import type { DrillDesk } from '../../../src/surfaces/drills/contract.ts';
import { createDrillDesk } from '../../../src/surfaces/drills/desk.ts';
import { createEvidenceDesk } from '../../../src/surfaces/evidence/desk.ts';
import { createPackSigner } from '../../../src/surfaces/evidence/pack.ts';
import { type AppEnv, type Deps, guards } from '../../../src/surfaces/http/context.ts';
import { asProblem } from '../../../src/surfaces/http/problem.ts';
import { createIdentity } from '../../../src/surfaces/identity.ts';
import type { ImprovementDesk } from '../../../src/surfaces/improvements/contract.ts';
import { createImprovementDesk } from '../../../src/surfaces/improvements/desk.ts';
import type { Directory, Person, Responses, StoredEvent } from '../../../src/surfaces/ports.ts';
import { Problem } from '../../../src/surfaces/problem.ts';
import { createVoteSigner } from '../../../src/surfaces/votes.ts';
import { opening, world } from '../../support/plans.ts';
import { testDatabase } from '../../support/postgres.ts';
import { actedDrills } from './acted-drills.ts';
import { ActedIncident } from './acted-incidents.ts';

export const START = Date.UTC(2026, 10, 19, 2, 58, 7);

export const people: Person[] = [
  { id: 'mara-lindqvist', name: 'Mara Lindqvist', email: 'mara@halden.example', roles: ['incident-commander'] },
  { id: 'tomas-okafor', name: 'Tomas Okafor', email: 'tomas@halden.example', roles: ['ml-on-call'] },
  { id: 'ingrid-solheim', name: 'Ingrid Solheim', email: 'ingrid@halden.example', roles: ['legal-counsel'] },
  { id: 'sofia-mendes', name: 'Sofia Mendes', email: 'sofia@halden.example', roles: ['engineering-manager'] },
];
export const [mara, tomas, ingrid, sofia] = people.map((person) => person.id) as [string, string, string, string];

export type TestSite = {
  url: string;
  /** Scenario and wall time of the site, moved by hand. */
  now(): number;
  move(ms: number): Promise<void>;
  open(plan: Plan | null, more?: Partial<Opening>): Promise<{ id: string; acted: ActedIncident }>;
  acted(id: string): ActedIncident;
  question(id: string, number: number): Promise<{ path: string; planHash: string }>;
  view(id: string): Promise<IncidentView>;
  events(id: string): Promise<StoredEvent[]>;
  votes(id: string, number: number): Promise<{ person: string; answer: string; surface: string }[]>;
  publish(plan: Plan): Promise<void>;
  link(person: string): Promise<string>;
  setPassword(person: string, password: string): Promise<void>;
  notices: ServiceNotice[];
  alertDesk: AlertDesk;
  drills: DrillDesk;
  improvements: ImprovementDesk;
  checks: ListedCheck[];
  failures: unknown[];
  close(): Promise<void>;
};

/** The console served over HTTP with real PostgreSQL, accounts, guards and engine; only Temporal is not there. */
export async function openSite(): Promise<TestSite> {
  const database = await testDatabase();
  const pool = openPool(database.url, { name: 'test', onProblem: () => undefined });
  await migrate(pool);
  let now = START;
  const reader = createReader({ pool, connectionString: database.url, onProblem: () => undefined });
  const { privateKey: headKey } = generateKeyPairSync('ed25519');
  const timeline = createTimeline({ pool, headKey, now: () => now });
  const plans = createPlanLibrary(pool);
  const accounts = createAccounts({ pool, now: () => now });
  const incidents = new Map<string, ActedIncident>();
  const keys = new Map<string, string>();
  const notices: ServiceNotice[] = [];
  const checks: ListedCheck[] = [];
  const failures: unknown[] = [];

  const begin = (plan: Plan | null, facts: Opening): ActedIncident => {
    const acted = new ActedIncident(plan, facts, world(), now, (id, events) => timeline.append(id, events));
    incidents.set(facts.incident, acted);
    return acted;
  };
  const nextId = (): string => incidentId(2026, 147 + incidents.size);
  const of = (id: string): ActedIncident => {
    const acted = incidents.get(id);
    if (!acted) throw new Error(`no such incident: ${id}`);
    return acted;
  };

  const responses: Responses = {
    async open(request) {
      const known = keys.get(request.key);
      if (known) return { incident: known, created: false };
      if (!request.title)
        throw new Problem({ status: 422, code: 'title', message: 'An incident without a playbook needs a title.' });
      const plan = request.playbook ? ((await plans.latest(request.playbook))?.plan ?? null) : null;
      const { title, requester, alert } = request;
      const incident = nextId();
      keys.set(request.key, incident);
      const severity = request.severity ?? plan?.severity.default ?? 'sev3';
      const system = request.system ? opening.system : null;
      const acted = begin(plan, {
        ...opening,
        incident,
        title,
        requester,
        alert,
        severity,
        system,
        mode: 'simulated-inventory',
      });
      await acted.moveTo(now);
      return { incident, created: true };
    },
    send: (incident, message) => (isExercise(incident) ? runs.send(incident, message) : of(incident).tell(message)),
  };
  const directory: Directory = {
    people: () => people,
    person: (id) => people.find((person) => person.id === id) ?? null,
    names: () => new Map(people.map(({ id, name }) => [id, name])),
    timezone: () => 'Europe/Oslo',
    roles: () => [
      { id: 'incident-commander', title: 'Incident commander' },
      { id: 'ml-on-call', title: 'ML on-call' },
      { id: 'legal-counsel', title: 'Legal counsel' },
      { id: 'engineering-manager', title: 'Engineering manager' },
      { id: 'communications-lead', title: 'Communications lead' },
    ],
    systems: () => (opening.system ? [opening.system] : []),
    system: (id) => (opening.system?.id === id ? opening.system : null),
    formerIds: () => [],
    simulated: () => true,
  };

  const deps: Deps = {
    reader,
    responses,
    votes: createVoteSigner({ id: 'test', privateKey: generateKeyPairSync('ed25519').privateKey }),
    accounts,
    identity: createIdentity(accounts, directory, () => now),
    directory,
    playbooks: plans,
    now: () => now,
    publicUrl: 'http://127.0.0.1',
    hosts: [],
  };
  const alertDesk = createAlertDesk({
    inbox: createInbox(pool),
    reader,
    playbooks: plans,
    responses,
    knowsSystem: (id) => directory.system(id) !== null,
    now: () => now,
    warn: () => undefined,
  });
  const runs = actedDrills(
    plans,
    () => now,
    (id, events) => timeline.append(id, events),
  );
  const inventory = loadInventory(join(packageRoot, 'tocsin.yaml'));
  const simulations = createSimulations({
    folder: join(packageRoot, 'simulations'),
    playbookFolder: join(packageRoot, 'playbooks'),
    playbooks: plans,
    inventory: () => inventory,
  });
  const drills = createDrillDesk({
    store: createDrillStore(pool),
    runs,
    simulations,
    playbooks: plans,
    attachment: attachmentsIn(join(packageRoot, 'simulations')),
    ...{ reader, directory, now: () => now },
  });
  const improvements = createImprovementDesk({
    store: createImprovementStore(pool),
    ...{ drills, simulations, reader, directory, score: scoreOf, now: () => now },
  });
  const organisation = () => 'Halden Mutual';
  const afterAction = createAfterActionDesk({
    ...{ drills, reader, directory, improvements, organisation },
    playbooks: plans,
  });
  const evidence = createEvidenceDesk({
    ...{ reader, drills, directory, improvements, afterAction, playbooks: plans, now: () => now },
    exported: (drill) => exportJsonLines(pool, drill, new Date(now)),
    signer: createPackSigner(generateKeyPairSync('ed25519')),
  });
  const pages = consolePages(deps, {
    organisation,
    alerts: alertDesk,
    drills,
    afterAction,
    evidence,
    improvements,
    drillNotices: createDrillCalendar({
      inventory: () => inventory,
      turns: createDrillTurns(pool),
      desk: drills,
      log: createLog({ name: 'test', level: 'silent' }),
      now: () => now,
    }),
    checks: {
      list: async () => checks,
      // Never over while a browser waits.
      run: async (system) => [{ system, check: 'integrity', outcome: null }],
    },
    notices: async () => notices,
    failed: (error) => failures.push(error),
  });
  const app = new Hono<AppEnv>();
  app.use('*', ...guards(deps));
  app.route('/', pages.routes);
  app.notFound((c) =>
    pages.problemPage(
      c,
      new Problem({ status: 404, code: 'not-found', message: `There is nothing at ${c.req.path}.` }),
    ),
  );
  app.onError((error, c) => {
    const problem = asProblem(error);
    if (problem.status >= 500) failures.push(error);
    return pages.problemPage(c, problem);
  });
  const { server, port } = await listening(app);
  const url = `http://127.0.0.1:${port}`;

  const site: TestSite = {
    url,
    now: () => now,
    async move(ms) {
      now += ms;
      for (const acted of incidents.values()) await acted.moveTo(now);
      await runs.moveTo(now);
    },
    async open(plan, more = {}) {
      if (plan) await plans.publish(plan, [mara], now);
      const incident = nextId();
      const acted = begin(plan, { ...opening, mode: 'simulated-inventory', ...more, incident });
      await acted.moveTo(now);
      return { id: incident, acted };
    },
    acted: of,
    async question(id, number) {
      const found = await reader.incident(id);
      const decision = found?.view.decisions.find((one) => one.question.number === number);
      if (!found || !decision) throw new Error(`${id} has not asked question ${number}`);
      return { path: decision.question.path, planHash: found.view.playbook?.hash ?? '' };
    },
    async view(id) {
      const found = await reader.incident(id);
      if (!found) throw new Error(`no timeline of ${id}`);
      return found.view;
    },
    events: (id) => reader.events(id, 0),
    async votes(id, number) {
      const decision = (await site.view(id)).decisions.find((one) => one.question.number === number);
      return (decision?.votes ?? []).map(({ person, answer, surface }) => ({ person, answer, surface }));
    },
    async publish(plan) {
      await plans.publish(plan, [mara], now);
    },
    link: async (person) => `${url}/sign-in/${await accounts.createLink(person, now + 3_600_000)}`,
    setPassword: (person, password) => accounts.setPassword(person, password),
    drills,
    improvements,
    checks,
    notices,
    alertDesk,
    failures,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await reader.close();
      await pool.end();
      await database.drop();
    },
  };
  return site;
}

async function listening(app: Hono<AppEnv>) {
  return new Promise<{ server: import('node:http').Server; port: number }>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
      resolve({ server: server as import('node:http').Server, port: info.port }),
    );
  });
}
