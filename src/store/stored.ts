import { type NumberedEvent, parseEvent } from '../incident/events.ts';

/** A row of `events`, as every reader selects it. */
export type EventRow = {
  seq: number;
  at: number;
  path: string;
  type: string;
  content: string | null;
  stand_in: string | null;
  hash: string;
  recorded_at: Date;
  redacted_at: Date | null;
  redacted_why: string | null;
};

export const EVENT_COLUMNS =
  'e.seq, e.at, e.path, e.type, e.content, e.stand_in, e.hash, e.recorded_at, e.redacted_at, e.redacted_why';

export type Redaction = { at: string; why: string };

/** Validated again on reading: a database can be edited behind our back. */
export function eventOf(row: EventRow): NumberedEvent & { hash: string; recordedAt: string; redacted?: Redaction } {
  const { actor, data } = JSON.parse(row.content ?? row.stand_in ?? '{}') as { actor: unknown; data: unknown };
  const event = parseEvent({ seq: row.seq, at: row.at, path: row.path, type: row.type, actor, data });
  return {
    ...event,
    hash: row.hash,
    recordedAt: row.recorded_at.toISOString(),
    ...(row.redacted_at ? { redacted: { at: row.redacted_at.toISOString(), why: row.redacted_why ?? '' } } : {}),
  };
}
