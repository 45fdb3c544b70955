import type { BusinessTime } from '../../capabilities/business-time.ts';
import { waysOf } from '../graph/ways.ts';
import type { Plan, Retry, Step } from '../plan.ts';
import { businessTimeOf } from '../wait-words.ts';

/**
 * The longest that a plan can take while no failed step waits for people: every try takes its whole time and only the last one
 * succeeds, every question is answered at its last moment, every wait lasts as long as it may, every condition holds, and of
 * several ways the longest is taken.
 */
export type WorstCase = { ms: number; working?: BusinessTime; parts: Part[] };
/** One step on the longest way, and how long it may take by itself. `working`: so much working time, beside `ms`. */
export type Part = { path: string; ms: number; working?: BusinessTime };

export function worstCase(plan: Pick<Plan, 'steps' | 'finally'>): WorstCase {
  return inTurn([block(plan.steps), block(plan.finally)]);
}

const NOTHING: WorstCase = { ms: 0, parts: [] };

const inTurn = (list: readonly WorstCase[]): WorstCase => ({
  ms: list.reduce((sum, { ms }) => sum + ms, 0),
  ...workingOf(list),
  parts: list.flatMap(({ parts }) => parts),
});

function workingOf(list: readonly { working?: BusinessTime }[], times = 1): { working?: BusinessTime } {
  const all = list.flatMap(({ working }) => (working ? [working] : []));
  const sum = (of: 'days' | 'minutes'): number => times * all.reduce((total, one) => total + one[of], 0);
  return all.length > 0 ? { working: { days: sum('days'), minutes: sum('minutes') } } : {};
}

/** To compare ways by. What lies between working hours nobody knows before: it is left out here, and said to be. */
const weight = ({ ms, working }: Pick<WorstCase, 'ms' | 'working'>): number =>
  ms + (working ? working.days * 86_400_000 + working.minutes * 60_000 : 0);

const longest = (list: readonly WorstCase[]): WorstCase =>
  list.reduce((most, one) => (weight(one) > weight(most) ? one : most), NOTHING);

/** A deny or a handled failure ends the block early: the way through it is not always the longest. */
function block(steps: readonly Step[]): WorstCase {
  const through: WorstCase[] = [];
  let all = 0;
  let early = { weight: -1, after: 0, exit: NOTHING };
  for (const step of steps) {
    const own = ownCase(step);
    through.push(own);
    all += weight(own);
    const exit = longest(waysOf(step).flatMap((way) => (way.kind === 'exit' ? [block(way.steps)] : [])));
    if (all + weight(exit) > early.weight) early = { weight: all + weight(exit), after: through.length, exit };
    const within = inside(step);
    through.push(within);
    all += weight(within);
  }
  return early.weight > all ? inTurn([...through.slice(0, early.after), early.exit]) : inTurn(through);
}

function ownCase(step: Step): WorstCase {
  const ms = ownMs(step);
  const working = step.kind === 'wait' && step.business ? { working: businessTimeOf(step.business) } : {};
  return { ms, ...working, parts: ms > 0 || working.working ? [{ path: step.path, ms, ...working }] : [] };
}

function inside(step: Step): WorstCase {
  const ways = waysOf(step);
  const of = (kind: 'lane' | 'choice' | 'part'): WorstCase[] =>
    ways.flatMap((way) => (way.kind === kind ? [block(way.steps)] : []));
  const once = inTurn([...of('part'), longest([...of('lane'), ...of('choice')])]);
  if (step.kind !== 'repeat') return once;
  // A round begins when its time has come and the one before it is over.
  const ms = (step.times - 1) * Math.max(step.everyMs, once.ms) + once.ms;
  const working = workingOf([once], step.times);
  return { ms, ...working, parts: [{ path: step.path, ms, ...working }] };
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
