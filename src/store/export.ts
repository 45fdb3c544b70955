import type pg from 'pg';
import { addToSum, endLine, eventLine, FORMAT, headLine, manifestLine, scriptLine } from './export-format.ts';

export class UnknownIncident extends Error {
  readonly code = 'unknown-incident';
  constructor(incident: string) {
    super(`There is no incident ${incident}.`);
    this.name = 'UnknownIncident';
  }
}

const PAGE = 1_000;

/** A timeline as JSON Lines, each ending in a line break: everything `verifyExport` needs. A consistent picture of one moment. */
export async function* exportJsonLines(pool: pg.Pool, incident: string, exportedAt: Date): AsyncGenerator<string> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rowCount } = await client.query('SELECT FROM incidents WHERE id = $1', [incident]);
    if (rowCount === 0) throw new UnknownIncident(incident);
    yield* linesFrom(client, incident, exportedAt);
    await client.query('COMMIT');
    broken = false;
  } finally {
    // Whoever stops reading half-way leaves a transaction open: its connection is not handed on.
    client.release(broken);
  }
}

async function* linesFrom(client: pg.PoolClient, incident: string, exportedAt: Date): AsyncGenerator<string> {
  const keys = await client.query<{ id: string; public_key: string }>(
    'SELECT id, public_key FROM head_keys WHERE id IN (SELECT key_id FROM heads WHERE incident = $1) ORDER BY id',
    [incident],
  );
  const publicKeys = Object.fromEntries(keys.rows.map((row) => [row.id, row.public_key]));
  const first = manifestLine({ format: FORMAT, incident, exportedAt: exportedAt.toISOString(), publicKeys });
  let sum = addToSum('', first);
  yield `${first}\n`;
  let events = 0;
  let isOver = false;
  for await (const row of pages<EventRow>(client, EVENTS, incident)) {
    const { seq, at, path, type, v } = row;
    yield `${eventLine({ at, incident, path, seq, type, v }, { content: row.content, salt: row.salt, contentHash: row.content_hash, hash: row.hash })}\n`;
    events += 1;
    isOver ||= type === 'exercise.ended';
  }
  let heads = 0;
  for await (const row of pages<HeadRow>(client, HEADS, incident)) {
    const line = headLine({ seq: row.seq, hash: row.hash, at: row.at, keyId: row.key_id, signature: row.signature });
    sum = addToSum(sum, line);
    heads += 1;
    yield `${line}\n`;
  }
  const script = isOver ? await scriptOf(client, incident) : null;
  if (script !== null) {
    const line = scriptLine(script);
    sum = addToSum(sum, line);
    yield `${line}\n`;
  }
  yield `${endLine(events, heads, sum)}\n`;
}

/** With it a drill can be scored by the export alone. What is still to come stays where it is until ENDEX. */
async function scriptOf(client: pg.PoolClient, drill: string): Promise<string | null> {
  const { rows } = await client.query<{ script: string }>('SELECT script FROM drills WHERE id = $1', [drill]);
  return rows[0]?.script ?? null;
}

type EventRow = {
  seq: number;
  at: number;
  path: string;
  type: string;
  v: number;
  content: string | null;
  salt: string | null;
  content_hash: string;
  hash: string;
};
type HeadRow = { seq: number; hash: string; at: number; key_id: string; signature: string };

const EVENTS = `SELECT seq, at, path, type, v, content, salt, content_hash, hash FROM events
  WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3`;
const HEADS =
  'SELECT seq, hash, at, key_id, signature FROM heads WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3';

async function* pages<Row extends { seq: number }>(
  client: pg.PoolClient,
  text: string,
  incident: string,
): AsyncGenerator<Row> {
  for (let after = 0; ; ) {
    const { rows } = await client.query<Row>(text, [incident, after, PAGE]);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.seq;
  }
}
