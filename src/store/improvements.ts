import type pg from 'pg';
import type { Improvement, ImprovementSet, ImprovementStore } from '../surfaces/improvements/contract.ts';

type Row = {
  id: string;
  version: number;
  status: Improvement['status'];
  learnt_in: string;
  objective: string | null;
  about: number[];
  issue: string;
  action: string;
  owner: string;
  start: string | null;
  due: string;
  goal: Improvement['goal'];
  redrills: string[];
  created_at: number;
  created_by: string;
  closed_at: number | null;
  closed_by: string | null;
  closed_drill: string | null;
  closed_reason: string | null;
  system: 'github' | 'jira' | null;
  key: string | null;
  url: string | null;
  state: string | null;
  synced_at: number | null;
  problem: string | null;
  history: Improvement['history'];
};

const LISTED = 500;

const IMPROVEMENTS = `SELECT i.*, l.system, l.key, l.url, l.state, l.synced_at, l.problem,
    (SELECT json_agg(json_build_object('at', c.at, 'by', c.by, 'what', c.what) ORDER BY c.version)
     FROM improvement_changes c WHERE c.improvement = i.id) AS history
  FROM improvements i LEFT JOIN improvement_links l ON l.improvement = i.id`;

/** What a change may set, by the columns that keep it. A worker may set the status alone, so only what is given is named. */
const COLUMNS: {
  [K in keyof ImprovementSet]-?: (value: Improvement[K]) => Readonly<Record<string, unknown>>;
} = {
  issue: (issue) => ({ issue }),
  action: (action) => ({ action }),
  owner: (owner) => ({ owner }),
  start: (start) => ({ start }),
  due: (due) => ({ due }),
  goal: (goal) => ({ goal: goal === null ? null : JSON.stringify(goal) }),
  status: (status) => ({ status }),
  redrills: (redrills) => ({ redrills }),
  closed: (closed) => ({
    closed_at: closed?.at ?? null,
    closed_by: closed?.by ?? null,
    closed_drill: closed?.drill ?? null,
    closed_reason: closed?.reason ?? null,
  }),
};

export function createImprovementStore(pool: pg.Pool): ImprovementStore {
  const find = async (id: string): Promise<Improvement | null> => {
    const { rows } = await pool.query<Row>(`${IMPROVEMENTS} WHERE i.id = $1`, [id]);
    return rows[0] ? improvementOf(rows[0]) : null;
  };
  return {
    find,
    async create({ createdAt, createdBy, what, ...item }, key) {
      const id = await allocate(pool, key, new Date(createdAt).getUTCFullYear());
      // One statement: an item without its history is never seen.
      await pool.query(
        `WITH made AS (
           INSERT INTO improvements (id, learnt_in, objective, about, issue, action, owner, start, due, goal, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING RETURNING id)
         INSERT INTO improvement_changes (improvement, version, at, by, what) SELECT id, 1, $11, $12, $13 FROM made`,
        [
          ...[id, item.from, item.objective, item.about, item.issue, item.action, item.owner, item.start, item.due],
          ...[item.goal === null ? null : JSON.stringify(item.goal), createdAt, createdBy, what],
        ],
      );
      const kept = await find(id);
      if (!kept) throw new Error(`the improvement item ${id} was not kept`);
      return kept;
    },
    async list({ from = null, owner = null, status = null, redrill = null, limit = LISTED }) {
      const { rows } = await pool.query<Row>(
        `${IMPROVEMENTS}
         WHERE ($1::text IS NULL OR i.learnt_in = $1) AND ($2::text IS NULL OR i.owner = $2)
           AND ($3::text[] IS NULL OR i.status = ANY($3)) AND ($4::text IS NULL OR i.redrills @> ARRAY[$4])
         ORDER BY array_position(ARRAY['open', 'done', 'closed'], i.status),
           CASE WHEN i.status = 'closed' THEN -i.closed_at END, i.due, i.id LIMIT $5`,
        [from, owner, status, redrill, limit],
      );
      return rows.map(improvementOf);
    },
    async change(id, version, to, { at, by, what }) {
      const set = Object.entries(to).map(([name, value]) =>
        (COLUMNS[name as keyof ImprovementSet] as (value: unknown) => Readonly<Record<string, unknown>>)(value),
      );
      const columns = Object.entries(Object.assign({}, ...set) as Record<string, unknown>);
      const { rowCount } = await pool.query(
        `WITH changed AS (
           UPDATE improvements SET ${['version = version + 1', ...columns.map(([name], i) => `${name} = $${i + 6}`)].join(', ')}
           WHERE id = $1 AND version = $2 RETURNING id, version)
         INSERT INTO improvement_changes (improvement, version, at, by, what) SELECT id, version, $3, $4, $5 FROM changed`,
        [id, version, at, by, what, ...columns.map(([, value]) => value)],
      );
      return rowCount === 1 ? find(id) : null;
    },
  };
}

async function allocate(pool: pg.Pool, key: string, year: number): Promise<string> {
  const { rows } = await pool.query<{ year: number; number: number }>('SELECT * FROM allocate_improvement($1, $2)', [
    key,
    year,
  ]);
  const row = rows[0];
  if (!row) throw new Error(`no number of an improvement item was allocated for ${key}`);
  return `IMP-${row.year}-${String(row.number).padStart(4, '0')}`;
}

const improvementOf = (row: Row): Improvement => ({
  id: row.id,
  version: row.version,
  status: row.status,
  from: row.learnt_in,
  objective: row.objective,
  about: row.about,
  issue: row.issue,
  action: row.action,
  owner: row.owner,
  start: row.start,
  due: row.due,
  goal: row.goal,
  redrills: row.redrills,
  createdAt: row.created_at,
  createdBy: row.created_by,
  closed: closedOf(row),
  linked: linkedOf(row),
  unsynced: row.problem,
  history: row.history,
});

const closedOf = ({ closed_at: at, closed_by: by, closed_drill: drill, closed_reason: reason }: Row) =>
  at === null || by === null ? null : { at, by, drill, reason };

const linkedOf = ({ system, key, url, state, synced_at: syncedAt }: Row): Improvement['linked'] =>
  system === null || key === null || url === null || state === null || syncedAt === null
    ? null
    : { system, key, url, state, syncedAt };
