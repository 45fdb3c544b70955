import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Shared } from '../contract.ts';
import { ACK_WITHIN_MS, type Attempt, type Parcel, type Retry } from './parcel.ts';

/** The Socket Mode connections of the app. */
export type Sockets = {
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that parcels can go to. */
  count(): number;
  send(parcel: Parcel, retry: Retry | null): Promise<Attempt>;
  /** Asks the app to connect anew, as Slack does before it takes a server away. */
  announce(reason: DisconnectReason): number;
  /** Cuts all connections without a word. Gives back how many. */
  drop(): number;
  /** The connections stay up and say nothing any more, until they are dropped. */
  freeze(): void;
  /** Whether any connection is frozen. */
  frozen(): boolean;
  stop(): Promise<void>;
};

export const DISCONNECT_REASONS = ['warning', 'refresh_requested', 'link_disabled'] as const;
export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

const CONNECTIONS_MAX = 10;
const PING_EVERY_MS = 5_000;
const SILENT_MS_MAX = 30_000;
const GOODBYE_MS_MAX = 500;
const MESSAGE_BYTES_MAX = 1_048_576;
/** How long a connection lives on after the app was told to leave it. */
const LEAVE_AFTER_MS = { warning: 10_000, refresh_requested: 1_000, link_disabled: 0 } satisfies Record<
  DisconnectReason,
  number
>;

const Ack = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

type Connection = { socket: WebSocket; leaving: boolean; frozen: boolean; heardAtMs: number };
type Flight = { connection: Connection; land(attempt: Attempt): void };

export function createSockets({ workspace, log }: Pick<Shared, 'workspace' | 'log'>): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  const connections = new Set<Connection>();
  const flights = new Map<string, Set<Flight>>();
  const host = 'applink-local-slack';

  const usable = (): Connection[] => {
    const open = [...connections].filter(({ socket, frozen }) => socket.readyState === socket.OPEN && !frozen);
    const staying = open.filter(({ leaving }) => !leaving);
    return staying.length > 0 ? staying : open;
  };

  const lose = (connection: Connection): void => {
    if (!connections.delete(connection)) return;
    log(`socket mode: a connection ended, ${connections.size} left`);
    for (const flight of [...flights.values()].flatMap((set) => [...set]))
      if (flight.connection === connection)
        flight.land(missed('timeout', 'timeout', 'the connection was lost before the app had acknowledged'));
  };

  const hear = (connection: Connection, data: string): void => {
    connection.heardAtMs = Date.now();
    const ack = readAck(data);
    const waiting = ack === null ? undefined : flights.get(ack.envelope_id);
    if (ack === null) log('socket mode: the app sent something that is no acknowledgement; it was ignored');
    else if (waiting === undefined) log(`socket mode: ${ack.envelope_id} was acknowledged too late; it was ignored`);
    else for (const flight of [...waiting]) flight.land({ ok: true, answer: ack.payload });
  };

  const welcome = (socket: WebSocket): void => {
    const connection: Connection = { socket, leaving: false, frozen: false, heardAtMs: Date.now() };
    const debug_info = { host, build_number: 1, approximate_connection_time: 18_060 };
    if (connections.size >= CONNECTIONS_MAX) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host } }));
      socket.close(1000);
      return;
    }
    connections.add(connection);
    const heard = (): void => {
      connection.heardAtMs = Date.now();
    };
    socket.on('ping', heard);
    socket.on('pong', heard);
    socket.on('message', (data) => hear(connection, String(data)));
    socket.on('error', (error) => log(`socket mode: ${error.message}`));
    socket.on('close', () => lose(connection));
    const num_connections = connections.size;
    log(`socket mode: connection ${num_connections} is up`);
    socket.send(
      JSON.stringify({ type: 'hello', num_connections, debug_info, connection_info: { app_id: workspace.app.id } }),
    );
  };

  // Pings follow the machine's clock: they are about the line, not about the workspace.
  const pings = setInterval(() => {
    for (const { socket, frozen, heardAtMs } of connections) {
      if (frozen) continue;
      if (Date.now() - heardAtMs > SILENT_MS_MAX) socket.terminate();
      else socket.ping(`Ping from ${host}`);
    }
  }, PING_EVERY_MS).unref();

  const drop = (): number => {
    const dropped = [...connections];
    for (const connection of dropped) {
      connection.socket.terminate();
      lose(connection);
    }
    return dropped.length;
  };

  return {
    connect: (request, socket, head) => server.handleUpgrade(request, socket, head, welcome),
    count: () => usable().length,
    send(parcel, retry) {
      const candidates = usable();
      // To an arbitrary one, as Slack does: an app with two must be able to answer on either.
      const connection = candidates[randomInt(Math.max(1, candidates.length))];
      if (connection === undefined)
        return Promise.resolve(missed('no-app', 'timeout', 'the app is not connected over Socket Mode'));
      return new Promise((resolve) => {
        const late = workspace.clock.after(ACK_WITHIN_MS, () =>
          flight.land(missed('timeout', 'timeout', `the app did not acknowledge within ${ACK_WITHIN_MS / 1000} s`)),
        );
        const flight: Flight = {
          connection,
          land(attempt) {
            late();
            const flying = flights.get(parcel.id);
            flying?.delete(flight);
            if (flying?.size === 0) flights.delete(parcel.id);
            resolve(attempt);
          },
        };
        flights.set(parcel.id, (flights.get(parcel.id) ?? new Set()).add(flight));
        connection.socket.send(envelope(parcel, retry), (error) => {
          if (error) flight.land(missed('timeout', 'timeout', `the connection failed: ${error.message}`));
        });
      });
    },
    announce(reason) {
      const told = [...connections].filter(({ frozen }) => !frozen);
      for (const connection of told) {
        connection.leaving = true;
        connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host } }));
        if (LEAVE_AFTER_MS[reason] === 0) connection.socket.close(1000);
        else workspace.clock.after(LEAVE_AFTER_MS[reason], () => connection.socket.close(1000));
      }
      return told.length;
    },
    drop,
    freeze() {
      for (const connection of connections) {
        connection.frozen = true;
        connection.socket.pause();
      }
    },
    frozen: () => [...connections].some(({ frozen }) => frozen),
    async stop() {
      clearInterval(pings);
      const closed = Promise.all(
        [...connections].map(({ socket }) => new Promise((resolve) => socket.once('close', resolve))),
      );
      for (const { socket } of connections) socket.close(1001);
      // Most say goodbye at once; the others are not waited for.
      const giveUp = setTimeout(drop, GOODBYE_MS_MAX);
      await closed;
      clearTimeout(giveUp);
      server.close();
    },
  };
}

function envelope({ id, type, payload, acceptsAnswer }: Parcel, retry: Retry | null): string {
  return JSON.stringify({
    envelope_id: id,
    type,
    accepts_response_payload: acceptsAnswer,
    payload,
    ...(type === 'events_api' && { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' }),
  });
}

function readAck(data: string): z.infer<typeof Ack> | null {
  try {
    return Ack.parse(JSON.parse(data));
  } catch {
    return null;
  }
}

function missed(reason: 'no-app' | 'timeout', retryReason: string, detail: string): Attempt {
  return { ok: false, reason, retryReason, detail };
}
