import type pg from 'pg';
import { emptyView, evolve, type IncidentView } from '../incident/view.ts';
import type { Plan } from '../playbook/plan.ts';
import { planUnder } from '../playbook/rounds.ts';
import type { AddedPlan, Reader, StoredEvent } from '../surfaces/ports.ts';
import { createListener } from './listener.ts';
import { createPlanShelf } from './plans.ts';
import { EVENT_COLUMNS, type EventRow, eventOf } from './stored.ts';

export type ReaderOptions = {
  pool: pg.Pool;
  /** For the connection that listens; it cannot come from the pool. */
  connectionString: string;
  onProblem: (error: Error) => void;
};

type Folded = { view: IncidentView; events: StoredEvent[]; revision: number };

const INCIDENTS_CACHED_MAX = 500;
const INCIDENTS_LISTED = 100;

/**
 * Views are folded from the events, kept in memory for each incident and advanced by what is new: every read asks the database
 * once, so it sees all that was committed before it. What it hands out is the reader's own copy.
 */
export function createReader({
  pool,
  connectionString,
  onProblem,
}: ReaderOptions): Reader & { close(): Promise<void> } {
  const cache = new Map<string, Folded>();
  const listener = createListener(connectionString, onProblem);
  const plans = createPlanShelf(pool);

  const advance = async (id: string): Promise<Folded | null> => {
    const known = cache.get(id);
    const { rows } = await pool.query<EventRow & { revision: number; seq: number | null }>({
      name: 'read-events',
      text: `SELECT i.revision, ${EVENT_COLUMNS} FROM incidents i
             LEFT JOIN events e ON e.incident = i.id AND e.seq > $2 WHERE i.id = $1 ORDER BY e.seq`,
      values: [id, known?.view.seq ?? 0],
    });
    const revision = rows[0]?.revision;
    if (revision === undefined) return null;
    if (known && known.revision !== revision) {
      // Something was redacted: what is in memory must not be shown any more.
      cache.delete(id);
      return advance(id);
    }
    const other = cache.get(id);
    const folded = known ?? (other?.revision === revision ? other : { view: emptyView(), events: [], revision });
    for (const row of rows) {
      // Two reads may come back at once; the second finds its rows folded already.
      if (row.seq === null || row.seq !== folded.view.seq + 1) continue;
      const event = eventOf(row);
      evolve(folded.view, event);
      folded.events.push(event);
    }
    cache.delete(id);
    cache.set(id, folded);
    if (cache.size > INCIDENTS_CACHED_MAX)
      for (const oldest of cache.keys()) {
        cache.delete(oldest);
        break;
      }
    return folded;
  };

  const planOf = async (view: IncidentView): Promise<Plan | null> =>
    view.playbook ? plans.published(view.playbook.hash) : null;

  const addedOf = async (view: IncidentView): Promise<AddedPlan[]> => {
    const found = await Promise.all(
      view.added.map(async ({ number, playbook }) => ({ number, plan: await plans.published(playbook.hash) })),
    );
    return found.flatMap(({ number, plan }) => (plan ? [{ number, plan: planUnder(plan, number) }] : []));
  };

  return {
    async incidents({ status = ['open', 'resolved', 'closed'], limit = INCIDENTS_LISTED, drills = false }) {
      const { rows } = await pool.query<{ id: string; head_seq: number; revision: number }>(
        `SELECT id, head_seq, revision FROM incidents WHERE status = ANY($1) AND ($3 OR mode <> 'exercise')
         ORDER BY opened_at DESC, id DESC LIMIT $2`,
        [status, limit, drills],
      );
      const views: IncidentView[] = [];
      for (const { id, head_seq, revision } of rows) {
        const known = cache.get(id);
        const current = known?.view.seq === head_seq && known.revision === revision ? known : await advance(id);
        if (current) views.push(structuredClone(current.view));
      }
      return views;
    },
    async incident(id) {
      const folded = await advance(id);
      if (!folded) return null;
      const { view, events } = folded;
      const copy = { view: structuredClone(view), events: [...events] };
      return { ...copy, plan: await planOf(copy.view), added: await addedOf(copy.view) };
    },
    async events(id, afterSeq) {
      const folded = await advance(id);
      return folded ? folded.events.slice(Math.max(0, afterSeq)) : [];
    },
    subscribe: listener.subscribe,
    close: listener.close,
  };
}
