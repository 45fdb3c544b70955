import pg from 'pg';

/** What a migration grants each kind of process. */
export type Role = 'tocsin_worker' | 'tocsin_server' | 'tocsin_drill';

export type PoolOptions = {
  /** Shown by pg_stat_activity. */
  name: string;
  /** Takes this role on every connection; without it, the rights are those of the login. */
  role?: Role;
  connectionsMax?: number;
  /** Idle connections break when the database restarts; the pool makes new ones. */
  onProblem: (error: Error) => void;
};

export function openPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.name,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(options.role ? { options: `-c role=${options.role}` } : {}),
  });
  pool.on('error', (error) => options.onProblem(error));
  return pool;
}

/** Whether the login of this pool may go on with the rights of `role` alone. */
export async function mayTake(pool: pg.Pool, role: Role): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER')`,
    [role],
  );
  return rowCount === 1;
}

/** Runs `work` in one transaction. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((lost: Error) => {
      broken = lost;
    });
    throw error;
  } finally {
    // A connection that cannot even roll back is thrown away, not handed to the next.
    client.release(broken);
  }
}

/** The database cannot be reached, is starting, is shutting down, or has no connection left: try again later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(08|57P|53)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'].includes(code) ||
    // node-postgres gives these no code.
    /^(Connection terminated|timeout expired|timeout exceeded when trying to connect)/.test(error.message)
  );
}
