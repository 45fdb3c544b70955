import type pg from 'pg';
import type { SavedIncident } from '../../workflows/messages.ts';
import { idIn, isExercise } from '../incident/ids.ts';
import { surroundingsOf, systemNamed } from '../inventory/inventory.ts';
import { plannedChecks } from '../inventory/planned-checks.ts';
import { readLibrary } from '../playbook/library.ts';
import { scoreOf } from '../simulator/scoring/score-of.ts';
import { createAccounts } from '../store/accounts.ts';
import { createCheckStates } from '../store/checks.ts';
import { createDrillMails } from '../store/drill-mails.ts';
import { createDrillTurns } from '../store/drill-turns.ts';
import { createDrillStore } from '../store/drills.ts';
import { exportJsonLines } from '../store/export.ts';
import { createFindings } from '../store/findings.ts';
import { createImprovementStore } from '../store/improvements.ts';
import { createInbox } from '../store/inbox.ts';
import { createIncidentNumbers } from '../store/incident-numbers.ts';
import { createPlanAgreements } from '../store/plan-agreements.ts';
import { createPlanLibrary } from '../store/plans.ts';
import { createReader } from '../store/reader.ts';
import { createSlackStore, type SlackStore } from '../store/slack.ts';
import { createSnapshots } from '../store/snapshots.ts';
import { createAfterActionDesk } from '../surfaces/after-action/desk.ts';
import { createAlertDesk } from '../surfaces/alerts.ts';
import { createCheckDesk } from '../surfaces/checks.ts';
import { consolePages } from '../surfaces/console/routes.tsx';
import { createDirectory } from '../surfaces/directory.ts';
import { drillCalendar as calendarFile } from '../surfaces/drills/calendar.ts';
import { createDrillDesk } from '../surfaces/drills/desk.ts';
import { createNoDuff } from '../surfaces/drills/real.ts';
import { createDrillRuns } from '../surfaces/drills/runs.ts';
import { createEvidenceDesk } from '../surfaces/evidence/desk.ts';
import { createPackSigner } from '../surfaces/evidence/pack.ts';
import type { AppDeps } from '../surfaces/http/app.ts';
import type { Deps } from '../surfaces/http/context.ts';
import { createIdentity } from '../surfaces/identity.ts';
import { createImprovementDesk } from '../surfaces/improvements/desk.ts';
import { createSyncNow } from '../surfaces/improvements/sweep-now.ts';
import { createOpener } from '../surfaces/open.ts';
import { checkSources } from '../surfaces/playbook-check.ts';
import { createPlaybookDesk } from '../surfaces/playbook-desk.ts';
import type { Responses } from '../surfaces/ports.ts';
import { createRunningIncidents } from '../surfaces/responses.ts';
import { createVoteSigner } from '../surfaces/votes.ts';
import { resolveReference } from './config.ts';
import { createDrillCalendar, type DrillCalendar } from './drill-calendar.ts';
import { createDrillHealth } from './drill-health.ts';
import { drillInput } from './drill-input.ts';
import { createDrillMailer } from './drill-mail.ts';
import type { ServerKeys } from './keys.ts';
import type { LiveInventory } from './live-inventory.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { mlflowSecret } from './mlflow-secret.ts';
import { createHealth } from './readiness.ts';
import { createSchedules, type Schedules } from './schedules.ts';
import { attachmentsIn, createSimulations } from './simulations.ts';
import type { composeSlack, SlackSurface, SlackSurfaceDeps } from './slack.ts';
import { createSlackNames, type SlackNames } from './slack-names.ts';
import { slackSettings } from './slack-settings.ts';
import type { ServiceConfig } from './supervised.ts';
import type { TemporalClient } from './temporal-client.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

export type PartsDeps = {
  config: ServiceConfig;
  /** Absent: no Slack is used. Its libraries are loaded only where one is. */
  composeSlack: typeof composeSlack | null;
  inventory: LiveInventory;
  pool: pg.Pool;
  temporal: TemporalClient;
  /** Speaks to drills, with their own keys. */
  drillTemporal: Pick<TemporalClient, 'client'>;
  keys: ServerKeys;
  log: Log;
};

