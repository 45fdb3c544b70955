import type pg from 'pg';
import { JsonObject } from '../incident/json.ts';
import type { AlertInbox, Batch, Kept, Noticed } from '../surfaces/alert-inbox.ts';
import type { InboxAlert } from '../surfaces/ports.ts';
import { transaction } from './pool.ts';

/** Alerts looked at in one go. */
const AT_ONCE = 1_000;
// Any number will do as long as nothing else in this database locks on it with a second one.
const LOCK = 7_463_019;
/** Held by the server that tells incidents of their alerts. */
const TELLING = 7_463_020;
const TURN_WITHIN_MS = 5_000;
/** How far the clocks of two servers may be apart, and how long it may take until an incident that is opened can be seen. */
const SEEN_WITHIN_MS = 2_000;
const RECENT_MS = 24 * 3_600_000;

const KEPT = 'id, system, status, incident, count, because, resolved_at, tried_at';
const COLUMNS = `${KEPT}, source, requester, dedupe_key, raw, received_at, last_at, starts_at`;

type KeptRow = {
  id: string;
  system: string | null;
  status: InboxAlert['status'];
  incident: string | null;
  count: number;
  because: string | null;
  resolved_at: number | null;
  tried_at: number | null;
};
type Row = KeptRow & {
  source: string;
  requester: string | null;
  dedupe_key: string;
  raw: string;
  received_at: number;
  last_at: number;
  starts_at: number | null;
};

