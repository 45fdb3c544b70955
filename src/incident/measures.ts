import type { NumberedEvent } from './events.ts';
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
  /** Opened → the first cut that was proved by traffic. */
  contain: Measure;
  /** Opened → the first restore after the last cut that was proved by traffic. */
  recover: Measure;
  /** Aware → notice given; of several duties the one with the least margin. */
  notify: NoticeMeasure;
};
export type MeasureName = keyof Measures;

/** What an act must bring about to count, by its capability; the contracts know. */
export type Expects = (capability: string) => 'cut' | 'serving' | undefined;

export function measuresOf(events: readonly NumberedEvent[], expects: Expects): Measures {
  const [opened] = events;
  if (opened?.type !== 'incident.opened') {
    const none: Unmeasured = { ms: null, why: 'The timeline does not begin with the opening.' };
    return { detect: none, acknowledge: none, contain: none, recover: none, notify: none };
  }
  const proofs = proofsIn(events, expects);
  return {
    detect: detected(opened),
    acknowledge: acknowledged(opened, events),
    contain: contained(opened, proofs, events),
    recover: recovered(opened, proofs),
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

/** Bots play people in drills; they are never counted. */
function isByPerson(event: NumberedEvent): boolean {
  if (event.type === 'decision.voted') return event.data.vote.surface !== 'bot';
  return event.actor.kind === 'person' && !FOLLOWS.has(event.type);
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

type Proof = { event: NumberedEvent; shows: 'cut' | 'serving' };

/** Acts that were proved by traffic, in order. A proof belongs to the act of the same step. */
function proofsIn(events: readonly NumberedEvent[], expects: Expects): Proof[] {
  const acts = new Map<string, string>();
  const proofs: Proof[] = [];
  for (const event of events) {
    if (event.type === 'act.started' && event.data.purpose === 'act') acts.set(event.path, event.data.capability);
    if (event.type !== 'act.done' || event.data.purpose !== 'prove') continue;
    const shows = expects(acts.get(event.path) ?? '');
    const { proved, strength } = event.data.outputs;
    if (shows && proved === true && strength === 'traffic') proofs.push({ event, shows });
  }
  return proofs;
}

function contained(opened: Opened, proofs: readonly Proof[], events: readonly NumberedEvent[]): Measure {
  const cut = proofs.find(({ shows }) => shows === 'cut');
  if (cut) return between(opened, cut.event);
  const byHand = events.some((event) => event.type === 'step.taken-over');
  return {
    ms: null,
    why: byHand
      ? 'No cut was proved by traffic; what was done by hand has no proof.'
      : 'No cut of traffic was proved by traffic.',
  };
}

function recovered(opened: Opened, proofs: readonly Proof[]): Measure {
  const lastCut = proofs.findLastIndex(({ shows }) => shows === 'cut');
  if (lastCut < 0)
    return { ms: null, why: 'No cut of traffic was proved by traffic, so there is none to recover from.' };
  const restored = proofs.slice(lastCut).find(({ shows }) => shows === 'serving');
  return restored
    ? between(opened, restored.event)
    : { ms: null, why: 'No restore after the last cut was proved by traffic.' };
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
