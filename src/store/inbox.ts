import type pg from 'pg';
import { JsonObject } from '../incident/json.ts';
import type { InboxAlert } from '../surfaces/ports.ts';

export type AlertStatus = InboxAlert['status'];

/** Growth of an alert that its incident has not been told of. */
export type Digest = { id: string; incident: string; alert: JsonObject; count: number; upTo: number };

export type Inbox = {
  /**
   * Keeps an alert. A repeat (same source and key, while the incident it led to is open) is counted on the first one; a `new` or
   * `unmatched` answer is to be matched, again or for the first time.
   */
  receive(alert: { source: string; key: string; alert: JsonObject; at: number }): Promise<InboxAlert>;
  /** Says what came of the alert as it was received: repeats that were counted since then go out as digests. */
  settle(
    alert: { id: string; count: number },
    outcome: { status: 'opened' | 'joined'; incident: string } | { status: 'unmatched' },
  ): Promise<void>;
  get(id: string): Promise<InboxAlert | null>;
  /** Newest first. */
  list(filter: { status?: readonly AlertStatus[]; limit?: number }): Promise<InboxAlert[]>;
  /** Repeats to tell incidents of, one digest an alert. */
  digests(limit?: number): Promise<Digest[]>;
  /** The digest has been told. */
  told(digest: Digest): Promise<void>;
};

type Row = {
  id: string;
  source: string;
  dedupe_key: string;
  raw: string;
  received_at: number;
  count: number;
  status: AlertStatus;
  incident: string | null;
  told: number;
};

const COLUMNS = 'id, source, dedupe_key, raw, received_at, count, status, incident, told';

export function createInbox(pool: pg.Pool): Inbox {
  return {
    async receive({ source, key, alert, at }) {
      const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM receive_alert($1, $2, $3, $4)`, [
        storable(source),
        storable(key),
        JSON.stringify(alert),
        at,
      ]);
      return alertOf(rows[0] as Row);
    },
    async settle({ id, count }, outcome) {
      const incident = outcome.status === 'unmatched' ? null : outcome.incident;
      await pool.query('UPDATE alerts SET status = $2, incident = $3, told = $4 WHERE id = $1', [
        id,
        outcome.status,
        incident,
        count,
      ]);
    },
    async get(id) {
      const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM alerts WHERE id::text = $1`, [id]);
      return rows[0] ? alertOf(rows[0]) : null;
    },
    async list({ status = ['new', 'opened', 'joined', 'unmatched'], limit = 100 }) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM alerts WHERE status = ANY($1) ORDER BY id DESC LIMIT $2`,
        [status, limit],
      );
      return rows.map(alertOf);
    },
    async digests(limit = 100) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM alerts WHERE incident IS NOT NULL AND told < count ORDER BY id LIMIT $1`,
        [limit],
      );
      return rows.map((row) => ({
        id: row.id,
        incident: row.incident ?? '',
        alert: JsonObject.parse(JSON.parse(row.raw)),
        count: row.count - row.told,
        upTo: row.count,
      }));
    },
    async told({ id, upTo }) {
      await pool.query('UPDATE alerts SET told = greatest(told, $2) WHERE id = $1', [id, upTo]);
    },
  };
}

const alertOf = (row: Row): InboxAlert => ({
  id: row.id,
  receivedAt: row.received_at,
  source: row.source,
  key: row.dedupe_key,
  count: row.count,
  alert: JsonObject.parse(JSON.parse(row.raw)),
  status: row.status,
  incident: row.incident,
});

/** PostgreSQL holds neither NUL nor half a surrogate pair; alerts come from outside and may. */
const storable = (text: string): string => text.replace(/\p{Cs}|\0/gu, '\ufffd');
