import { z } from 'zod';
import { effectOf } from '../../capabilities/effects.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import { measuresOf } from '../../incident/measures.ts';
import { type Result, resultsOf } from '../core/results.ts';
import type { Script } from '../core/script.ts';

/** What one rehearsal came to, by the measures of incidents. Scenario ms since the incident was opened; null: it was not proved. */
export type RunSummary = {
  seed: number;
  results: Result[];
  containedMs: number | null;
  recoveredMs: number | null;
  /** How long questions waited, by the role that was asked. */
  waitedMs: Record<string, number>;
  dutiesMissed: number;
  /** Questions that nobody answered in time. */
  silent: number;
};

export function summaryOf(script: Script, events: readonly NumberedEvent[], seed: number): RunSummary {
  const { contain, recover } = measuresOf(events, effectOf);
  return {
    seed,
    results: resultsOf(script, events),
    containedMs: contain.ms,
    recoveredMs: recover.ms,
    waitedMs: waited(events),
    dutiesMissed: events.filter(({ type }) => type === 'obligation.overdue').length,
    silent: events.filter((event) => event.type === 'decision.made' && event.data.by === 'default').length,
  };
}

/** Until a question is answered, everybody whose voice is missing is waited for. */
function waited(events: readonly NumberedEvent[]): Record<string, number> {
  const open = new Map<number, { roles: string[]; since: number }>();
  const sums: Record<string, number> = {};
  const add = (roles: readonly string[], ms: number) => {
    for (const role of roles) sums[role] = (sums[role] ?? 0) + ms;
  };
  for (const event of events) {
    if (event.type === 'decision.asked')
      open.set(event.data.number, { roles: event.data.by.map(({ role }) => role), since: event.at });
    const number = 'number' in event.data ? event.data.number : null;
    const question = number === null ? undefined : open.get(number);
    if (!question || number === null) continue;
    if (event.type === 'decision.voted') {
      const { roles } = event.data.vote;
      add(
        question.roles.filter((role) => roles.includes(role)),
        event.at - question.since,
      );
      question.roles = question.roles.filter((role) => !roles.includes(role));
    }
    if (event.type === 'decision.made' || event.type === 'decision.withdrawn') {
      add(question.roles, event.at - question.since);
      open.delete(number);
    }
  }
  const last = events.at(-1)?.at ?? 0;
  for (const { roles, since } of open.values()) add(roles, last - since);
  return sums;
}

/** Of `n` runs in which it happened: the quickest, quartiles, the ninth decile and the slowest, in ms. */
export const Spread = z.strictObject({
  n: z.number().int(),
  min: z.number(),
  p25: z.number(),
  p50: z.number(),
  p75: z.number(),
  p90: z.number(),
  max: z.number(),
});
export type Spread = z.infer<typeof Spread>;

const Share = z.strictObject({
  expectation: z.string(),
  title: z.string(),
  objective: z.string(),
  met: z.number().int(),
  late: z.number().int(),
  missed: z.number().int(),
  void: z.number().int(),
  /** Only people can tell. */
  notObserved: z.number().int(),
  /** The first runs that missed it, or were late: each replays it. */
  seeds: z.array(z.number().int()),
});

/** What many rehearsals of one script came to. */
export const RehearsalReport = z.strictObject({
  format: z.literal(1),
  simulation: z.string(),
  version: z.number().int(),
  length: z.string(),
  script: z.string(),
  playbook: z.strictObject({ name: z.string(), version: z.number().int(), hash: z.string() }),
  runs: z.number().int().positive(),
  firstSeed: z.number().int(),
  contained: Spread.nullable(),
  recovered: Spread.nullable(),
  /** By role, of all runs: how long the plan waited for it, the longest first. */
  waited: z.array(z.strictObject({ role: z.string(), spread: Spread })),
  expectations: z.array(Share),
  dutiesMissed: z.number().int(),
  silent: z.number().int(),
  /** The slowest run to contain, or one that never did. */
  slowestSeed: z.number().int().nullable(),
});
export type RehearsalReport = z.infer<typeof RehearsalReport>;

const SEEDS_SHOWN = 5;

type About = { script: Script; playbook: RehearsalReport['playbook']; firstSeed: number };

