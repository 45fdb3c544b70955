import pg from 'pg';
import { NUDGES } from './slack.ts';

// Any number will do as long as nothing else in this database locks on it.
const LOCK = 7_463_018;
const RETRY_MS = 1_000;
const BEAT_MS = 1_000;
const ANSWER_WITHIN_MS = 2_500;

export type SlackLead = { leads(): boolean; stop(): Promise<void> };

export type SlackLeadOptions = {
  connectionString: string;
  /** This server publishes from now on. */
  onGained: () => void;
  /** It no longer does: another may have taken over already. */
  onLost: () => void;
  /** Somebody asks to look at this incident. */
  onNudge: (incident: string) => void;
  onProblem: (error: Error) => void;
};

/**
 * Of all servers one publishes: whoever holds an advisory lock, on a connection of its own. The lock is gone when the connection
 * is, so another takes over about a second after its holder died. The holder looks whether the connection lives, so that it stops
 * before the database gives the lock away.
 */
export function createSlackLead(options: SlackLeadOptions): SlackLead {
  const { onProblem } = options;
  let client: pg.Client | undefined;
  let leading = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const soon = (work: () => void, ms: number): void => {
    if (stopped) return;
    timer = setTimeout(work, ms);
    timer.unref();
  };

  const lost = (connection: pg.Client, error: Error): void => {
    if (client !== connection) return;
    client = undefined;
    clearTimeout(timer);
    if (leading) {
      leading = false;
      options.onLost();
    }
    connection.end().catch(() => {
      // It is gone already; `error` says why.
    });
    onProblem(error);
    soon(() => void connect(), RETRY_MS);
  };

  const beat = async (connection: pg.Client): Promise<void> => {
    if (client !== connection) return;
    try {
      if (leading) await connection.query('SELECT 1');
      else {
        const { rows } = await connection.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [LOCK]);
        if (rows[0]?.got && client === connection && !stopped) {
          await connection.query(`LISTEN ${NUDGES}`);
          leading = true;
          options.onGained();
        }
      }
      soon(() => void beat(connection), BEAT_MS);
    } catch (error) {
      lost(connection, error instanceof Error ? error : new Error(String(error)));
    }
  };

  const connect = async (): Promise<void> => {
    const connection = new pg.Client({
      connectionString: options.connectionString,
      application_name: 'tocsin slack publisher',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: ANSWER_WITHIN_MS,
    });
    client = connection;
    connection.on('error', (error) => lost(connection, error));
    connection.on('end', () => lost(connection, new Error('the connection that holds the right to publish ended')));
    connection.on('notification', ({ payload }) => {
      if (payload && leading) options.onNudge(payload);
    });
    try {
      await connection.connect();
      // A holder whose machine vanished must not keep the lock for hours. Without effect on a local socket.
      await connection.query(
        'SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2',
      );
      await beat(connection);
    } catch (error) {
      lost(connection, error instanceof Error ? error : new Error(String(error)));
    }
  };

  void connect();
  return {
    leads: () => leading,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const connection = client;
      client = undefined;
      if (leading) {
        leading = false;
        options.onLost();
      }
      await connection?.end();
    },
  };
}
