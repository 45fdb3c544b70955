import type pg from 'pg';
import type { Findings } from '../store/findings.ts';
import type { ServiceNotice } from '../surfaces/console/site.ts';
import type { Readiness } from '../surfaces/http/health.ts';
import { type CheckWatch, checkTroubles, watchedChecks } from './check-health.ts';
import type { DrillHealth } from './drill-health.ts';
import type { LiveInventory } from './live-inventory.ts';
import type { TemporalClient } from './temporal-client.ts';

export type HealthSources = {
  pool: pg.Pool;
  temporal: TemporalClient;
  inventory: LiveInventory;
  findings: Findings;
  /** Absent: no Slack is used. */
  slack?: SlackHealth | null;
  /** Scheduled checks of AI systems. */
  checks?: CheckWatch | null;
  /** Those who play drills. */
  drills?: DrillHealth | null;
  now(): number;
};

/** How Slack is doing. Whatever it is, this server serves: people decide in the console and on the command line. */
export type SlackHealth = () => { detail: string } | { warning: string; notice: string; since: number };

/** What was found: all is well, or something to mend; `notice` and `since` where the check knows better than we do. */
type Looked = string | { warning: string; notice?: string; since?: number };

export type Health = {
  readiness(): Promise<Readiness[]>;
  /** What people should know while it lasts. */
  notices(): Promise<ServiceNotice[]>;
};

/** `notice`: for people, where it is not one of those below. */
type Seen = Readiness & { notice?: string | undefined };

const ANSWER_WITHIN_MS = 3_000;

/** What this server cannot do without, looked at now. */
export function createHealth(sources: HealthSources): Health {
  const { pool, temporal, inventory, findings, slack, checks: watch, drills, now } = sources;
  const startedAt = now();
  /** When each thing that is amiss was first seen so. */
  const since = new Map<string, number>();
  const checks: [string, () => Promise<Looked>][] = [
    ['database', () => pool.query('SELECT 1').then(() => 'answers')],
    ['migrations', () => pool.query('SELECT FROM plans, plan_agreements LIMIT 1').then(() => 'applied')],
    ['temporal', () => temporal.client.connection.ensureConnected().then(() => askTemporal(temporal))],
    [
      'inventory',
      async () => {
        const problem = inventory.problem();
        // Every server reads the same file: a typo must not take them all out of service while the last good one serves.
        return problem === null ? 'read' : { warning: `the file has mistakes, the one before is in use: ${problem}` };
      },
    ],
  ];
  if (slack)
    checks.push([
      'slack',
      async () => {
        const found = slack();
        return 'detail' in found ? found.detail : found;
      },
    ]);
  if (watch)
    checks.push([
      'checks',
      async () => {
        const troubles = checkTroubles(await watchedChecks(watch), startedAt, now());
        const warning = troubles.join(' ');
        return troubles.length === 0 ? 'made as planned' : { warning, notice: `AI systems go unchecked. ${warning}` };
      },
    ]);
  if (drills) checks.push(['drills', drills]);
  const sinceWhen = (name: string): void => {
    if (!since.has(name)) since.set(name, now());
  };
  const look = async ([name, check]: (typeof checks)[number]): Promise<Seen> => {
    try {
      const found = await within(ANSWER_WITHIN_MS, check());
      if (typeof found !== 'string') {
        if (found.since === undefined) sinceWhen(name);
        else since.set(name, found.since);
        return { name, ok: true, warning: true, detail: found.warning, notice: found.notice };
      }
      since.delete(name);
      return { name, ok: true, detail: found };
    } catch (error) {
      sinceWhen(name);
      return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
    }
  };
  const lookAtAll = () => Promise.all(checks.map(look));
  return {
    readiness: async () => (await lookAtAll()).map(({ notice: _, ...check }) => check),
    async notices() {
      const [ready, found] = await Promise.all([lookAtAll(), findings.open()]);
      return [
        ...ready
          .filter(({ ok, warning }) => !ok || warning)
          .map(({ name, ok, notice }) => ({
            code: ok ? `${name}-warning` : `${name}-away`,
            message: notice ?? NOTICES[name] ?? `${name} does not answer.`,
            since: since.get(name) ?? now(),
          })),
        ...found.map(({ code, message, firstAt }) => ({ code, message, since: firstAt })),
      ];
    },
  };
}

const NOTICES: Readonly<Record<string, string>> = {
  database: 'The database does not answer. What was recorded is safe; nothing new can be shown.',
  temporal: 'Temporal does not answer. You can read, but nothing can be opened or decided until it is back.',
  inventory: 'tocsin.yaml has mistakes. The inventory as it was before is in use.',
};

async function askTemporal(temporal: TemporalClient): Promise<string> {
  const { namespace } = temporal.client.options;
  await temporal.client.workflowService.describeNamespace({ namespace });
  return `answers, namespace ${namespace}`;
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