export function reportOf({ script, playbook, firstSeed }: About, runs: readonly RunSummary[]): RehearsalReport {
  const roles = [...new Set(runs.flatMap(({ waitedMs }) => Object.keys(waitedMs)))];
  const waits = roles.flatMap((role) => {
    const spread = spreadOf(runs.map(({ waitedMs }) => waitedMs[role] ?? 0));
    return spread ? [{ role, spread }] : [];
  });
  return {
    format: 1,
    simulation: script.simulation,
    version: script.version,
    length: script.length.name,
    script: script.hash,
    playbook,
    runs: runs.length,
    firstSeed,
    contained: spreadOf(happened(runs.map(({ containedMs }) => containedMs))),
    recovered: spreadOf(happened(runs.map(({ recoveredMs }) => recoveredMs))),
    waited: waits.sort((a, b) => b.spread.p50 - a.spread.p50 || (a.role < b.role ? -1 : 1)),
    expectations: script.expectations.map((one) => shareOf(one, runs)),
    dutiesMissed: runs.filter(({ dutiesMissed }) => dutiesMissed > 0).length,
    silent: runs.filter(({ silent }) => silent > 0).length,
    slowestSeed: slowest(runs),
  };
}

const happened = (times: readonly (number | null)[]): number[] => times.filter((time) => time !== null);

function shareOf({ id, title, objective }: Script['expectations'][number], runs: readonly RunSummary[]) {
  const of = (result: Result['result']) =>
    runs.filter(({ results }) => results.some((one) => one.expectation === id && one.result === result));
  const [late, missed] = [of('met-late'), of('missed')];
  return {
    expectation: id,
    title,
    objective,
    met: of('met').length,
    late: late.length,
    missed: missed.length,
    void: of('void').length,
    notObserved: of('not-observed').length,
    seeds: [...missed, ...late].slice(0, SEEDS_SHOWN).map(({ seed }) => seed),
  };
}

function slowest(runs: readonly RunSummary[]): number | null {
  const never = runs.find(({ containedMs }) => containedMs === null);
  if (never) return never.seed;
  return (
    runs.reduce<RunSummary | null>(
      (worst, run) => ((run.containedMs ?? 0) > (worst?.containedMs ?? -1) ? run : worst),
      null,
    )?.seed ?? null
  );
}

/** Null of nothing. Quantiles by the nearest rank: each is a value that occurred. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  return {
    n: sorted.length,
    min: rank(0),
    p25: rank(0.25),
    p50: rank(0.5),
    p75: rank(0.75),
    p90: rank(0.9),
    max: rank(1),
  };
}

/** How much worse a share may be before it counts as worse, of all runs; and a duration. */
const SHARE_SLACK = 0.02;
const TIME_SLACK = 1.1;

/** What got worse since an earlier report, in sentences. They must be of the same script version. */
export function worseThan(before: RehearsalReport, now: RehearsalReport): string[] {
  const found: string[] = [];
  for (const earlier of before.expectations) {
    const one = now.expectations.find(({ expectation }) => expectation === earlier.expectation);
    if (!one) continue;
    const [was, is] = [earlier.met / before.runs, one.met / now.runs];
    if (is < was - SHARE_SLACK)
      found.push(
        `${one.expectation}: met in ${percent(is)} of the runs, was ${percent(was)}${one.seeds[0] === undefined ? '' : ` (seed ${one.seeds[0]})`}`,
      );
  }
  for (const [what, was, is] of [
    ['contain', before.contained, now.contained],
    ['recover', before.recovered, now.recovered],
  ] as const) {
    if (was && !is) found.push(`time to ${what}: it never comes to that any more`);
    if (was && is && is.p90 > was.p90 * TIME_SLACK)
      found.push(`time to ${what}: in nine of ten runs within ${minutes(is.p90)}, was ${minutes(was.p90)}`);
  }
  if (now.dutiesMissed / now.runs > before.dutiesMissed / before.runs + SHARE_SLACK)
    found.push(
      `duties missed in ${percent(now.dutiesMissed / now.runs)} of the runs, was ${percent(before.dutiesMissed / before.runs)}`,
    );
  return found;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const minutes = (ms: number): string =>
  ms < 60_000 ? `${Math.round(ms / 1_000)} s` : `${(ms / 60_000).toFixed(1)} min`;
