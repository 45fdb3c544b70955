import pg from 'pg';

const CHANNEL = 'tocsin_timeline';
/** Nobody sees the difference, and a burst of appends is announced once. */
const GATHER_MS = 5;

/**
 * Tells listeners of growth that is committed. Not part of the append: a transaction that notifies takes a lock of the whole
 * database until it is on disk. What grows while one announcement is under way goes out together with the next.
 */
export function createAnnouncer(
  pool: pg.Pool,
  onProblem: (error: Error) => void = () => {},
): (incident: string, seq: number) => void {
  const waiting = new Map<string, number>();
  let underWay = false;
  const send = async (): Promise<void> => {
    try {
      while (waiting.size > 0) {
        const payloads = [...waiting].map(([incident, seq]) => `${incident}:${seq}`);
        waiting.clear();
        await pool.query({
          name: 'announce',
          text: 'SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload',
          values: [CHANNEL, payloads],
        });
      }
    } catch (error) {
      onProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      underWay = false;
    }
  };
  return (incident, seq) => {
    waiting.set(incident, seq);
    if (underWay) return;
    underWay = true;
    setTimeout(() => void send(), GATHER_MS);
  };
}

/** Called with an incident whose timeline has grown to `seq`. The same growth may be told twice, never not at all. */
export type Grown = (incident: string, seq: number) => void;

export type Listener = {
  subscribe(incident: string | null, grown: Grown): () => void;
  close(): Promise<void>;
};

const RETRY_MS = [50, 200, 1_000, 5_000] as const;
/** A writer that dies between writing and announcing is made good for within this time. */
const LOOK_EVERY_MS = 5_000;
/** Clocks of open transactions: a change may become visible this much later than its time. */
const OVERLAP_SECONDS = 10;

/**
 * One connection that listens for growth, for all subscribers. Opened by the first of them. When it breaks it is made anew,
 * and what grew meanwhile is looked up.
 */
export function createListener(connectionString: string, onProblem: (error: Error) => void): Listener {
  const subscribers = new Set<{ incident: string | null; grown: Grown }>();
  const seen = new Map<string, number>();
  let client: pg.Client | undefined;
  let closed = false;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  /** Database time up to which all growth is known. */
  let knownUntil: Date | undefined;

  const tell = (incident: string, seq: number): void => {
    if (seq > (seen.get(incident) ?? 0)) seen.set(incident, seq);
    for (const subscriber of [...subscribers]) {
      if (subscriber.incident !== null && subscriber.incident !== incident) continue;
      try {
        subscriber.grown(incident, seq);
      } catch (error) {
        onProblem(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };

  const catchUp = async (connection: pg.Client): Promise<void> => {
    const since = knownUntil;
    const { rows } = await connection.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const grown = await connection.query<{ id: string; head_seq: number }>(
      `SELECT id, head_seq FROM incidents
       WHERE changed_at > coalesce($1::timestamptz, clock_timestamp()) - make_interval(secs => $2)`,
      [since ?? null, OVERLAP_SECONDS],
    );
    for (const { id, head_seq } of grown.rows) if (head_seq > (seen.get(id) ?? 0)) tell(id, head_seq);
    knownUntil = rows[0]?.now;
  };

  const connect = async (): Promise<void> => {
    const connection = new pg.Client({
      connectionString,
      application_name: 'tocsin listener',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    client = connection;
    connection.on('error', (error) => lost(connection, error));
    connection.on('end', () => lost(connection, new Error('the connection that listens for timeline growth ended')));
    connection.on('notification', ({ payload }) => {
      const colon = payload?.lastIndexOf(':') ?? -1;
      if (payload && colon > 0) tell(payload.slice(0, colon), Number(payload.slice(colon + 1)));
    });
    try {
      await connection.connect();
      await connection.query(`LISTEN ${CHANNEL}`);
      await catchUp(connection);
      if (client !== connection) return;
      failures = 0;
      heartbeat = setInterval(() => {
        catchUp(connection).catch((error: Error) => lost(connection, error));
      }, LOOK_EVERY_MS);
      heartbeat.unref();
    } catch (error) {
      lost(connection, error instanceof Error ? error : new Error(String(error)));
    }
  };

  const lost = (connection: pg.Client, error: Error): void => {
    if (client !== connection) return;
    client = undefined;
    clearInterval(heartbeat);
    connection.end().catch(() => {
      // It is gone already; `error` below says why.
    });
    if (closed) return;
    onProblem(error);
    retry = setTimeout(() => void connect(), RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  };

  return {
    subscribe(incident, grown) {
      if (closed) throw new Error('this reader is closed');
      const subscriber = { incident, grown };
      subscribers.add(subscriber);
      if (!client && !retry) void connect();
      return () => subscribers.delete(subscriber);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(heartbeat);
      subscribers.clear();
      const connection = client;
      client = undefined;
      await connection?.end();
    },
  };
}
