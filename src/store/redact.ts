import type pg from 'pg';
import { type NumberedEvent, parseEvent, TOCSIN } from '../incident/events.ts';
import type { Json } from '../incident/json.ts';
import { canonical } from './chain.ts';
import { EVENT_COLUMNS, type EventRow, eventOf } from './stored.ts';

export class RedactionRefused extends Error {
  readonly code: 'unknown-event' | 'unknown-field' | 'does-not-fit';
  constructor(code: RedactionRefused['code'], message: string) {
    super(message);
    this.name = 'RedactionRefused';
    this.code = code;
  }
}

export type RedactionRequest = {
  incident: string;
  seq: number;
  /** Dotted paths into the event's data (`text`, `vote.reason`), or `actor`. What they name is shown as removed. */
  fields: readonly string[];
  by: string;
  why: string;
};

const REMOVED = '[redacted]';

/**
 * Drops for good what an event says, and its salt: nobody can guess it from the hashes that stay, and the chain stays whole. What
 * is left to show is kept beside the chain, as a stand-in that verification does not vouch for. Needs the tables' owner.
 */
export async function redactEvent(pool: pg.Pool, request: RedactionRequest, now: number): Promise<void> {
  const { incident, seq, fields, by, why } = request;
  const { rows } = await pool.query<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.incident = $1 AND e.seq = $2`,
    [incident, seq],
  );
  const row = rows[0];
  if (!row) throw new RedactionRefused('unknown-event', `${incident} has no event ${seq}.`);
  const standIn = without(eventOf(row), fields, `${incident}, event ${seq}`);
  await pool.query('SELECT redact_event($1, $2, $3, $4, $5, $6)', [incident, seq, standIn, by, why, now]);
}

function without(event: NumberedEvent, fields: readonly string[], where: string): string {
  const left = structuredClone({ actor: event.actor, data: event.data }) as { actor: Json; data: Json };
  for (const field of fields) {
    if (field === 'actor') left.actor = TOCSIN;
    else remove(left.data, field.split('.'), `${where}: there is no field "${field}" to redact`);
  }
  const { seq, at, path, type } = event;
  try {
    parseEvent({ seq, at, path, type, ...left });
  } catch (error) {
    throw new RedactionRefused(
      'does-not-fit',
      `${where}: an event of type ${type} cannot do without ${fields.join(', ')}. Redact a text within it. (${String(error)})`,
    );
  }
  return canonical(left);
}

function remove(data: Json, path: readonly string[], message: string): void {
  let at: Json | undefined = data;
  for (const key of path.slice(0, -1)) at = own(at, key);
  const last = path.at(-1) ?? '';
  const value = own(at, last);
  if (value === undefined) throw new RedactionRefused('unknown-field', `${message}.`);
  (at as Record<string, Json>)[last] =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? {} : REMOVED;
}

function own(object: Json | undefined, key: string): Json | undefined {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, key)
    ? (object as Record<string, Json>)[key]
    : undefined;
}
