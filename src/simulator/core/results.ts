import type { IncidentEvent } from '../../incident/events.ts';
import type { Expectation, Script } from './script.ts';
import { expectationsOf, isMetBy, type Memory, mayBeMetNow, noMemory, remember } from './sought.ts';

/** How an expectation stands. `at`: scenario ms of the event that met it, or broke it. */
export type Result = {
  expectation: string;
  /** `not-observed`: nobody could tell, or its inject was never due; `void`: its inject was never delivered. */
  result: 'met' | 'met-late' | 'missed' | 'not-observed' | 'void';
  /** Number of the event that it rests on; null where nothing happened. */
  seq: number | null;
  at: number | null;
  /** When it had to be, scenario ms; null where there is no limit. */
  dueAt: number | null;
  /** Numbers of events, in order: what set it off, what it rests on, what it had to come before. */
  cites: number[];
  /** Of what it is reckoned by: the event that set it off (null: STARTEX), and the one that it had to come before. */
  since: Moment | null;
  before: Moment | null;
};
export type Moment = { seq: number; at: number };

type Numbered = IncidentEvent & { seq: number };
/** One of the things that an expectation is about: `begun` where something must follow, `met` where it did. */
type Instance = { begun: Moment; met: Moment | null };

/** How every expectation of a script stands at the end of a timeline. `passOver`: events that this one does not look at. */
export function resultsOf(
  script: Script,
  events: readonly Numbered[],
  passOver: (event: Numbered, one: Expectation) => boolean = () => false,
): Result[] {
  const seen = new Map(script.expectations.map(({ id }) => [id, new Map<string, Instance>()]));
  const instancesOf = ({ id }: Expectation): Instances => seen.get(id) as Instances;
  const delivered = new Map<string, Moment>();
  /** When each was met for the first time: what has to come before it has to come before that. */
  const firsts = new Map<string, Moment>();
  const memory = noMemory();
  for (const event of events) {
    remember(memory, event);
    const here = { seq: event.seq, at: event.at };
    if (event.type === 'inject.delivered' && !delivered.has(event.data.id)) delivered.set(event.data.id, here);
    if (BEGINS.has(event.type)) for (const one of script.expectations) begin(instancesOf(one), one, event);
    for (const one of expectationsOf(script.expectations, event.type)) {
      if (!mayCount(one, delivered) || !isMetBy(one.sought, event, memory) || passOver(event, one)) continue;
      meet(instancesOf(one), whichOf(one, event, memory), here);
      if (!firsts.has(one.id)) firsts.set(one.id, here);
    }
    // What is said in the hot wash is no deed any more.
    if (event.type === 'exercise.ended') break;
  }
  const started = events[0];
  const startex = { seq: started?.seq ?? 1, at: started?.at ?? script.startsAt };
  const worst = new Map([...seen].map(([id, instances]) => [id, worstOf([...instances.values()])] as const));
  return script.expectations.map((one) => resultOf(one, { worst, firsts, delivered, startex }));
}

/** A sign of somebody answers what was sent; what must not happen since an inject is judged from then on. */
const mayCount = (one: Expectation, delivered: ReadonlyMap<string, Moment>): boolean =>
  mayBeMetNow(one, (id) => delivered.has(id)) && (!one.never || one.since === null || delivered.has(one.since));

const BEGINS: ReadonlySet<IncidentEvent['type']> = new Set(['act.started', 'obligation.opened', 'incident.reopened']);
type Instances = Map<string, Instance>;

/** Whatever is begun twice must be done twice: the act on each system, each duty of one rule; what is reopened must be resolved anew. */
function begin(instances: Instances, { sought, never }: Expectation, event: Numbered): void {
  if (never) return;
  const begun = { seq: event.seq, at: event.at };
  const key = begunBy(sought, event);
  if (key === null) return;
  if (sought.what === 'resolved') instances.set(key, { begun, met: null });
  else if (!instances.has(key)) instances.set(key, { begun, met: null });
}

