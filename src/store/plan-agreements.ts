import type pg from 'pg';

export type PlanAgreements = {
  /** Notes that this person agrees to the plan with this hash; answers with everybody who has, first to last. */
  agree(hash: string, person: string, at: number): Promise<string[]>;
};

export function createPlanAgreements(pool: pg.Pool): PlanAgreements {
  return {
    async agree(hash, person, at) {
      await pool.query(
        'INSERT INTO plan_agreements (hash, person, agreed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [hash, person, at],
      );
      const { rows } = await pool.query<{ person: string }>(
        'SELECT person FROM plan_agreements WHERE hash = $1 ORDER BY agreed_at, person',
        [hash],
      );
      return rows.map((row) => row.person);
    },
  };
}
