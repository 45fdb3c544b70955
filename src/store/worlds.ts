import type pg from 'pg';
import { JsonObject } from '../incident/json.ts';
import { transaction } from './pool.ts';

export type Worlds = {
  /** Hands out the world (null at first) and keeps what comes back. One at a time for each world; nothing is kept if it throws. */
  withWorld<R>(
    name: string,
    change: (world: JsonObject | null) => Promise<{ world: JsonObject; result: R }>,
  ): Promise<R>;
};

/** Simulated worlds of inventories, for acts outside drills. */
export function createWorlds(pool: pg.Pool): Worlds {
  return {
    withWorld: (name, change) =>
      transaction(pool, async (client) => {
        // The row must be there to be locked.
        await client.query('INSERT INTO worlds (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
        const { rows } = await client.query<{ body: string | null }>(
          'SELECT body FROM worlds WHERE name = $1 FOR UPDATE',
          [name],
        );
        const body = rows[0]?.body ?? null;
        const { world, result } = await change(body === null ? null : JsonObject.parse(JSON.parse(body)));
        await client.query('UPDATE worlds SET body = $2, changed_at = clock_timestamp() WHERE name = $1', [
          name,
          JSON.stringify(world),
        ]);
        return result;
      }),
  };
}