function begunBy(sought: Expectation['sought'], event: Numbered): string | null {
  if (event.type === 'act.started') {
    const { purpose, capability, with: input } = event.data;
    const system = typeof input.system === 'string' ? input.system : ONE;
    if (sought.what !== 'act' || purpose !== 'act' || capability !== sought.capability) return null;
    return sought.system === null || sought.system === system ? system : null;
  }
  if (event.type === 'obligation.opened') {
    const { rule, number } = event.data;
    return sought.what === 'duty' && sought.state !== 'opened' && rule.id === sought.rule ? String(number) : null;
  }
  return event.type === 'incident.reopened' && sought.what === 'resolved' ? ONE : null;
}

const ONE = '';

/** Of which instance this event, which meets it, is. */
function whichOf({ sought, never }: Expectation, event: Numbered, memory: Memory): string {
  if (never) return ONE;
  if (sought.what === 'act') return memory.acts[event.path]?.system ?? ONE;
  if (sought.what === 'duty' && sought.state !== 'opened' && 'number' in event.data) return String(event.data.number);
  return ONE;
}

function meet(instances: Instances, key: string, here: Moment): void {
  const one = instances.get(key);
  if (!one) instances.set(key, { begun: here, met: here });
  else one.met ??= here;
}

/** The worst of duplicates counts: one that was not met, else the one that was met last. */
function worstOf(instances: readonly Instance[]): Instance | null {
  const unmet = instances.find(({ met }) => met === null);
  if (unmet) return unmet;
  return instances.reduce<Instance | null>(
    (worst, one) => ((one.met?.seq ?? 0) > (worst?.met?.seq ?? 0) ? one : worst),
    null,
  );
}

type Moments = ReadonlyMap<string, Moment>;
type Seen = { worst: ReadonlyMap<string, Instance | null>; firsts: Moments; delivered: Moments; startex: Moment };

function resultOf(one: Expectation, { worst, firsts, delivered, startex }: Seen): Result {
  const set = one.since === null ? null : (delivered.get(one.since) ?? null);
  const instance = worst.get(one.id) ?? null;
  const found = instance?.met ?? null;
  // The stricter of duplicates: before the first of them, and never before the last.
  const last = (id: string): Moment | undefined => (one.never ? (worst.get(id)?.met ?? undefined) : firsts.get(id));
  const other = one.before === null ? null : (delivered.get(one.before) ?? last(one.before) ?? null);
  const answer = (result: Result['result'], rests: Moment | null, dueAt: number | null): Result => ({
    expectation: one.id,
    result,
    seq: rests?.seq ?? null,
    at: rests?.at ?? null,
    dueAt,
    cites: citesOf([set, rests ?? (result === 'missed' ? (instance?.begun ?? null) : null), other]),
    since: set,
    before: other,
  });
  if (one.since !== null && set === null) return answer('void', null, null);
  if (one.sought.what === 'judged') return answer('not-observed', null, null);
  if (one.never) {
    const broken = found && (one.before === null || other === null || found.seq < other.seq);
    return answer(broken ? 'missed' : 'met', broken ? found : null, null);
  }
  // What had happened before it was called for counts: a team may be ahead of the script.
  const since = (set ?? startex).at;
  const limits = [one.withinMs === null ? null : since + one.withinMs, other?.at ?? null].filter((at) => at !== null);
  const dueAt = limits.length > 0 ? Math.min(...limits) : null;
  if (!found) return answer('missed', null, dueAt);
  const late = (one.withinMs !== null && found.at > since + one.withinMs) || (other !== null && found.seq > other.seq);
  return answer(late ? 'met-late' : 'met', found, dueAt);
}

const citesOf = (moments: readonly (Moment | null)[]): number[] =>
  [...new Set(moments.flatMap((one) => (one === null ? [] : [one.seq])))].sort((a, b) => a - b);
