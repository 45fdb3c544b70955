import type { KeyObject } from 'node:crypto';
import type pg from 'pg';
import type { TimelineWriter } from '../activities/ports.ts';
import { type NumberedEvent, parseEvent } from '../incident/events.ts';
import {
  canonical,
  contentHash,
  EVENT_VERSION,
  eventHash,
  GENESIS,
  headerText,
  keyIdOf,
  publicKeyText,
  signHead,
} from './chain.ts';
import { factsOf } from './facts.ts';
import { createAnnouncer } from './listener.ts';
import { misplaced, openedAgain } from './places.ts';
import { createSaltSource } from './salt.ts';

/** The timeline holds something else under a number that is appended again: somebody else wrote, or history was changed. */
export class TimelineConflict extends Error {
  readonly code = 'timeline-conflict';
  readonly incident: string;
  readonly seq: number;
  constructor(incident: string, seq: number) {
    super(
      `${incident}, event ${seq}: the timeline holds another event under this number. Nothing was appended. Verify it: tocsin timeline verify ${incident}`,
    );
    this.name = 'TimelineConflict';
    this.incident = incident;
    this.seq = seq;
  }
}

/** What was to be appended cannot follow what is there. */
export class TimelineRefused extends Error {
  readonly code: 'gap' | 'not-opened' | 'malformed' | 'contended';
  constructor(code: TimelineRefused['code'], message: string) {
    super(message);
    this.name = 'TimelineRefused';
    this.code = code;
  }
}

export type TimelineOptions = {
  pool: pg.Pool;
  /** Ed25519, private. */
  headKey: KeyObject;
  /** Epoch ms, wall time. */
  now: () => number;
  /** Told when listeners could not be told of growth; they look for themselves every few seconds. */
  onProblem?: (error: Error) => void;
};

type Head = { seq: number; hash: string };
type Prepared = { seq: number; at: number; path: string; type: string; content: string; event: NumberedEvent };

const HEADS_CACHED_MAX = 10_000;
const TRIES_MAX = 10;

/**
 * The timeline's only door for writing. The head of each incident is kept in memory, so that an append is one round trip;
 * a head that has moved on meanwhile (another process, a repeated activity) is read again.
 */
export function createTimeline({ pool, headKey, now, onProblem }: TimelineOptions): TimelineWriter {
  const heads = new Map<string, Head>();
  const publicKey = publicKeyText(headKey);
  const keyId = keyIdOf(publicKey);
  const salt = createSaltSource();
  const announce = createAnnouncer(pool, onProblem);
  let keyIsKnown: Promise<void> | undefined;

  const remember = (incident: string, head: Head): void => {
    heads.delete(incident);
    heads.set(incident, head);
    if (heads.size > HEADS_CACHED_MAX) for (const oldest of heads.keys()) return void heads.delete(oldest);
  };

  const recordKey = async (): Promise<void> => {
    await pool.query('INSERT INTO head_keys (id, public_key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [
      keyId,
      publicKey,
    ]);
  };

  const write = async (incident: string, head: Head, events: readonly Prepared[]): Promise<Head | null> => {
    const rows = { ats: [], paths: [], types: [], contents: [], salts: [], contentHashes: [], hashes: [] } as Columns;
    let previous = head.hash;
    for (const { seq, at, path, type, content } of events) {
      const grain = salt();
      const hashed = contentHash(grain, content);
      previous = eventHash(headerText({ at, incident, path, seq, type, v: EVENT_VERSION }), previous, hashed);
      rows.ats.push(at);
      rows.paths.push(path);
      rows.types.push(type);
      rows.contents.push(content);
      rows.salts.push(grain);
      rows.contentHashes.push(hashed);
      rows.hashes.push(previous);
    }
    const at = Math.trunc(now());
    const seq = head.seq + events.length;
    const signature = signHead({ incident, seq, hash: previous, at }, headKey);
    const { rows: answers } = await pool.query<{
      appended: boolean;
      head_seq: number | null;
      head_hash: string | null;
    }>({
      name: 'append-events',
      text: APPEND,
      values: [
        incident,
        head.seq,
        head.hash,
        rows.ats,
        rows.paths,
        rows.types,
        EVENT_VERSION,
        rows.contents,
        rows.salts,
        rows.contentHashes,
        rows.hashes,
        at,
        keyId,
        signature,
        factsOf(events.map(({ event }) => event)),
      ],
    });
    const answer = answers[0];
    if (answer?.appended) {
      remember(incident, { seq, hash: previous });
      announce(incident, seq);
      return null;
    }
    return { seq: answer?.head_seq ?? 0, hash: answer?.head_hash ?? GENESIS };
  };

  return {
    async append(incident, input) {
      if (input.length === 0) return;
      const events = prepare(incident, input);
      const first = events[0] as Prepared;
      await (keyIsKnown ??= recordKey().catch((error) => {
        keyIsKnown = undefined;
        throw error;
      }));
      let head = heads.get(incident) ?? (first.seq === 1 ? { seq: 0, hash: GENESIS } : await readHead(pool, incident));
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        if (first.seq > head.seq + 1) {
          head = await readHead(pool, incident);
          if (first.seq > head.seq + 1) throw gap(incident, head.seq, first.seq);
        }
        const known = events.filter((event) => event.seq <= head.seq);
        if (known.length > 0) await compare(pool, incident, known);
        const fresh = events.slice(known.length);
        if (fresh.length === 0) return;
        const again = await openedAgain(pool, incident, head.seq, fresh);
        if (again)
          throw new TimelineRefused(
            'malformed',
            `${incident}: its incident is open already; event ${again.seq} opens it again.`,
          );
        const moved = await write(incident, head, fresh);
        if (moved === null) return;
        // What we wrote or read under this number ourselves is another event now: history was changed behind our back.
        if (moved.seq === head.seq && moved.seq > 0) throw new TimelineConflict(incident, moved.seq);
        head = moved;
      }
      throw new TimelineRefused(
        'contended',
        `${incident}: others kept appending to the timeline; nothing of events ${first.seq} and up was written. Try again.`,
      );
    },
  };
}

