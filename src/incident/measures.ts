import type { NumberedEvent } from './events.ts';
import { isOfExercises } from './exercise-view.ts';
import { text } from './phrases.ts';

/** How long something took, between two events of the timeline (by their numbers). */
export type Measured = { ms: number; from: number; to: number };
/** Not known, or not yet: why. */
export type Unmeasured = { ms: null; why: string };
export type Measure = Measured | Unmeasured;

/** `marginMs`: how long before the limit the notice was given; less than nothing when it was late. */
export type NoticeMeasure = (Measured & { obligation: number; marginMs: number }) | Unmeasured;

/**
 * How an incident went, in five figures. docs/report.md defines them; drills and real incidents use the same. Nothing is taken as
 * done because somebody said so: containment and recovery count from the proof by traffic.
 */
export type Measures = {
  /** The alert's own start → the incident is opened. */
  detect: Measure;
  /** Opened → a person answers a question or tells the incident something. */
  acknowledge: Measure;
  /** Opened → the first act that contains and was proved by traffic. */
  contain: Measure;
  /** Opened → the proof by traffic after which nothing that was contained waits to be given back. */
  recover: Measure;
  /** Aware → notice given; of several duties the one with the least margin. */
  notify: NoticeMeasure;
};
export type MeasureName = keyof Measures;

/**
 * What an act means for users once it is proved, by its capability; the contracts know. `restores` names the capability whose doing it
 * gives back.
 */
export type EffectOf = (
  capability: string,
) => { kind: 'contains' } | { kind: 'replaces' } | { kind: 'restores'; what: string } | undefined;
type Effect = NonNullable<ReturnType<EffectOf>>;

export function measuresOf(timeline: readonly NumberedEvent[], effectOf: EffectOf): Measures {
  // What is noted in the hot wash of a drill is no deed any more.
  const ended = timeline.findIndex(({ type }) => type === 'exercise.ended');
  const events = ended < 0 ? timeline : timeline.slice(0, ended);
  const opened = events.find((event) => event.type === 'incident.opened');
  if (!opened) {
    const none: Unmeasured = { ms: null, why: 'No incident was opened.' };
    return { detect: none, acknowledge: none, contain: none, recover: none, notify: none };
  }
  const proofs = proofsIn(events, effectOf);
  return {
    detect: detected(opened),
    acknowledge: acknowledged(opened, events),
    contain: contained(opened, proofs, events),
    recover: recovered(opened, proofs, events, effectOf),
    notify: notified(events),
  };
}

type Opened = Extract<NumberedEvent, { type: 'incident.opened' }>;

const between = (from: NumberedEvent, to: NumberedEvent): Measured => ({
  ms: Math.max(0, to.at - from.at),
  from: from.seq,
  to: to.seq,
});

function detected(opened: Opened): Measure {
  const { alert } = opened.data;
  if (alert === null) return { ms: null, why: 'No alert opened it.' };
  if (alert.kind === 'report') return { ms: null, why: 'A person reported it; no monitor says since when.' };
  const startedAt = Date.parse(text(alert, 'startsAt') ?? '');
  // Go's zero time stands for "not said".
  if (Number.isNaN(startedAt) || startedAt <= 0) return { ms: null, why: 'The alert does not say since when.' };
  if (startedAt > opened.at)
    return { ms: null, why: 'By its own clock the alert began after the incident was opened.' };
  return { ms: opened.at - startedAt, from: opened.seq, to: opened.seq };
}

/** Bots play people in drills; they are never counted. Nor is what the exercise itself needs: its clock, its injects, who has read them. */
function isByPerson(event: NumberedEvent): boolean {
  if (event.type === 'decision.voted') return event.data.vote.surface !== 'bot';
  return event.actor.kind === 'person' && !FOLLOWS.has(event.type) && !isOfExercises(event.type);
}

/** What follows from a vote, which is counted as such and may be a bot's, and alerts that people report. */
const FOLLOWS: ReadonlySet<NumberedEvent['type']> = new Set([
  'decision.made',
  'step.skipped',
  'step.taken-over',
  'alert.joined',
]);

function acknowledged(opened: Opened, events: readonly NumberedEvent[]): Measure {
  const first = events.find((event) => event.seq > opened.seq && isByPerson(event));
  return first ? between(opened, first) : { ms: null, why: 'No person has answered or written anything.' };
}

