import { waysOf } from '../graph/ways.ts';
import type { Plan, Retry, Step } from '../plan.ts';

/**
 * The longest that a plan can take while no failed step waits for people: every try takes its whole time and only the last one
 * succeeds, every question is answered at its last moment, every wait lasts as long as it may, every condition holds, and of
 * several ways the longest is taken.
 */
export type WorstCase = { ms: number; parts: Part[] };
/** One step on the longest way, and how long it may take by itself. */
export type Part = { path: string; ms: number };

export function worstCase(plan: Pick<Plan, 'steps' | 'finally'>): WorstCase {
  return inTurn([block(plan.steps), block(plan.finally)]);
}

const NOTHING: WorstCase = { ms: 0, parts: [] };

const inTurn = (list: readonly WorstCase[]): WorstCase => ({
  ms: list.reduce((sum, { ms }) => sum + ms, 0),
  parts: list.flatMap(({ parts }) => parts),
});

const longest = (list: readonly WorstCase[]): WorstCase =>
  list.reduce((most, one) => (one.ms > most.ms ? one : most), NOTHING);

/** A deny or a handled failure ends the block early: the way through it is not always the longest. */
function block(steps: readonly Step[]): WorstCase {
  const through: WorstCase[] = [];
  let ms = 0;
  let early = { ms: -1, after: 0, exit: NOTHING };
  for (const step of steps) {
    const own = ownMs(step);
    through.push({ ms: own, parts: own > 0 ? [{ path: step.path, ms: own }] : [] });
    ms += own;
    const exit = longest(waysOf(step).flatMap((way) => (way.kind === 'exit' ? [block(way.steps)] : [])));
    if (ms + exit.ms > early.ms) early = { ms: ms + exit.ms, after: through.length, exit };
    const within = inside(step);
    through.push(within);
    ms += within.ms;
  }
  return early.ms > ms ? inTurn([...through.slice(0, early.after), early.exit]) : inTurn(through);
}

function inside(step: Step): WorstCase {
  const ways = waysOf(step);
  const of = (kind: 'lane' | 'choice' | 'part'): WorstCase[] =>
    ways.flatMap((way) => (way.kind === kind ? [block(way.steps)] : []));
  const once = inTurn([...of('part'), longest([...of('lane'), ...of('choice')])]);
  if (step.kind !== 'repeat') return once;
  // A round begins when its time has come and the one before it is over.
  const ms = (step.times - 1) * Math.max(step.everyMs, once.ms) + once.ms;
  return { ms, parts: [{ path: step.path, ms }] };
}

/** As the engine sends messages: three tries, five seconds before the second. */
const SAY_RETRY: Retry = { attempts: 3, delayMs: 5_000, factor: 2 };

export function ownMs(step: Step): number {
  switch (step.kind) {
    case 'do':
      return triesMs(step.use.timeoutMs, step.retry) + (step.prove ? triesMs(step.prove.timeoutMs, step.retry) : 0);
    case 'say':
      return triesMs(step.use.timeoutMs, SAY_RETRY);
    case 'ask':
      return step.withinMs;
    case 'wait':
      return step.forMs;
    case 'if':
    case 'parallel':
    case 'run':
    case 'try':
    case 'each':
    case 'repeat':
    case 'oblige':
      return 0;
    default:
      return step satisfies never;
  }
}

function triesMs(timeoutMs: number, { attempts, delayMs, factor }: Retry): number {
  let ms = attempts * timeoutMs;
  for (let i = 0; i < attempts - 1; i++) ms += Math.round(delayMs * factor ** i);
  return ms;
}