type Columns = {
  ats: number[];
  paths: string[];
  types: string[];
  contents: string[];
  salts: string[];
  contentHashes: string[];
  hashes: string[];
};

const APPEND = `SELECT appended, head_seq, head_hash FROM append_events(
  $1, $2, $3, $4::float8[], $5::text[], $6::text[], $7, $8::text[], $9::text[], $10::text[], $11::text[], $12, $13, $14, $15)`;

// PostgreSQL cannot hold these, and what it would hold instead would not be what was hashed.
const UNSTORABLE = /\p{Cs}|\0/u;

function prepare(incident: string, input: readonly NumberedEvent[]): Prepared[] {
  return input.map((raw, i) => {
    const event = parseEvent(raw);
    const expected = (input[0] as NumberedEvent).seq + i;
    if (event.seq !== expected)
      throw new TimelineRefused('malformed', `${incident}: event ${event.seq} stands where ${expected} belongs.`);
    const wrong = misplaced(incident, event);
    if (wrong) throw new TimelineRefused(wrong.code, `${incident}: ${wrong.why}`);
    if (UNSTORABLE.test(event.path))
      throw new TimelineRefused('malformed', `${incident}, event ${event.seq}: its path is not plain text.`);
    const { seq, at, path, type, actor, data } = event;
    return { seq, at, path, type, content: canonical({ actor, data }), event };
  });
}

async function readHead(pool: pg.Pool, incident: string): Promise<Head> {
  const { rows } = await pool.query<{ head_seq: number; head_hash: string }>(
    'SELECT head_seq, head_hash FROM incidents WHERE id = $1',
    [incident],
  );
  return rows[0] ? { seq: rows[0].head_seq, hash: rows[0].head_hash } : { seq: 0, hash: GENESIS };
}

/** A repeat must say what is there. Of a redacted event only the header is left to compare. */
async function compare(pool: pg.Pool, incident: string, known: readonly Prepared[]): Promise<void> {
  const { rows } = await pool.query<{ seq: number; at: number; path: string; type: string; content: string | null }>(
    'SELECT seq, at, path, type, content FROM events WHERE incident = $1 AND seq BETWEEN $2 AND $3',
    [incident, known[0]?.seq, known.at(-1)?.seq],
  );
  const stored = new Map(rows.map((row) => [row.seq, row]));
  for (const event of known) {
    const row = stored.get(event.seq);
    const same =
      row !== undefined &&
      row.at === event.at &&
      row.path === event.path &&
      row.type === event.type &&
      (row.content === null || row.content === event.content);
    if (!same) throw new TimelineConflict(incident, event.seq);
  }
}

function gap(incident: string, headSeq: number, seq: number): TimelineRefused {
  return new TimelineRefused(
    'gap',
    `${incident}: event ${seq} cannot follow event ${headSeq}. Events are missing: was the database restored from a backup?`,
  );
}
