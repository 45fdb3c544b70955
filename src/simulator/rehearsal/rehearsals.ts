import type { NumberedEvent } from '../../incident/events.ts';
import type { Plan } from '../../playbook/plan.ts';
import { rehearseScript } from '../core/rehearse-script.ts';
import type { Script } from '../core/script.ts';
import { type RehearsalReport, type RunSummary, reportOf, summaryOf } from './summary.ts';

export type Rehearsals = {
  script: Script;
  plan: Plan;
  /** How many; their seeds follow each other from the first. */
  runs: number;
  firstSeed: number;
  /** Told after each run how many are done. */
  progress?: (done: number) => void;
};

/** Plays a script many times, each time with another seed. */
export async function rehearseOften(rehearsals: Rehearsals): Promise<RehearsalReport> {
  const { script, plan, runs, firstSeed, progress } = rehearsals;
  const summaries: RunSummary[] = [];
  for (let i = 0; i < runs; i++) {
    const seed = firstSeed + i;
    const { events } = await rehearseScript({ script, plan, seed });
    summaries.push(summaryOf(script, events, seed));
    progress?.(i + 1);
  }
  const playbook = { name: plan.playbook, version: plan.version, hash: plan.hash };
  return reportOf({ script, playbook, firstSeed }, summaries);
}

/** The timeline of one run: what a finding's seed replays. */
export const replay = async (script: Script, plan: Plan, seed: number): Promise<NumberedEvent[]> =>
  (await rehearseScript({ script, plan, seed })).events;
