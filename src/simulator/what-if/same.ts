import type { NumberedEvent } from '../../incident/events.ts';
import { isOfHost } from './record.ts';

/** Where a replay of an unchanged record parts from it: an event of one that the other does not have there. */
export type Parting = { path: string; was: NumberedEvent | null; replayed: NumberedEvent | null };

/**
 * The first event in which a replay and the record differ, by (time, path, type, actor, content); null: they agree. Order is promised per
 * path alone. `redacted`: numbers of events of which nobody knows what they said. `open`: the record may break off within its last moment.
 */
export function partingOf(
  record: readonly NumberedEvent[],
  replayed: readonly NumberedEvent[],
  { redacted, open }: { redacted: ReadonlySet<number>; open: boolean },
): Parting | null {
  const was = byPath(record.filter((event) => !isOfHost(event)));
  const now = byPath(replayed);
  const lastAt = record.at(-1)?.at ?? 0;
  const found = [...new Set([...was.keys(), ...now.keys()])].flatMap((path): Parting[] => {
    const [left, right] = [was.get(path) ?? [], now.get(path) ?? []];
    const at = left.findIndex((event, i) => !isSame(event, right[i], redacted));
    if (at >= 0) return [{ path, was: left[at] ?? null, replayed: right[at] ?? null }];
    const extra = right[left.length];
    return extra === undefined || (open && extra.at >= lastAt) ? [] : [{ path, was: null, replayed: extra }];
  });
  return found.sort((a, b) => timeOf(a) - timeOf(b) || seqOf(a) - seqOf(b))[0] ?? null;
}

const timeOf = ({ was, replayed }: Parting): number => Math.min(was?.at ?? Infinity, replayed?.at ?? Infinity);
const seqOf = ({ was, replayed }: Parting): number => was?.seq ?? replayed?.seq ?? 0;

function byPath(events: readonly NumberedEvent[]): Map<string, NumberedEvent[]> {
  const paths = new Map<string, NumberedEvent[]>();
  for (const event of events) {
    const known = paths.get(event.path);
    if (known) known.push(event);
    else paths.set(event.path, [event]);
  }
  return paths;
}

function isSame(was: NumberedEvent, replayed: NumberedEvent | undefined, redacted: ReadonlySet<number>): boolean {
  if (!replayed || was.at !== replayed.at || was.type !== replayed.type) return false;
  return redacted.has(was.seq) || (sameJson(was.actor, replayed.actor) && sameJson(was.data, replayed.data));
}

/** As JSON: what is undefined is not there, and the order of keys says nothing. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [entriesOf(a), entriesOf(b)];
  return (
    left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
  );
}

const entriesOf = (value: object): Map<string, unknown> =>
  new Map(Object.entries(value).filter(([, one]) => one !== undefined));
