import { z } from 'zod';
import { type NumberedEvent, parseEvent } from '../../incident/events.ts';
import { Script } from '../core/script.ts';
import { isSealed } from '../script/seal.ts';

/** What a drill played and what happened in it, out of a file. */
export type DrillExport = {
  script: Script;
  events: NumberedEvent[];
  /** Numbers of events whose content was dropped: nobody can say any more what they said. */
  redacted: number[];
  /** The last event and its hash; null where it bears none, as in a rehearsal. */
  head: { seq: number; hash: string } | null;
  /** By an installation, so that it can be verified; a rehearsal is not. */
  isSigned: boolean;
};

/** A file that is no drill, or not all of one. `next`: what to do. */
export class BadDrillExport extends Error {
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.name = 'BadDrillExport';
    this.next = next;
  }
}

const Envelope = z.looseObject({ seq: z.number(), at: z.number(), path: z.string(), type: z.string() });
const Exported = z.looseObject({
  header: Envelope,
  content: z.looseObject({ actor: z.unknown(), data: z.unknown() }).nullable(),
  hash: z.string().optional(),
});
const Numbered = Envelope.extend({ actor: z.unknown(), data: z.unknown() });
/** A line of a rehearsal: an event and nothing beside it. */
const Told = z.strictObject(Numbered.shape);

/**
 * The text of `timeline export` of a drill that is over, or of `rehearse --timeline`. Throws BadDrillExport. Verify an export first: this reads
 * what it says.
 */
export function readDrillExport(text: string): DrillExport {
  const found: Found = { script: null, events: [], redacted: [], head: null, isSigned: false };
  for (const [i, line] of text.split('\n').entries()) if (line.trim() !== '') take(found, jsonOf(line, i + 1), i + 1);
  const { script, events } = found;
  const first = events[0];
  if (first?.type !== 'exercise.started')
    throw new BadDrillExport(
      found.redacted.includes(1)
        ? 'Event 1, which says what was played, was redacted.'
        : 'This is no timeline of a drill.',
      'Export one: tocsin timeline export EX-2026-0003 -o FILE.',
    );
  if (script === null)
    throw new BadDrillExport(
      `The script that ${first.data.incident} played is not in this file.`,
      'Export it again after ENDEX: the script comes along then.',
    );
  return { ...found, script };
}

type Found = Omit<DrillExport, 'script'> & { script: Script | null };

function take(found: Found, value: unknown, at: number): void {
  const exported = Exported.safeParse(value).data;
  if (exported?.hash !== undefined) found.head = { seq: exported.header.seq, hash: exported.hash };
  if (exported?.content === null) found.redacted.push(exported.header.seq);
  else if (exported) found.events.push(eventOf({ ...exported.header, ...exported.content }, at));
  else if (isOnly(value, 'script')) found.script = scriptOf(value.script, at);
  else if (isOnly(value, 'manifest')) found.isSigned = true;
  // As rehearsals write events: among signed lines nobody would vouch for it.
  else if (!found.isSigned && Told.safeParse(value).success) found.events.push(eventOf(value, at));
  else if (!isOnly(value, 'head') && !isOnly(value, 'end'))
    throw new BadDrillExport(`Line ${at} is no line of a timeline.`, 'Export it again: tocsin timeline export.');
}

/** Nothing else stands in that line. */
const isOnly = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === key;

function jsonOf(line: string, at: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadDrillExport(
      `Line ${at} is no JSON.`,
      'It takes what tocsin timeline export writes (format jsonl), or tocsin rehearse --timeline.',
    );
  }
}

function eventOf(value: unknown, at: number): NumberedEvent {
  const { seq, at: when, path, type, actor, data } = Numbered.parse(value);
  try {
    return parseEvent({ seq, at: when, path, type, actor, data });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw new BadDrillExport(
      `Line ${at}: event ${seq} cannot be read: ${issue?.path.join('.')}: ${issue?.message}.`,
      'A newer Tocsin may have written it: read it with that one.',
    );
  }
}

function scriptOf(value: unknown, at: number): Script {
  const script = Script.safeParse(value).data;
  // As it stands there: reading it may have left out what it does not know.
  if (script && isSealed(value as Script)) return script;
  throw new BadDrillExport(
    `Line ${at} is no script, or not the one whose hash it bears.`,
    'Export it again from the installation where the drill was played.',
  );
}