export type ServerParts = {
  app: AppDeps;
  watchdog: Watchdog;
  schedules: Schedules;
  drillCalendar: DrillCalendar;
  /** Ends drills beside a real incident. */
  noDuff: { look(): Promise<void> };
  /** Sends the mails of drills. */
  drillMail: { look(): Promise<void> };
  slack: SlackSurface | null;
  slackNames: SlackNames;
  close(): Promise<void>;
};

/** More open incidents than this are beyond people, and beyond one look. */
const WATCHED_MAX = 2_000;

/** Puts the server together out of store, Temporal and inventory. */
export function composeServer(parts: PartsDeps): ServerParts {
  const { config, inventory, pool, temporal, drillTemporal, keys, log } = parts;
  const now = Date.now;
  const warn = (message: string, about: Record<string, unknown>) => log.warn(about, message);
  const failed: AppDeps['log']['failed'] = (error, { method, path }) => {
    const incident = idIn(path);
    // The rest of a sign-in path is a secret.
    const where = path.replace(/^\/sign-in\/.+/, '/sign-in/[secret]');
    log.error({ err: error, method, path: where, ...(incident ? { incident } : {}) }, 'a request failed');
  };
  const reader = createReader({
    pool,
    connectionString: config.databaseUrl,
    onProblem: (error) => log.warn({ error: error.message }, 'live updates are interrupted'),
  });
  const slackStore = createSlackStore(pool);
  const slackNames = createSlackNames(slackStore);
  const directory = createDirectory(inventory.current, slackNames.names, slackNames.usersMetAs);
  const accounts = createAccounts({ pool, now });
  const plans = createPlanLibrary(pool);
  const findings = createFindings(pool);
  const snapshots = createSnapshots(pool);
  const running = createRunningIncidents({
    client: temporal.client,
    taskQueue: config.taskQueue,
    // Written by the workflow itself; savedAsInput looks at its format.
    loadSaved: async (incident) => (await snapshots.loadSnapshot(incident)) as SavedIncident | null,
    isOnTimeline: async (incident) => (await reader.incident(incident)) !== null,
  });
  const metrics = createMetrics({ reader, openFindings: findings.open, now });
  const incidents = metrics.timed({
    send: running.send,
    open: createOpener({
      directory,
      playbooks: plans,
      allocate: createIncidentNumbers(pool).allocateIncident,
      start: (opening, plan) => running.startIncident({ opening, plan, seq: 0 }),
      now,
      warn,
    }),
  });
  const drillRuns = createDrillRuns({
    client: drillTemporal.client,
    taskQueue: config.drillTaskQueue,
    inputOf: (drill) => drillInput(plans, drill),
  });
  // Drills have workflows of their own, and are counted nowhere.
  const responses: Responses = {
    open: incidents.open,
    send: (id, message) => (isExercise(id) ? drillRuns.send(id, message) : incidents.send(id, message)),
  };
  const drillStore = createDrillStore(pool);
  const simulations = createSimulations({
    folder: config.simulations,
    playbookFolder: config.playbooks,
    playbooks: plans,
    inventory: inventory.current,
  });
  const drills = createDrillDesk({
    store: drillStore,
    runs: drillRuns,
    simulations,
    playbooks: plans,
    attachment: attachmentsIn(config.simulations),
    ...{ reader, directory, now },
  });
  const improvements = createImprovementDesk({
    store: createImprovementStore(pool),
    ...{ drills, simulations, reader, directory, score: scoreOf, now },
  });
  const afterAction = createAfterActionDesk({
    ...{ drills, reader, directory, improvements },
    playbooks: plans,
    organisation: () => inventory.current().organisation.name,
  });
  const evidence = createEvidenceDesk({
    ...{ reader, drills, directory, improvements, afterAction, now },
    playbooks: plans,
    exported: (drill) => exportJsonLines(pool, drill, new Date(now())),
    signer: createPackSigner(keys.vote),
  });
  const turns = createDrillTurns(pool);
  const drillCalendar = createDrillCalendar({ inventory: inventory.current, turns, desk: drills, log, now });
  const drillMail = createDrillMailer({
    ...{ inventory: inventory.current, reader, drills, mails: createDrillMails(pool), log, now },
    calendar: (drill) => calendarFile(drill, { directory, publicUrl: config.publicUrl, now: now() }),
    report: afterAction.teamReport,
    publicUrl: config.publicUrl,
  });
  metrics.watchDrills({ list: drillStore.list, overdueSchedules: drillCalendar.overdueSchedules });
  const votes = createVoteSigner(keys.vote);
  const slack = slackSurface(
    parts,
    { reader, responses, votes, directory, playbooks: plans, drills, now },
    slackStore,
    slackNames,
  );
  if (slack) metrics.watchSlack(slack.figures);
  const checks = { planned: () => plannedChecks(inventory.current()), states: createCheckStates(pool).states };
  metrics.watchChecks(checks);
  const deps: Deps = {
    reader,
    responses,
    votes,
    accounts,
    identity: createIdentity(accounts, directory, now),
    directory,
    playbooks: plans,
    now,
    publicUrl: config.publicUrl,
    hosts: [],
    slack: slack?.requests ?? null,
  };
  const health = createHealth({
    ...{ pool, temporal, inventory, findings, slack: slack?.health ?? null, checks, now },
    drills: createDrillHealth({
      client: drillTemporal.client,
      taskQueue: config.drillTaskQueue,
      isNeeded: async () => (await drillStore.list({ status: ['planned', 'running'], limit: 1 })).length > 0,
      now,
    }),
  });
  const { client } = temporal;
  const { taskQueue } = config;
  const checkDesk = createCheckDesk({ client, taskQueue, directory, ...checks });
  const schedules = createSchedules({ client, taskQueue, inventory: inventory.current, log, now });
  const alertDesk = createAlertDesk({
    inbox: createInbox(pool),
    reader,
    playbooks: plans,
    responses,
    knowsSystem: (id) => directory.system(id) !== null,
    now,
    warn,
  });
  const app: AppDeps = {
    ...deps,
    alertDesk,
    checkDesk,
    drills,
    afterAction,
    evidence,
    improvements,
    syncImprovements: createSyncNow({
      ...{ client, taskQueue, hasTracker: () => inventory.current().tracker !== undefined },
    }),
    hooks: {
      systemNamed: (name) => systemNamed(inventory.current(), name)?.id ?? null,
      mlflowSecret: (connection) => mlflowSecret(inventory.current(), connection, warn),
      warn,
    },
    playbookDesk: createPlaybookDesk({
      playbooks: plans,
      directory,
      check: (sources) => checkSources(sources, surroundingsOf(inventory.current()), readLibrary(config.playbooks)),
      agree: createPlanAgreements(pool).agree,
      publish: plans.publish,
      now,
    }),
    timeline: {
      jsonLines: (incident) => exportJsonLines(pool, incident, new Date(now())),
    },
    health: {
      readiness: health.readiness,
      registry: metrics.registry,
      metricsToken: config.metricsToken === null ? null : resolveReference(config.metricsToken),
    },
    pages: consolePages(deps, {
      organisation: () => inventory.current().organisation.name,
      notices: health.notices,
      alerts: alertDesk,
      checks: checkDesk,
      drills,
      afterAction,
      evidence,
      improvements,
      drillNotices: drillCalendar,
      failed,
    }),
    log: {
      failed,
      answered: (about) => {
        metrics.answered(about);
        log.debug(about, 'answered');
      },
    },
  };
  const watchdog = createWatchdog({
    client: temporal.client,
    openIncidents: () => reader.incidents({ status: ['open', 'resolved'], limit: WATCHED_MAX }),
    findings,
    now,
    log,
    webhook: config.watchdogWebhook === null ? null : resolveReference(config.watchdogWebhook),
  });
  const noDuff = createNoDuff({ store: drillStore, runs: drillRuns, reader, now, warn });
  return { app, watchdog, schedules, drillCalendar, noDuff, drillMail, slack, slackNames, close: () => reader.close() };
}

type Shared = Pick<SlackSurfaceDeps, 'reader' | 'responses' | 'votes' | 'directory' | 'playbooks' | 'drills' | 'now'>;

function slackSurface(
  { composeSlack, config, inventory, log }: PartsDeps,
  shared: Shared,
  store: SlackStore,
  names: SlackNames,
): SlackSurface | null {
  const { references } = config.slack;
  if (composeSlack === null || references === null) return null;
  return composeSlack({
    ...shared,
    settings: slackSettings(references),
    inventory: inventory.current,
    store,
    members: names.members,
    databaseUrl: config.databaseUrl,
    publicUrl: config.publicUrl,
    log,
  });
}
