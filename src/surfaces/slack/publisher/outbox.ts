import { slackFailure } from '../connection/failure.ts';
import type { Outbox } from '../contract.ts';
import type { SlackLog } from '../ports.ts';
import { type Clock, systemClock } from './clock.ts';
import { backOffMs, createGate } from './gate.ts';
import { createPace, URGENCIES, type Urgency } from './pace.ts';

export type OutboxOptions = {
  /** One call of the Web API that neither retries nor waits by itself (`connection/client.ts` makes such clients). */
  call: (method: string, args: Record<string, unknown>) => Promise<unknown>;
  log: SlackLog;
  clock?: Clock;
  random?: () => number;
  /** When to give up on an answer. Long: a message whose answer comes later than this is sent again. */
  callTimeoutMs?: number;
};

/** The outbox, and what health and metrics want to know of it. */
export type FullOutbox = Outbox & {
  waiting(): Record<Urgency, number>;
  /** What waits under this key goes with the decisions from now on. */
  hasten(key: string): void;
  away(): { since: number; reason: string } | null;
};

/** Why a call came to nothing for good. `code`: Slack's own, or `obsolete` (no longer wanted) and `stopped` of ours. */
export class NotSent extends Error {
  readonly code: string;
  readonly method: string;
  constructor(method: string, code: string, message: string) {
    super(message);
    this.name = 'NotSent';
    this.code = code;
    this.method = method;
  }
}

export const notSent = (error: unknown, ...codes: string[]): error is NotSent =>
  error instanceof NotSent && codes.includes(error.code);

type Request = Parameters<Outbox['call']>[0];
type Entry = Request & {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
  tries: number;
  notBefore: number;
};

/** What waits in one queue for one method with one urgency goes out in order, one at a time; all else passes it by. */
type Lane = { key: string; queue: string; urgency: Urgency; entries: Entry[]; busy: boolean };

/** How many calls may be under way: a slow Slack is not stormed with chatter, and a decision always finds a place. */
const UNDER_WAY_MAX: Readonly<Record<Urgency, number>> = { decision: 200, status: 24, chatter: 8 };
const CALL_TIMEOUT_MS = 30_000;
const STOP_WITHIN_MS = 4_000;
const RETRY_MS_MAX = 30_000;
/** For an answer that says "too many" and not when. */
const PAUSE_MS = 5_000;

