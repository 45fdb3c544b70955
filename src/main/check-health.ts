import { CHECKS, type CheckName, FAILING_RUNS } from '../incident/check.ts';
import type { PlannedCheck } from '../inventory/planned-checks.ts';
import type { CheckState } from '../surfaces/ports.ts';

export type CheckWatch = {
  planned(): PlannedCheck[];
  states(): Promise<CheckState[]>;
};

/** One of the checks that are planned, with what came of it. */
export type WatchedCheck = { system: string; check: CheckName; everyMs: number | null; state: CheckState | null };

export async function watchedChecks({ planned, states }: CheckWatch): Promise<WatchedCheck[]> {
  const found = await states();
  return planned().map((one) => ({
    ...one,
    state: found.find(({ system, check }) => system === one.system && check === one.check) ?? null,
  }));
}

/** A check that is so many turns late is not made any more. */
const LATE_TURNS = 3;
const LATE_MIN_MS = 120_000;

/** Checks that nobody should believe in: they fail, or they are not made. `watchedSince`: before then, nobody could know. */
export function checkTroubles(checks: readonly WatchedCheck[], watchedSince: number, now: number): string[] {
  return checks.flatMap(({ system, check, everyMs, state }) => {
    const name = `${CHECKS[check].title} of ${system}`;
    if (state && state.failures >= FAILING_RUNS)
      return [`${name}: could not be checked ${state.failures} times in a row (${state.code}).`];
    if (everyMs === null) return [];
    const lateMs = now - Math.max(state?.startedAt ?? 0, watchedSince);
    if (lateMs <= Math.max(LATE_TURNS * everyMs, LATE_MIN_MS)) return [];
    return [
      `${name}: ${state ? `was last checked at ${new Date(state.startedAt).toISOString()}` : 'was never checked'}.`,
    ];
  });
}
