import type { NumberedEvent } from '../../incident/events.ts';
import { type Result, resultsOf } from '../core/results.ts';
import type { Expectation, Script } from '../core/script.ts';
import { byBotsAlone, type Cast, type Decision, decisionsOf, isOfBots } from './causes.ts';
import type { EvaluatorVerdict, Outcome, Standing } from './score.ts';
import type { WallClock } from './wall.ts';
import { whyOf } from './why.ts';

/** What a score is made of: the timeline up to ENDEX, and what evaluators wrote, in the hot wash too. */
export type Ground = {
  script: Script;
  /** Up to ENDEX. */
  events: readonly NumberedEvent[];
  /** The whole timeline. */
  all: readonly NumberedEvent[];
  cast: Cast;
  clock: WallClock;
};

/** What is otherwise than the machine’s result would say, and why. */
export type Excuse = 'bots' | 'cut-short' | null;
export type Judged = { one: Expectation; result: Result; standing: Standing; excuse: Excuse };

export function outcomesOf(ground: Ground): Outcome[] {
  const { script, events, clock } = ground;
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  const decisions = decisionsOf(events);
  return judged(ground, decisions).map(({ one, result, standing, excuse }) => {
    const rests = result.seq === null ? undefined : bySeq.get(result.seq);
    const { why, cites } = whyOf({ script, events, decisions, one, result, standing, excuse });
    return {
      expectation: one.id,
      title: one.title,
      objective: one.objective,
      task: one.task,
      gate: one.gate,
      standing,
      seq: result.seq,
      at: result.at,
      wallAt: rests ? clock.wallOf(rests) : null,
      dueAt: result.dueAt,
      cites: [...new Set([...result.cites, ...cites])].sort((a, b) => a - b),
      why,
      trap: one.trap ?? null,
      judged: one.sought.what === 'judged',
      verdicts: verdictsOn(one.id, ground.all),
    };
  });
}

function judged({ script, events, cast }: Ground, decisions: readonly Decision[]): Judged[] {
  const full = resultsOf(script, events);
  const byBots = byBotsAlone(events, cast);
  const ours = cast.withPeople ? resultsOf(script, events, byBots) : full;
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return script.expectations.map((one, i) => {
    const [whole, own] = [full[i] as Result, ours[i] as Result];
    const as = (result: Result, excuse: Excuse): Judged => ({
      ...{ one, result, excuse, standing: excuse === null ? result.result : 'not-observed' },
    });
    if (whole.result === 'void' || whole.result === 'not-observed') return as(whole, null);
    // People could have shown a sign, or done what is wrong, whatever bots did.
    if (one.sought.what === 'acknowledged') return as(own, excuseOf(one, own, events, decisions, cast));
    if (one.never) return own.result === whole.result ? as(own, null) : as(whole, 'bots');
    const rests = whole.seq === null ? undefined : bySeq.get(whole.seq);
    if (rests && byBots(rests)) return as(whole, 'bots');
    return as(whole, excuseOf(one, whole, events, decisions, cast));
  });
}

/** Why what is missing cannot be held against anybody; null: it can. */
function excuseOf(
  one: Expectation,
  { result, dueAt }: Result,
  events: readonly NumberedEvent[],
  decisions: readonly Decision[],
  cast: Cast,
): Excuse {
  if (result !== 'missed') return null;
  const about = decisions.filter((decision) => isAbout(one, decision));
  if (cast.withPeople && about.length > 0 && about.every((decision) => isOfBots(decision, cast))) return 'bots';
  if (isRefused(one, about.at(-1))) return null;
  const started = events.find((event) => event.type === 'exercise.started');
  const last = events.at(-1);
  const isCut = last?.type !== 'exercise.ended' || last.data.because === 'facilitator' || last.data.because === 'real';
  if (!isCut || !started || !last) return null;
  return (dueAt ?? started.data.endsAt) > last.at ? 'cut-short' : null;
}

/** It was answered, or fell to its default, and is not to come any more. What was allowed may still have been under way. */
const isRefused = ({ sought }: Expectation, decision: Decision | undefined): boolean =>
  !!decision?.made && (sought.what === 'decided' || decision.made.outcome !== 'approve');

/** Whether what is expected hangs on this question. */
export function isAbout({ sought }: Pick<Expectation, 'sought'>, { question }: Decision): boolean {
  if (sought.what === 'decided') return question.path === sought.step;
  if (sought.what === 'act') return question.acts.some(({ capability }) => capability === sought.capability);
  return false;
}

/** The last of each evaluator. */
function verdictsOn(expectation: string, all: readonly NumberedEvent[]): EvaluatorVerdict[] {
  const last = new Map<string, EvaluatorVerdict | null>();
  for (const event of all) {
    if (event.type !== 'observation.recorded' || event.actor.kind !== 'person') continue;
    const { verdict, text } = event.data;
    const person = event.actor.id;
    if (event.data.expectation === expectation) last.set(person, verdict && { person, verdict, seq: event.seq, text });
  }
  return [...last.values()].filter((verdict) => verdict !== null);
}
