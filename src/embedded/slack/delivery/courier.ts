import { randomUUID } from 'node:crypto';
import type { Shared } from '../contract.ts';
import type { Attempt, Parcel, Retry } from './parcel.ts';
import { createPoster } from './post.ts';
import { createSockets, type Sockets } from './sockets.ts';

/** What was brought to the app, for tests to read and to bring again. */
export type Told = {
  id: string;
  type: Parcel['type'];
  /** The kind of interaction or event, or the command: `block_actions`, `app_home_opened`, `/tocsin`. */
  what: string;
  retry: number;
  over: 'socket' | 'http' | null;
  /** When it was sent: epoch milliseconds of the workspace's clock. */
  at: number;
  result: 'ok' | 'no-app' | 'timeout' | 'refused';
  detail: string;
};

/** An event that the app has not taken yet, and when it comes again. */
export type Pending = { eventId: string; attempts: number; nextAt: number };

export type Courier = {
  sockets: Sockets;
  /** One attempt: for what a person waits for. */
  tell(parcel: Parcel): Promise<Attempt>;
  /** An event: at once, at once again, after one minute and after five. Resolves after the first two. */
  publish(payload: Record<string, unknown>): Promise<Attempt>;
  /** Brings the last parcels once more, in the same envelopes: what an app must bear. */
  redeliver(last: number): Promise<Attempt[]>;
  verifyUrl(): Promise<Attempt>;
  told(): Told[];
  pending(): Pending[];
  /** Calls off what is pending and forgets what was told. */
  forget(): void;
  stop(): Promise<void>;
};

/** Since the event happened. */
const RETRY_AFTER_MS = [0, 60_000, 300_000] as const;
const KEPT_MAX = 200;

export function createCourier(shared: Shared): Courier {
  const { workspace, troubles, log } = shared;
  const sockets = createSockets(shared);
  const poster = createPoster(shared);
  const told: { entry: Told; parcel: Parcel }[] = [];
  let stopped = false;
  const pending = new Map<string, Pending & { callOff: () => void }>();

  const send = async (parcel: Parcel, retry: Retry | null): Promise<[Told['over'], Attempt]> => {
    const outage = troubles.outage();
    if (outage !== null) return [null, absent(`Slack itself is away (outage "${outage}")`)];
    // Socket Mode wins over the request URL, as in Slack.
    if (sockets.count() > 0) return ['socket', await sockets.send(parcel, retry)];
    const url = workspace.app.requestUrl;
    if (url !== null) return ['http', await poster.send(url, parcel, retry)];
    return [null, absent('the app is not connected over Socket Mode and has no request URL')];
  };

  const attempt = async (parcel: Parcel, retry: Retry | null): Promise<Attempt> => {
    const at = workspace.clock.now();
    const [over, attempt] = await send(parcel, retry);
    const entry: Told = {
      id: parcel.id,
      type: parcel.type,
      what: whatOf(parcel),
      retry: retry?.attempt ?? 0,
      over,
      at,
      result: attempt.ok ? 'ok' : attempt.reason,
      detail: attempt.ok ? '' : attempt.detail,
    };
    told.push({ entry, parcel });
    if (told.length > KEPT_MAX) told.shift();
    if (!attempt.ok) log(`${entry.what} did not reach the app: ${attempt.detail}`);
    return attempt;
  };

  const eventParcel = (payload: Record<string, unknown>): Parcel => ({
    id: randomUUID(),
    type: 'events_api',
    payload,
    acceptsAnswer: false,
  });

  /** `tried`: how many retries have been made. */
  const retryLater = (payload: Record<string, unknown>, since: number, tried: number, failed: Attempt): void => {
    const eventId = String(payload.event_id);
    pending.delete(eventId);
    if (stopped || failed.ok || failed.noRetry) return;
    const afterMs = RETRY_AFTER_MS[tried];
    if (afterMs === undefined) {
      log(`event ${eventId} was given up after ${tried + 1} attempts`);
      return;
    }
    const nextAt = since + afterMs;
    const retry = { attempt: tried + 1, reason: failed.retryReason };
    const callOff = workspace.clock.after(Math.max(0, nextAt - workspace.clock.now()), async () =>
      retryLater(payload, since, tried + 1, await attempt(eventParcel(payload), retry)),
    );
    pending.set(eventId, { eventId, attempts: tried + 1, nextAt, callOff });
  };

  const forget = (): void => {
    for (const { callOff } of pending.values()) callOff();
    pending.clear();
    told.length = 0;
  };

  const stopListening = troubles.onChange(() => {
    const outage = troubles.outage();
    if (outage === 'hang') sockets.freeze();
    // Clearing a hang ends the lines that hung: nothing that was said on them can be trusted to arrive.
    else if (outage !== null || sockets.frozen()) sockets.drop();
  });

  return {
    sockets,
    tell: (parcel) => attempt(parcel, null),
    async publish(payload) {
      const since = workspace.clock.now();
      const first = await attempt(eventParcel(payload), null);
      if (first.ok || first.noRetry) return first;
      const second = await attempt(eventParcel(payload), { attempt: 1, reason: first.retryReason });
      retryLater(payload, since, 1, second);
      return second;
    },
    redeliver: (last) =>
      Promise.all(
        told.slice(-last).map(({ parcel }) => {
          const retry = parcel.type === 'events_api' ? { attempt: 1, reason: 'timeout' } : null;
          return attempt(parcel, retry);
        }),
      ),
    async verifyUrl() {
      const url = workspace.app.requestUrl;
      return url === null ? absent('the app has no request URL') : poster.verify(url);
    },
    told: () => told.map(({ entry }) => entry),
    pending: () => [...pending.values()].map(({ eventId, attempts, nextAt }) => ({ eventId, attempts, nextAt })),
    forget,
    async stop() {
      stopped = true;
      stopListening();
      forget();
      await Promise.all([sockets.stop(), poster.stop()]);
    },
  };
}

function absent(detail: string): Attempt {
  return { ok: false, reason: 'no-app', retryReason: 'connection_failed', detail };
}

function whatOf({ type, payload }: Parcel): string {
  switch (type) {
    case 'events_api':
      return String((payload.event as { type?: unknown } | undefined)?.type);
    case 'interactive':
      return String(payload.type);
    case 'slash_commands':
      return String(payload.command);
    default:
      return type satisfies never;
  }
}
