import type { ActResult } from '../../engine/stage.ts';
import type { Question, Vote } from '../../incident/decision.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { planNumber } from '../../incident/step-path.ts';

/** What a timeline says that a replay needs: everything that came from outside the engine, by what it belongs to. */
export type Recorded = {
  events: readonly NumberedEvent[];
  opened: Numbered<'incident.opened'>;
  /** By idempotency key and attempt. An act that was still under way has no result. */
  acts: ReadonlyMap<string, RecordedAct>;
  /** By `questionIds`. */
  questions: ReadonlyMap<string, RecordedQuestion>;
  /** The incident is closed: nothing more will happen in it. */
  closed: boolean;
};

export type Numbered<T extends NumberedEvent['type']> = Extract<NumberedEvent, { type: T }>;
type Ended = Numbered<'act.done'> | Numbered<'act.failed'>;

export type RecordedAct = {
  startedAt: number;
  with: JsonObject;
  /** What had been begun and ended before that changes what AI systems do: its outcome counts only where the same had been. */
  before: ReadonlySet<string>;
  ended: { at: number; seq: number; tookMs: number; result: ActResult } | null;
};

export type RecordedQuestion = {
  asked: Numbered<'decision.asked'>;
  votes: { at: number; seq: number; vote: Vote }[];
  made: Numbered<'decision.made'> | null;
};

export const actId = (key: string, attempt: number): string => `${key}#${attempt}`;

/** Names questions by where they stand and how often it was asked there: numbers follow the order in which questions happened to come. */
export class QuestionIds {
  readonly #counts = new Map<string, number>();

  next({ path, kind, failure }: Question): string {
    const place = `${kind === 'failure' ? (failure?.undo ? 'undo' : 'failure') : 'ask'} ${path}`;
    const count = (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, count);
    return `${place} ${count}`;
  }
}

export function recordedIn(events: readonly NumberedEvent[], opened: Numbered<'incident.opened'>): Recorded {
  const last = events.filter(({ type }) => type === 'incident.closed' || type === 'incident.reopened').at(-1);
  return {
    events,
    opened,
    acts: actsIn(events),
    questions: questionsIn(events),
    closed: last?.type === 'incident.closed',
  };
}

function actsIn(events: readonly NumberedEvent[]): Map<string, RecordedAct> {
  const acts = new Map<string, RecordedAct>();
  /** Of one step and purpose at most one is under way. */
  const underWay = new Map<string, { key: string; act: RecordedAct; end: (at: number) => void }>();
  const begun = new Begun();
  const beginnings: { act: RecordedAct; event: Numbered<'act.started'> }[] = [];
  for (const event of events) {
    if (event.type === 'act.started') {
      const { key, attempt, purpose } = event.data;
      const act = { startedAt: event.at, with: event.data.with, before: NOTHING, ended: null };
      acts.set(actId(key, attempt), act);
      beginnings.push({ act, event });
      underWay.set(`${purpose} ${event.path}`, { key, act, end: begun.add(event) });
    } else if (event.type === 'act.done' || event.type === 'act.failed') {
      const one = underWay.get(`${event.data.purpose} ${event.path}`);
      if (!one) continue;
      one.act.ended = endOf(event, one.key, one.act.startedAt, events);
      one.end(event.at);
    }
  }
  // Only now it is known of each when it ended.
  for (const { act, event } of beginnings) act.before = begun.before(event);
  return acts;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The acts that change what AI systems do, as they begin and end. */
export class Begun {
  readonly #acts: { key: string; at: number; endedAt: number | null; system: Json }[] = [];

  /** Tell what it gives when the act ends. */
  add({ at, data }: Pick<Numbered<'act.started'>, 'at' | 'data'>): (endedAt: number) => void {
    const { key, capability, risk } = data;
    if (capability.startsWith('notify.') || (risk !== 'disruptive' && risk !== 'irreversible')) return () => undefined;
    const act = { key, at, endedAt: null as number | null, system: data.with.system ?? null };
    this.#acts.push(act);
    return (endedAt) => {
      act.endedAt = endedAt;
    };
  }

  /**
   * Before this one on the same AI system; of what names none, on any. Those of one moment have no order among them. One that was
   * under way is another thing than one that had ended.
   */
  before({ at, data }: Pick<Numbered<'act.started'>, 'at' | 'data'>): Set<string> {
    const system = data.with.system ?? null;
    const earlier = this.#acts.filter(
      (act) => act.at < at && (system === null || act.system === null || act.system === system),
    );
    const isOver = (key: string) =>
      earlier.every((act) => act.key !== key || (act.endedAt !== null && act.endedAt <= at));
    return new Set(earlier.flatMap(({ key }) => (isOver(key) ? [key, `${key}:ended`] : [key])));
  }
}

function endOf(event: Ended, key: string, startedAt: number, events: readonly NumberedEvent[]): RecordedAct['ended'] {
  const { at, seq } = event;
  if (event.type === 'act.done')
    return { at, seq, tookMs: event.data.tookMs, result: { ok: true, outputs: event.data.outputs } };
  const { code, message, retryAt } = event.data;
  const effect = leftNothing(event, key, events) ? 'none' : 'unknown';
  return {
    at,
    seq,
    tookMs: at - startedAt,
    result: { ok: false, fault: { code, message, retryable: retryAt !== null, effect } },
  };
}

/**
 * The timeline does not say whether a failed act may have changed something. Where its plan was unwound afterwards and that act was not
 * undone, it had not.
 */
function leftNothing({ path, seq }: Ended, key: string, events: readonly NumberedEvent[]): boolean {
  const later = events.filter((event) => event.seq > seq);
  const unwound = later.some(
    (event) =>
      event.type === 'plan.finished' &&
      planNumber(event.path) === planNumber(path) &&
      (event.data.outcome === 'stood-down' || event.data.outcome === 'unwound'),
  );
  if (!unwound) return false;
  return !later.some((event) => event.type === 'act.started' && event.data.key.startsWith(`${key}:undo:`));
}

function questionsIn(events: readonly NumberedEvent[]): Map<string, RecordedQuestion> {
  const ids = new QuestionIds();
  const questions = new Map<string, RecordedQuestion>();
  const byNumber = new Map<number, RecordedQuestion>();
  for (const event of events) {
    if (event.type === 'decision.asked') {
      const question = { asked: event, votes: [], made: null };
      questions.set(ids.next(event.data), question);
      byNumber.set(event.data.number, question);
    } else if (event.type === 'decision.voted') {
      const { at, seq, data } = event;
      byNumber.get(data.number)?.votes.push({ at, seq, vote: data.vote });
    } else if (event.type === 'decision.made') {
      const question = byNumber.get(event.data.number);
      if (question) question.made = event;
    }
  }
  return questions;
}

/** Put on the timeline by whoever hosts an incident, not by what it plays: a page that could not be sent. */
export const isOfHost = (event: NumberedEvent): boolean =>
  event.type === 'system.warned' && event.data.code === 'page-failed';
