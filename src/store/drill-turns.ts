import type pg from 'pg';

/** The drill of a schedule in one period, that is still to be planned. `problem`: why that did not work. */
export type DrillTurn = { schedule: string; period: string; problem: string | null };

/** For workers: a drill is to be planned. */
export function createTurnNotes(pool: pg.Pool): {
  note(schedule: string, period: string, now: number): Promise<void>;
} {
  return {
    async note(schedule, period, now) {
      // Without a target: to name one would take the right to read.
      await pool.query(
        'INSERT INTO drill_turns (schedule, period, noted_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [schedule, period, now],
      );
    },
  };
}

export type DrillTurns = {
  /** The longest waiting first. */
  open(): Promise<DrillTurn[]>;
  /** Since when drills of each schedule are planned: when the first was noted, epoch ms. */
  since(): Promise<ReadonlyMap<string, number>>;
  planned(turn: DrillTurn, drill: string): Promise<void>;
  failed(turn: DrillTurn, problem: string): Promise<void>;
  drop(turn: DrillTurn): Promise<void>;
};

/** For servers. */
export function createDrillTurns(pool: pg.Pool): DrillTurns {
  return {
    async open() {
      const { rows } = await pool.query<DrillTurn>(
        'SELECT schedule, period, problem FROM drill_turns WHERE drill IS NULL ORDER BY noted_at, schedule, period',
      );
      return rows;
    },
    async since() {
      const { rows } = await pool.query<{ schedule: string; noted_at: number }>(
        'SELECT schedule, min(noted_at) AS noted_at FROM drill_turns GROUP BY schedule',
      );
      return new Map(rows.map(({ schedule, noted_at }) => [schedule, noted_at]));
    },
    async planned({ schedule, period }, drill) {
      await pool.query(
        'UPDATE drill_turns SET drill = $3, problem = NULL WHERE schedule = $1 AND period = $2 AND drill IS NULL',
        [schedule, period, drill],
      );
    },
    async failed({ schedule, period }, problem) {
      await pool.query(
        `UPDATE drill_turns SET problem = $3
         WHERE schedule = $1 AND period = $2 AND drill IS NULL AND problem IS DISTINCT FROM $3`,
        [schedule, period, problem],
      );
    },
    async drop({ schedule, period }) {
      await pool.query('DELETE FROM drill_turns WHERE schedule = $1 AND period = $2 AND drill IS NULL', [
        schedule,
        period,
      ]);
    },
  };
}