type Proof = { event: NumberedEvent; capability: string; effect: Effect };

/** Acts that were proved by traffic, in order. A proof belongs to the act of the same step. */
function proofsIn(events: readonly NumberedEvent[], effectOf: EffectOf): Proof[] {
  const acts = new Map<string, string>();
  const proofs: Proof[] = [];
  for (const event of events) {
    if (event.type === 'act.started' && event.data.purpose === 'act') acts.set(event.path, event.data.capability);
    if (event.type !== 'act.done' || event.data.purpose !== 'prove') continue;
    const capability = acts.get(event.path) ?? '';
    const effect = effectOf(capability);
    const { proved, strength } = event.data.outputs;
    if (effect && proved === true && strength === 'traffic') proofs.push({ event, capability, effect });
  }
  return proofs;
}

function contained(opened: Opened, proofs: readonly Proof[], events: readonly NumberedEvent[]): Measure {
  const first = proofs.find(({ effect }) => effect.kind !== 'restores');
  if (first) return between(opened, first.event);
  const byHand = events.some((event) => event.type === 'step.taken-over');
  return {
    ms: null,
    why: byHand
      ? 'Nothing that contains it was proved by traffic; what was done by hand has no proof.'
      : 'Nothing that contains it was proved by traffic.',
  };
}

/**
 * Everything that was taken away is given back. What a plan that ran to its end never set out to give back (filters that stay strict
 * on purpose) is not waited for; what it set out to give back and nobody proved, is.
 */
function recovered(
  opened: Opened,
  proofs: readonly Proof[],
  events: readonly NumberedEvent[],
  effectOf: EffectOf,
): Measure {
  const away = new Set<string>();
  let last: NumberedEvent | null = null;
  let back: NumberedEvent | null = null;
  for (const { event, capability, effect } of proofs) {
    if (effect.kind === 'contains') away.add(capability);
    else if (effect.kind === 'restores' && !away.delete(effect.what)) continue;
    if (effect.kind === 'contains') back = null;
    else back = event;
    last = event;
  }
  if (last === null)
    return { ms: null, why: 'Nothing that contains it was proved by traffic, so there is nothing to recover from.' };
  if (back !== null && (away.size === 0 || isOver(events, away, effectOf))) return between(opened, back);
  return { ms: null, why: 'Not everything that was contained was given back and proved by traffic.' };
}

/** The plan ran to its end, and none of its acts was to give back what is still away. */
function isOver(events: readonly NumberedEvent[], away: ReadonlySet<string>, effectOf: EffectOf): boolean {
  const tried = events.some((event) => {
    const effect = event.type === 'act.started' && event.data.purpose === 'act' && effectOf(event.data.capability);
    return effect && effect.kind === 'restores' && away.has(effect.what);
  });
  return !tried && events.some((event) => event.type === 'plan.finished' && event.data.outcome === 'completed');
}

function notified(events: readonly NumberedEvent[]): NoticeMeasure {
  const opened = events.filter((event) => event.type === 'obligation.opened');
  if (opened.length === 0) return { ms: null, why: 'No duty to notify was opened.' };
  const waived = new Set(events.flatMap((event) => (event.type === 'obligation.waived' ? [event.data.number] : [])));
  const owed = opened.filter(({ data }) => !waived.has(data.number));
  if (owed.length === 0) return { ms: null, why: 'It was judged that no notice is due.' };
  const given = owed.flatMap((duty) => {
    const { awareAt, dueAt, number } = duty.data;
    const met = events.find((event) => event.type === 'obligation.met' && event.data.number === number);
    if (met?.type !== 'obligation.met') return [];
    const at = met.data.givenAt ?? met.at;
    return [{ ms: Math.max(0, at - awareAt), from: duty.seq, to: met.seq, obligation: number, marginMs: dueAt - at }];
  });
  if (given.length === 0) return { ms: null, why: 'No notice has been given.' };
  // The one that is still due may become the latest of all: nothing is said of the others until it is known.
  const missing = owed.find(({ data }) => !given.some(({ obligation }) => obligation === data.number));
  if (missing) return { ms: null, why: `Notice ${missing.data.number} has not been given yet.` };
  return given.reduce((tightest, one) => (one.marginMs < tightest.marginMs ? one : tightest));
}
