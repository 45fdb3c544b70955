import type pg from 'pg';
import { exerciseId } from '../incident/ids.ts';
import type { Drill, DrillStatus, DrillStore, StaffNote } from '../surfaces/drills/contract.ts';

type Row = {
  id: string;
  script: string;
  playbook: string;
  playbook_version: number;
  playbook_title: string;
  plan_hash: string;
  players: Drill['players'];
  staff: Drill['staff'];
  at: number | null;
  seed: number;
  rate: number;
  note: string | null;
  revision: number;
  planned_by: string;
  planned_at: number;
  started_at: number | null;
  started_by: string | null;
  cancelled_at: number | null;
  cancelled_because: string | null;
  status: DrillStatus;
};

const LISTED = 100;

/** Its timeline tells whether it is over: there is no second truth. */
const DRILLS = `SELECT d.*, CASE
    WHEN d.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN d.started_at IS NULL THEN 'planned'
    WHEN i.status = 'closed' THEN 'ended'
    ELSE 'running' END AS status
  FROM drills d LEFT JOIN incidents i ON i.id = d.id`;

export function createDrillStore(pool: pg.Pool): DrillStore {
  const find = async (id: string): Promise<Drill | null> => {
    const { rows } = await pool.query<Row>(`${DRILLS} WHERE d.id = $1`, [id]);
    return rows[0] ? drillOf(rows[0]) : null;
  };
  /** Null when the statement changed nothing. */
  const changed = async (id: string, statement: string, values: unknown[]): Promise<Drill | null> => {
    const { rowCount } = await pool.query(statement, [id, ...values]);
    return rowCount === 1 ? find(id) : null;
  };

  return {
    find,
    async plan(drill, key) {
      const id = await allocate(pool, key, new Date(drill.plannedAt).getUTCFullYear());
      const { playbook } = drill;
      await pool.query(
        `INSERT INTO drills (id, script, playbook, playbook_version, playbook_title, plan_hash, players, staff, at, seed,
                             rate, note, planned_by, planned_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING`,
        [
          ...[id, JSON.stringify(drill.script), playbook.id, playbook.version, playbook.title, playbook.hash],
          ...[JSON.stringify(drill.players), JSON.stringify(drill.staff), drill.at, drill.seed, drill.rate],
          ...[drill.note, drill.plannedBy, drill.plannedAt],
        ],
      );
      const kept = await find(id);
      if (!kept) throw new Error(`the drill ${id} was not kept`);
      return kept;
    },
    async list({ status = ['planned', 'running', 'ended', 'cancelled'], limit = LISTED }) {
      const { rows } = await pool.query<Row>(
        `SELECT * FROM (${DRILLS}) known WHERE status = ANY($1) ORDER BY planned_at DESC, id DESC LIMIT $2`,
        [status, limit],
      );
      return rows.map(drillOf);
    },
    change: (id, { players, staff, at, rate, note }) =>
      changed(
        id,
        `UPDATE drills SET players = $2, staff = $3, at = $4, rate = $5, note = $6, revision = revision + 1
         WHERE id = $1 AND started_at IS NULL AND cancelled_at IS NULL`,
        [JSON.stringify(players), JSON.stringify(staff), at, rate, note],
      ),
    start: (id, by, at) =>
      changed(
        id,
        `UPDATE drills SET started_at = coalesce(started_at, $3), started_by = coalesce(started_by, $2)
         WHERE id = $1 AND cancelled_at IS NULL`,
        [by, at],
      ),
    cancel: (id, because, at) =>
      changed(
        id,
        `UPDATE drills SET cancelled_at = $3, cancelled_because = $2, revision = revision + 1
         WHERE id = $1 AND started_at IS NULL AND cancelled_at IS NULL`,
        [because, at],
      ),
    async addNote(id, { person, at, scenarioAt, text }) {
      await pool.query('INSERT INTO drill_notes (drill, person, at, scenario_at, text) VALUES ($1, $2, $3, $4, $5)', [
        ...[id, person, at, scenarioAt, text],
      ]);
    },
    async notes(id) {
      const { rows } = await pool.query<StaffNote>(
        'SELECT person, at, scenario_at AS "scenarioAt", text FROM drill_notes WHERE drill = $1 ORDER BY position',
        [id],
      );
      return rows;
    },
    async lastDrilled() {
      const { rows } = await pool.query<LastRow>(LAST_DRILLED);
      return new Map(rows.map(({ plan_hash, ...last }) => [plan_hash, last]));
    },
  };
}

// The timeline tells scenario time: when it ended on the wall is when that was written down. A drill in which no incident was opened
// has played nothing of the playbook. PostgreSQL cannot read every JSON, and a reason may hold anything: what is looked for stands in no
// text of it, where quotes have a backslash.
type LastRow = { plan_hash: string; drill: string; at: number; playbook: string; version: number };
const LAST_DRILLED = `SELECT DISTINCT ON (d.plan_hash) d.plan_hash, d.id AS drill, d.playbook, d.playbook_version AS version,
    round(extract(epoch FROM e.recorded_at) * 1000)::double precision AS at
  FROM drills d JOIN events e ON e.incident = d.id AND e.type = 'exercise.ended'
  WHERE jsonb_array_length(d.players) > 0 AND coalesce(e.content, '') NOT LIKE '%"because":"real"%'
    AND EXISTS (SELECT FROM events o WHERE o.incident = d.id AND o.type = 'incident.opened')
  ORDER BY d.plan_hash, e.recorded_at DESC`;

async function allocate(pool: pg.Pool, key: string, year: number): Promise<string> {
  const { rows } = await pool.query<{ year: number; number: number }>('SELECT * FROM allocate_exercise($1, $2)', [
    key,
    year,
  ]);
  const row = rows[0];
  if (!row) throw new Error(`no exercise number was allocated for ${key}`);
  return exerciseId(row.year, row.number);
}

const drillOf = (row: Row): Drill => ({
  id: row.id,
  status: row.status,
  // Written by the desk, out of a simulation that held.
  script: JSON.parse(row.script) as Drill['script'],
  playbook: {
    id: row.playbook,
    version: row.playbook_version,
    title: row.playbook_title,
    hash: row.plan_hash,
  },
  players: row.players,
  staff: row.staff,
  at: row.at,
  seed: row.seed,
  rate: row.rate,
  note: row.note,
  revision: row.revision,
  plannedBy: row.planned_by,
  plannedAt: row.planned_at,
  startedAt: row.started_at,
  startedBy: row.started_by,
  cancelledAt: row.cancelled_at,
  cancelledBecause: row.cancelled_because,
});