export function createOutbox(options: OutboxOptions): FullOutbox {
  const { log, clock = systemClock, random = Math.random, callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const pace = createPace(clock);
  const gate = createGate(clock, random);
  const lanes: Record<Urgency, Map<string, Lane>> = { decision: new Map(), status: new Map(), chatter: new Map() };
  const underWay: Record<Urgency, Set<Promise<void>>> = {
    decision: new Set(),
    status: new Set(),
    chatter: new Set(),
  };
  let stopped = false;
  let callOff: () => void = () => {};

  const underWayCount = () => URGENCIES.reduce((sum, urgency) => sum + underWay[urgency].size, 0);

  const pump = (): void => {
    callOff();
    if (stopped) return;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const urgency of URGENCIES)
      for (const lane of [...lanes[urgency].values()]) {
        if (underWay[urgency].size >= UNDER_WAY_MAX[urgency]) break;
        const head = lane.busy ? undefined : lane.entries[0];
        if (!head) continue;
        const waitMs = Math.max(
          head.notBefore - clock.now(),
          pace.waitMs(head.method, lane.queue, urgency),
          // A new decision looks for itself: it may be that only one other call is unlucky.
          urgency === 'decision' && head.tries === 0 ? 0 : gate.waitMs(underWayCount()),
        );
        if (waitMs <= 0) start(lane, head);
        else nextMs = Math.min(nextMs, waitMs);
      }
    if (nextMs < Number.POSITIVE_INFINITY) callOff = clock.after(nextMs, pump);
  };

  const start = (lane: Lane, entry: Entry): void => {
    lane.busy = true;
    // To the end of the line: nobody waits for ever where only some fit in.
    lanes[lane.urgency].delete(lane.key);
    lanes[lane.urgency].set(lane.key, lane);
    const under = underWay[lane.urgency];
    const attempt: Promise<void> = tryOnce(entry).then((done) => {
      under.delete(attempt);
      lane.busy = false;
      if (done) lane.entries.shift();
      if (lane.entries.length === 0) lanes[lane.urgency].delete(lane.key);
      pump();
    });
    under.add(attempt);
  };

  /** True when the entry is through, well or badly. */
  const tryOnce = async (entry: Entry): Promise<boolean> => {
    const { method, queue } = entry;
    const startedAt = clock.now();
    try {
      const args = typeof entry.args === 'function' ? entry.args() : entry.args;
      if (args === null) {
        entry.reject(new NotSent(method, 'obsolete', `${method} is no longer wanted`));
        return true;
      }
      pace.take(method, queue);
      const answer = await inTime(method, args);
      gate.answered();
      entry.resolve(answer as never);
      return true;
    } catch (error) {
      return failed(entry, error, startedAt);
    }
  };

  const failed = (entry: Entry, error: unknown, startedAt: number): boolean => {
    const { method, queue } = entry;
    if (error instanceof TypeError || error instanceof RangeError) {
      // A mistake of ours, not of the line: `fetch` failures come wrapped.
      entry.reject(error);
      return true;
    }
    const failure = slackFailure(error);
    entry.tries += 1;
    switch (failure.kind) {
      case 'said-no':
        gate.answered();
        entry.reject(new NotSent(method, failure.code, `${method}: Slack answers "${failure.code}"`));
        return true;
      case 'limited': {
        gate.answered();
        const pauseMs = (failure.retryAfterMs ?? PAUSE_MS) + Math.ceil(250 * random());
        pace.pause(method, queue, pauseMs);
        log.debug({ method, queue, pauseMs }, 'Slack asks to wait');
        return false;
      }
      case 'refused':
      case 'away':
        entry.notBefore = clock.now() + (failure.retryAfterMs ?? backOffMs(entry.tries, RETRY_MS_MAX, random));
        if (gate.unanswered(failure.words, startedAt, failure.retryAfterMs))
          log.warn({ method, reason: failure.words }, 'Slack cannot be used: what there is to say waits');
        return false;
      default:
        return failure.kind satisfies never;
    }
  };

  const inTime = (method: string, args: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const over = clock.after(callTimeoutMs, () => reject(new Error(`no answer in ${callTimeoutMs / 1000} s`)));
      options
        .call(method, args)
        .then(resolve, reject)
        .finally(() => over());
    });

  return {
    call: <T>(request: Request) =>
      new Promise<T>((resolve, reject) => {
        if (stopped) {
          reject(stoppedBefore(request.method));
          return;
        }
        const lane = laneOf(lanes[request.urgency], request);
        lane.entries.push({ ...request, resolve, reject, tries: 0, notBefore: 0 });
        pump();
      }),
    hasten(key) {
      for (const urgency of URGENCIES.filter((one) => one !== 'decision'))
        for (const lane of lanes[urgency].values()) {
          const entry = takeOut(lane, key);
          if (!entry) continue;
          if (lane.entries.length === 0) lanes[urgency].delete(lane.key);
          laneOf(lanes.decision, { ...entry, urgency: 'decision' }).entries.push(entry);
          pump();
          return;
        }
    },
    awaySince: () => gate.away()?.since ?? null,
    away: gate.away,
    waiting: () => ({
      decision: countOf(lanes.decision),
      status: countOf(lanes.status),
      chatter: countOf(lanes.chatter),
    }),
    async stop() {
      stopped = true;
      callOff();
      // What is under way is waited for, for a while: only its answer says where the message stands.
      const all = Promise.all(URGENCIES.flatMap((urgency) => [...underWay[urgency]]));
      let over = (): void => {};
      await Promise.race([all, new Promise<void>((resolve) => (over = clock.after(STOP_WITHIN_MS, resolve)))]);
      over();
      for (const urgency of URGENCIES)
        for (const lane of lanes[urgency].values())
          for (const { method, reject } of lane.entries.splice(0)) reject(stoppedBefore(method));
    },
  };
}

const stoppedBefore = (method: string) => new NotSent(method, 'stopped', `${method} was not sent: Tocsin stops`);

function laneOf(lanes: Map<string, Lane>, { queue, method, urgency }: Request): Lane {
  const key = `${queue} ${method}`;
  const lane = lanes.get(key) ?? { key, queue, urgency, entries: [], busy: false };
  lanes.set(key, lane);
  return lane;
}

/** Unless it is under way already. */
function takeOut({ entries, busy }: Lane, key: string): Entry | undefined {
  const at = entries.findIndex((entry, i) => entry.key === key && !(busy && i === 0));
  return at < 0 ? undefined : entries.splice(at, 1)[0];
}

const countOf = (lanes: Map<string, Lane>): number =>
  [...lanes.values()].reduce((sum, lane) => sum + lane.entries.length, 0);