export function createInbox(pool: pg.Pool): AlertInbox {
  return {
    receive: (batch) => receive(pool, batch),
    async kept(ids) {
      const { rows } = await pool.query<KeptRow>(`SELECT ${KEPT} FROM alerts WHERE id = ANY($1::bigint[])`, [ids]);
      return rows.map(keptOf);
    },
    async reconsider() {
      // Rows that a batch has in its hands are left to the next time, so that nobody waits for another in a circle.
      await pool.query(
        `UPDATE alerts a SET status = 'new' FROM (
           SELECT u.id FROM alerts u
           WHERE u.status = 'unmatched' AND u.live AND u.resolved_at IS NULL AND EXISTS (
             SELECT FROM incidents i WHERE i.status = 'open' AND i.system = u.system AND u.last_at >= i.opened_at - ${RECENT_MS}
               AND (i.opened_at >= coalesce(u.tried_at, 0) - ${SEEN_WITHIN_MS} OR EXISTS (
                 SELECT FROM events e WHERE e.incident = i.id AND e.type = 'wait.started'
                   AND e.at >= coalesce(u.tried_at, 0) - ${SEEN_WITHIN_MS})))
           ORDER BY u.id LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
         ) due WHERE a.id = due.id`,
      );
    },
    async waiting() {
      const { rows } = await pool.query<{ system: string | null }>(
        `SELECT DISTINCT system FROM alerts WHERE status = 'new'`,
      );
      return rows.map(({ system }) => system);
    },
    async unsettled(system, again) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM alerts
         WHERE system IS NOT DISTINCT FROM $1 AND (status = 'new' OR status = 'unmatched' AND id = ANY($2::bigint[]))
         ORDER BY id LIMIT ${AT_ONCE}`,
        [system, again],
      );
      return rows.map(({ id, raw, count, requester }) => ({ id, alert: parsed(raw), count, requester }));
    },
    async opening(system) {
      const { rows } = await pool.query<{ incident: string; plan: string | null }>(
        `SELECT DISTINCT a.incident, a.plan FROM alerts a
         WHERE a.system = $1 AND a.status = 'opened' AND a.live
           AND NOT EXISTS (SELECT FROM incidents i WHERE i.id = a.incident)
         ORDER BY a.incident DESC`,
        [system],
      );
      return rows;
    },
    async settle(outcomes, at) {
      await pool.query(
        `${locking} UPDATE alerts a SET status = s.status, incident = s.incident, plan = s.plan, because = s.because,
           told = coalesce(s.told, a.told), tried_at = $7
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[])
           AS s (id, status, incident, plan, because, told), locked
         WHERE a.id = s.id AND a.id = locked.id`,
        [
          outcomes.map(({ id }) => id),
          outcomes.map(({ status }) => status),
          outcomes.map((one) => (one.status === 'unmatched' ? null : one.incident)),
          outcomes.map((one) => (one.status === 'opened' ? one.plan : null)),
          outcomes.map((one) => (one.status === 'unmatched' ? storable(one.because) : null)),
          outcomes.map((one) => (one.status === 'opened' ? one.told : null)),
          at,
        ],
      );
    },
    inTurn: (system, work) =>
      transaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = ${TURN_WITHIN_MS}`);
        await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK, system ?? '']);
        return work();
      }),
    telling: (work) =>
      transaction(pool, async (client) => {
        const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
          TELLING,
        ]);
        if (rows[0]?.mine) await work();
      }),
    async get(id) {
      const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM alerts WHERE id::text = $1`, [id]);
      return rows[0] ? alertOf(rows[0]) : null;
    },
    async list({ status = ['new', 'opened', 'joined', 'unmatched'], limit = 100 }) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM alerts WHERE status = ANY($1)
         ORDER BY (status = 'unmatched' AND live AND resolved_at IS NULL) DESC, id DESC LIMIT $2`,
        [status, limit],
      );
      return rows.map(alertOf);
    },
    async unmatched() {
      const { rows } = await pool.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM alerts WHERE status = 'unmatched' AND live AND resolved_at IS NULL`,
      );
      return rows[0]?.count ?? 0;
    },
    async digests() {
      const { rows } = await pool.query<Row & { incident: string; told: number }>(
        // The one of which the least was told comes first: else what comes every second would keep another from being told at all.
        `SELECT ${COLUMNS}, told FROM alerts WHERE incident IS NOT NULL AND told < count
         ORDER BY told::float8 / count, id LIMIT ${AT_ONCE}`,
      );
      return rows.map(({ id, incident, raw, count, told }) => {
        return { id, incident, alert: parsed(raw), count: count - told, upTo: count };
      });
    },
    async told(digests) {
      await pool.query(
        `${locking} UPDATE alerts a SET told = greatest(a.told, t.up_to)
         FROM unnest($1::bigint[], $2::integer[]) AS t (id, up_to), locked WHERE a.id = t.id AND a.id = locked.id`,
        [digests.map(({ id }) => id), digests.map(({ upTo }) => upTo)],
      );
    },
    async resolutions() {
      const { rows } = await pool.query<Row & { incident: string }>(
        `SELECT ${COLUMNS} FROM alerts
         WHERE incident IS NOT NULL AND resolved_at IS NOT NULL AND NOT resolution_told AND told >= count
         ORDER BY id LIMIT ${AT_ONCE}`,
      );
      return rows.map(({ id, incident, raw }) => ({ id, incident, alert: parsed(raw) }));
    },
    async toldResolved(ids) {
      await pool.query(`${locking} UPDATE alerts a SET resolution_told = true FROM locked WHERE a.id = locked.id`, [
        ids,
      ]);
    },
  };
}

/** Rows are locked in the order in which batches lock them, so that nobody waits for another in a circle. */
const locking = `WITH locked AS (SELECT id FROM alerts WHERE id = ANY($1::bigint[])
  ORDER BY source COLLATE "C", dedupe_key COLLATE "C", id FOR UPDATE)`;

async function receive(
  pool: pg.Pool,
  { source, requester, alerts, at, once = false }: Batch,
): Promise<(Kept | null)[]> {
  if (alerts.length === 0) return [];
  // Repeats within one batch are one line with their sum.
  const merged = new Map<string, Noticed & { count: number }>();
  const lines = alerts.map((one) => JSON.stringify([one.key, one.startsAt, one.endsAt]));
  for (const [i, line] of lines.entries()) {
    const known = merged.get(line);
    const one = alerts[i] as Noticed;
    if (known) known.count += 1;
    else merged.set(line, { ...one, count: 1 });
  }
  const batch = [...merged.values()];
  const { rows } = await pool.query<KeptRow & { nth: number }>({
    name: 'receive-alerts',
    text: `SELECT nth, ${KEPT.replaceAll(/\w+/g, '(kept).$&')} FROM receive_alerts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WHERE (kept).id IS NOT NULL`,
    values: [
      storable(source),
      requester,
      batch.map(({ key }) => storable(key)),
      batch.map(({ alert }) => JSON.stringify(alert)),
      batch.map(({ system }) => system),
      batch.map(({ count }) => count),
      batch.map(({ startsAt }) => startsAt),
      batch.map(({ endsAt }) => endsAt),
      once,
      at,
    ],
  });
  const places = new Map([...merged.keys()].map((line, place) => [line, place + 1]));
  const kept = new Map(rows.map((row) => [row.nth, keptOf(row)]));
  return lines.map((line) => kept.get(places.get(line) ?? 0) ?? null);
}

const parsed = (raw: string): JsonObject => JsonObject.parse(JSON.parse(raw));

const keptOf = (row: KeptRow): Kept => ({
  id: row.id,
  system: row.system,
  status: row.status,
  incident: row.incident,
  count: row.count,
  because: row.because,
  resolvedAt: row.resolved_at,
  triedAt: row.tried_at,
});

const alertOf = (row: Row): InboxAlert => ({
  id: row.id,
  receivedAt: row.received_at,
  lastAt: row.last_at,
  source: row.source,
  requester: row.requester,
  key: row.dedupe_key,
  count: row.count,
  alert: parsed(row.raw),
  status: row.status,
  incident: row.incident,
  because: row.because,
  startsAt: row.starts_at,
  resolvedAt: row.resolved_at,
});

/** PostgreSQL holds neither NUL nor half a surrogate pair; alerts come from outside and may. */
const storable = (text: string): string => text.replace(/\p{Cs}|\0/gu, '\ufffd');
