import { z } from 'zod';
import { type EventType, type NumberedEvent, TOCSIN } from '../../incident/events.ts';
import { readTimeline } from '../exchange/incident-import.ts';

const Manifest = z.looseObject({ manifest: z.looseObject({ incident: z.string(), exportedAt: z.string() }) });
const Redacted = z.looseObject({
  header: z.looseObject({ seq: z.number(), at: z.number(), path: z.string(), type: z.string() }),
  content: z.null(),
});

/** A timeline that cannot be replayed. */
export class BadRecord extends Error {
  override name = 'BadRecord';
  readonly next: string;
  constructor(message: string, next: string) {
    super(message);
    this.next = next;
  }
}

export type ReadRecord = {
  incident: string;
  /** When it was exported. */
  readAt: number;
  events: NumberedEvent[];
  redacted: ReadonlySet<number>;
};

/** The text of an export that verifies, as a record to replay. Throws BadRecord, or BadImport where a line cannot be read. */
export function readRecord(text: string): ReadRecord {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const manifest = Manifest.safeParse(jsonOf(lines[0] ?? '')).data?.manifest;
  if (!manifest)
    throw new BadRecord('This is no export of a timeline.', 'Make one: tocsin timeline export 147 -o FILE.');
  const { incident, exportedAt } = manifest;
  if (/^EX-/.test(incident))
    throw new BadRecord(
      `${incident} is the timeline of a drill; what-if replays real incidents.`,
      'Rehearse its simulation instead: tocsin rehearse SIMULATION.',
    );
  const hidden = lines.flatMap((line) => {
    // Cheaper than reading every event twice.
    const found = line.includes('"content":null') ? Redacted.safeParse(jsonOf(line)).data : undefined;
    return found ? [placeholder(found.header)] : [];
  });
  const events = [...readTimeline(text).events, ...hidden].sort((a, b) => a.seq - b.seq);
  const readAt = Date.parse(exportedAt);
  const odd = events.find(({ at }) => !isMoment(at));
  if (odd || !isMoment(readAt))
    throw new BadRecord(
      odd ? `Event ${odd.seq} is of no moment of our time.` : 'It does not say when it was exported.',
      'No installation of Tocsin writes this. Get the timeline from the one where the incident ran.',
    );
  return { incident, readAt, events, redacted: new Set(hidden.map(({ seq }) => seq)) };
}

/** Before the year 2200, in whole ms: what a clock can show. */
const isMoment = (ms: number): boolean => Number.isInteger(ms) && ms >= 0 && ms < Date.UTC(2200, 0);

/** What Tocsin says by itself is said again; what came from outside, and changes what follows, must be known. */
const AGAIN: ReadonlySet<EventType> = new Set<EventType>([
  'plan.started',
  'step.skipped',
  'step.taken-over',
  'step.failed',
  'branch.taken',
  'act.held',
  'run.started',
  'run.finished',
  'rounds.finished',
  'undo.registered',
  'undo.started',
  'undo.finished',
]);

/** Events of which only words were taken: others stand in for them. */
const WORDS: { readonly [T in EventType]?: object } = {
  'note.added': { text: 'redacted' },
  'amendment.added': { text: 'redacted', about: null },
  'incident.paused': { reason: 'redacted' },
  'incident.stood-down': { reason: 'redacted' },
  'incident.resolved': { summary: 'redacted' },
  'incident.reopened': { reason: 'redacted' },
};

function placeholder({ seq, at, path, type }: z.infer<typeof Redacted>['header']): NumberedEvent {
  const known = type as EventType;
  const data = WORDS[known] ?? (AGAIN.has(known) ? {} : null);
  if (data) return { seq, at, path, type: known, actor: TOCSIN, data } as unknown as NumberedEvent;
  throw new BadRecord(
    `Event ${seq} (${type}) is redacted: what it said is needed to replay what came after it.`,
    'Without it nobody can say what would have happened.',
  );
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
