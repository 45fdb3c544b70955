import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { openDecisions } from '../incident/view.ts';
import type { DrillStore } from '../surfaces/drills/contract.ts';
import type { Reader, Responses } from '../surfaces/ports.ts';
import { type CheckWatch, type WatchedCheck, watchedChecks } from './check-health.ts';

export type Metrics = {
  registry: Registry;
  answered(about: { route: string; status: number; tookMs: number }): void;
  /** The same responses, with the time each update takes. */
  timed(responses: Responses): Responses;
  /** Where a Slack is used: how it is doing. */
  watchSlack(slack: () => SlackFigures): void;
  /** Scheduled checks of AI systems. */
  watchChecks(checks: CheckWatch): void;
  /** Drills, in numbers of their own: they are in none of incidents. */
  watchDrills(drills: DrillFigures): void;
};

export type DrillFigures = {
  list: DrillStore['list'];
  /** Schedules whose last drill nobody played. */
  overdueSchedules(): Promise<number>;
};

export type MetricSources = {
  reader: Reader;
  /** What the watchdog has found and not seen mended. */
  openFindings(): Promise<{ code: string }[]>;
  now(): number;
};

export type SlackFigures = {
  connected: boolean;
  /** Epoch milliseconds; null: Slack answers. */
  awaySince: number | null;
  /** What waits to be sent, by urgency. */
  waiting: Readonly<Record<string, number>>;
  /** Whether this server is the one that publishes. */
  publishes: boolean;
};

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const http = new Histogram({
    name: 'tocsin_http_request_seconds',
    help: 'Time to answer a request, by route and status.',
    labelNames: ['route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  const updates = new Histogram({
    name: 'tocsin_update_seconds',
    help: 'Time until a running incident has taken or refused what it was told.',
    labelNames: ['type', 'result'],
    buckets: SECONDS,
    registers: [registry],
  });
  const opened = new Counter({
    name: 'tocsin_incidents_opened_total',
    help: 'Incidents opened through this server.',
    registers: [registry],
  });
  registerIncidents(registry, sources);
  registerFindings(registry, sources);

  return {
    registry,
    watchSlack: (slack) => registerSlack(registry, slack, sources.now),
    watchChecks: (checks) => registerChecks(registry, checks),
    watchDrills: (drills) => registerDrills(registry, drills),
    answered: ({ route, status, tookMs }) => http.observe({ route, status: String(status) }, tookMs / 1000),
    timed: (responses) => ({
      async open(request) {
        const result = await responses.open(request);
        if (result.created) opened.inc();
        return result;
      },
      async send(incident, message) {
        const stop = updates.startTimer({ type: message.type });
        try {
          const result = await responses.send(incident, message);
          stop({ result: result.status });
          return result;
        } catch (error) {
          stop({ result: 'failed' });
          throw error;
        }
      },
    }),
  };
}

/** Read from the database on each scrape, so that every server tells the same. */
function registerIncidents(registry: Registry, { reader, now }: MetricSources): void {
  const overdue = new Gauge({
    name: 'tocsin_decisions_overdue',
    help: 'Questions that are past their deadline and not closed: something is stuck.',
    registers: [registry],
  });
  const waiting = new Gauge({
    name: 'tocsin_decisions_open',
    help: 'Questions that wait for people.',
    registers: [registry],
  });
  new Gauge({
    name: 'tocsin_incidents_open',
    help: 'Open incidents, by severity.',
    labelNames: ['severity'],
    registers: [registry],
    async collect() {
      const open = await reader.incidents({ status: ['open'], limit: 10_000 });
      for (const severity of ['sev1', 'sev2', 'sev3', 'sev4'])
        this.set({ severity }, open.filter((view) => view.severity === severity).length);
      const questions = open.flatMap(openDecisions);
      waiting.set(questions.length);
      overdue.set(questions.filter(({ question }) => question.until < now()).length);
    },
  });
}

function registerFindings(registry: Registry, { openFindings }: MetricSources): void {
  new Gauge({
    name: 'tocsin_watchdog_findings',
    help: 'What the watchdog has found and not seen mended, by code.',
    labelNames: ['code'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { code } of await openFindings()) this.inc({ code });
    },
  });
}

function registerDrills(registry: Registry, { list, overdueSchedules }: DrillFigures): void {
  new Gauge({
    name: 'tocsin_drills',
    help: 'Drills that are planned, and that run.',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      for (const status of ['planned', 'running'] as const)
        this.set({ status }, (await list({ status: [status], limit: 10_000 })).length);
    },
  });
  new Gauge({
    name: 'tocsin_drill_schedules_overdue',
    help: 'Schedules of drills whose last one was not played.',
    registers: [registry],
    async collect() {
      this.set(await overdueSchedules());
    },
  });
}

/** A check that was never carried out is at 0, which is long ago: an alert on it must not need to know that it is missing. */
function registerChecks(registry: Registry, checks: CheckWatch): void {
  const gauge = (name: string, help: string, value: (check: WatchedCheck) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['system', 'check'],
      registers: [registry],
      async collect() {
        this.reset();
        for (const one of await watchedChecks(checks)) this.set({ system: one.system, check: one.check }, value(one));
      },
    });
  gauge(
    'tocsin_check_last_success_seconds',
    'When an AI system was last checked, whatever was found; seconds since 1970, 0 for never.',
    ({ state }) => (state?.doneAt ?? 0) / 1000,
  );
  gauge(
    'tocsin_check_failures',
    'How often in a row a check could not be carried out; 0 when it can.',
    ({ state }) => state?.failures ?? 0,
  );
  gauge('tocsin_check_found', 'Whether the last run of a check found something.', ({ state }) =>
    Number(state?.status === 'found'),
  );
}

function registerSlack(registry: Registry, slack: () => SlackFigures, now: () => number): void {
  const gauge = (name: string, help: string, value: (figures: SlackFigures) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(slack()));
      },
    });
  gauge('tocsin_slack_connected', 'Whether people can answer in Slack through this server.', ({ connected }) =>
    Number(connected),
  );
  gauge('tocsin_slack_publishes', 'Whether this server keeps the messages in Slack current.', ({ publishes }) =>
    Number(publishes),
  );
  gauge('tocsin_slack_away_seconds', 'For how long Slack has not answered; 0 when it does.', ({ awaySince }) =>
    awaySince === null ? 0 : Math.max(0, now() - awaySince) / 1000,
  );
  new Gauge({
    name: 'tocsin_slack_waiting',
    help: 'Messages that wait to be sent to Slack, by urgency.',
    labelNames: ['urgency'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [urgency, count] of Object.entries(slack().waiting)) this.set({ urgency }, count);
    },
  });
}
