import pg from 'pg';

/** Called with an incident whose timeline has grown to `seq`. The same growth may be told twice, never not at all. */
export type Grown = (incident: string, seq: number) => void;

export type Listener = {
  subscribe(incident: string | null, grown: Grown): () => void;
  close(): Promise<void>;
};

const RETRY_MS = [50, 200, 1_000, 5_000] as const;
const HEARTBEAT_MS = 15_000;
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
      await connection.query('LISTEN tocsin_timeline');
      await catchUp(connection);
      failures = 0;
      heartbeat = setInterval(() => {
        catchUp(connection).catch((error: Error) => lost(connection, error));
      }, HEARTBEAT_MS);
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
