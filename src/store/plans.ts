import type pg from 'pg';
import type { PlanShelf } from '../activities/ports.ts';
import { Plan } from '../playbook/plan.ts';
import type { PlaybookArchive, PublishedPlan } from '../surfaces/ports.ts';
import { canonical, sha256 } from './chain.ts';

export class PlanError extends Error {
  readonly code = 'plan-hash';
  constructor(message: string) {
    super(message);
    this.name = 'PlanError';
  }
}

/** Publishes plans and keeps them for good. `by`: everybody who agreed. A plan that is published already stays as it was. */
export type Publisher = { publish(plan: Plan, by: readonly string[], at: number): Promise<{ fresh: boolean }> };

type Row = { hash: string; body: string; published_at: number; published_by: string[] };
const COLUMNS = 'hash, body, published_at, published_by';

export function createPlanLibrary(pool: pg.Pool): PlaybookArchive & Publisher {
  const known = new Map<string, PublishedPlan>();

  const read = (row: Row): PublishedPlan => {
    const plan = checked(JSON.parse(row.body));
    const published = { plan, publishedAt: row.published_at, publishedBy: row.published_by };
    known.set(plan.hash, published);
    return published;
  };

  return {
    async publish(input, by, at) {
      const plan = checked(input);
      const { rowCount } = await pool.query(
        `INSERT INTO plans (hash, playbook, version, body, published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (hash) DO NOTHING`,
        [plan.hash, plan.playbook, plan.version, canonical(plan), at, by],
      );
      return { fresh: rowCount === 1 };
    },
    async published(hash) {
      const cached = known.get(hash);
      if (cached) return cached;
      const { rows } = await pool.query<Row>(`SELECT ${COLUMNS} FROM plans WHERE hash = $1`, [hash]);
      return rows[0] ? read(rows[0]) : null;
    },
    async latest(playbook) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM plans WHERE playbook = $1 ORDER BY position DESC LIMIT 1`,
        [playbook],
      );
      return rows[0] ? read(rows[0]) : null;
    },
    async versions(playbook) {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM plans WHERE playbook = $1 ORDER BY position DESC`,
        [playbook],
      );
      return rows.map((row) => known.get(row.hash) ?? read(row));
    },
    async list() {
      const { rows } = await pool.query<Row>(
        `SELECT ${COLUMNS} FROM
           (SELECT DISTINCT ON (playbook) playbook, ${COLUMNS} FROM plans ORDER BY playbook, position DESC) latest
         ORDER BY playbook`,
      );
      return rows.map((row) => known.get(row.hash) ?? read(row));
    },
  };
}

/** The worker's side: plans it may run. */
export function createPlanShelf(pool: pg.Pool): PlanShelf {
  const library = createPlanLibrary(pool);
  return { published: async (hash) => (await library.published(hash))?.plan ?? null };
}

/** The hash is what people agreed to: it is computed anew, both on publishing and on reading. */
function checked(input: unknown): Plan {
  const plan = Plan.parse(input);
  const { hash, ...rest } = plan;
  const actual = sha256(canonical(rest));
  if (actual !== hash)
    throw new PlanError(
      `The plan of ${plan.playbook} v${plan.version} says its hash is ${hash}, but it is ${actual}: it was changed after compiling. Compile and publish the playbook again.`,
    );
  return plan;
}
