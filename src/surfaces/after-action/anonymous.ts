import type { NumberedEvent } from '../../incident/events.ts';
import type { AfterAction, Beside } from './contract.ts';
import type { AfterActionInput } from './told.ts';

/**
 * A report to share outside: what people wrote is left out before anything is told from it, persons go by numbers, and the names that are known
 * are taken out of all that is left.
 */
export const LEFT = '[left out]';

/** Words of people, wherever they stand in an event. What a simulation says itself is kept. */
const WRITTEN = new Set(['reason', 'text', 'summary', 'how', 'note', 'why', 'details', 'as', 'subject', 'message']);
/** Of these nothing is kept at all. */
const HELD = new Set(['with', 'answers', 'outputs', 'known', 'detail', 'inputs']);

/** The input with nothing in it that people wrote, and with numbers for names. */
export function scrubbed(input: AfterActionInput): AfterActionInput {
  const { events, script, score, beside } = input;
  const people = pseudonyms(events, beside);
  const own = new Set(script.injects.map(({ id }) => id));
  const edited = new Set(events.flatMap((event) => (event.type === 'inject.edited' ? [event.data.id] : [])));
  const ids = idsOfAdded(events);
  const isOfScript = (event: NumberedEvent) =>
    event.type === 'inject.delivered' && own.has(event.data.id) && !edited.has(event.data.id);
  return {
    ...input,
    events: events.map((event) => renamed(isOfScript(event) ? event : scrubEvent(event), ids)),
    score: {
      ...score,
      objectives: score.objectives.map((one) => ({
        ...one,
        evaluators: one.evaluators.map((opinion) => ({ ...opinion, text: LEFT })),
      })),
    },
    beside: {
      ...beside,
      ...{ timezone: 'UTC', organisation: null, contact: null, people, improvements: [], incidents: [], audit: null },
    },
  };
}

/** Their ids are made of the titles that the facilitator wrote. */
function idsOfAdded(events: readonly NumberedEvent[]): ReadonlyMap<string, string> {
  const added = events.flatMap((event) => (event.type === 'inject.added' ? [event.data.id] : []));
  return new Map(added.map((id, i) => [id, `added-${i + 1}`]));
}

function renamed(event: NumberedEvent, ids: ReadonlyMap<string, string>): NumberedEvent {
  const data: Record<string, unknown> = { ...event.data };
  for (const key of ['id', 'about'] as const) {
    const held = data[key];
    const instead = typeof held === 'string' ? ids.get(held) : undefined;
    if (instead !== undefined) data[key] = instead;
  }
  return { ...event, data } as NumberedEvent;
}

function scrubEvent(event: NumberedEvent): NumberedEvent {
  const data = emptied(event.data) as Record<string, unknown>;
  if (event.type === 'incident.opened' && event.data.requester !== null) data.title = LEFT;
  if (event.type === 'voice.answered') data.to = LEFT;
  if (event.type === 'inject.delivered') Object.assign(data, { title: LEFT, from: LEFT });
  return { ...event, data } as NumberedEvent;
}

function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => {
      if (HELD.has(key)) return [key, proofOf(held)];
      return [key, WRITTEN.has(key) && typeof held === 'string' ? LEFT : emptied(held)];
    }),
  );
}

/** Whether something was proved, and how, is no secret; measures count from it. */
function proofOf(held: unknown): unknown {
  if (typeof held !== 'object' || held === null) return held === null ? null : {};
  return Object.fromEntries(Object.entries(held).filter(([key]) => key === 'proved' || key === 'strength'));
}

function pseudonyms(events: readonly NumberedEvent[], { people }: Beside): Record<string, string> {
  const started = events.find((event) => event.type === 'exercise.started');
  const { seats = [], staff = [] } = started?.type === 'exercise.started' ? started.data : {};
  const players = [...new Set(seats.filter(({ persona }) => persona === null).map(({ person }) => person))];
  const others = [...new Set(staff.map(({ person }) => person))];
  const acting = events.flatMap(({ actor }) => (actor.kind === 'person' ? [actor.id] : []));
  return {
    ...Object.fromEntries([...Object.keys(people), ...acting].map((person) => [person, 'Somebody'])),
    ...Object.fromEntries(others.map((person, i) => [person, `Staff ${i + 1}`])),
    ...Object.fromEntries(players.map((person, i) => [person, `Player ${i + 1}`])),
  };
}

/** The report with every name that is known taken out of every text of it. */
export function withoutNames(report: AfterAction, { events, script, beside }: AfterActionInput): AfterAction {
  const known = pseudonyms(events, beside);
  const names = new Map<string, string>();
  const parts = new Map<string, string>();
  const add = (name: string | null | undefined, instead: string) => {
    if (name) names.set(name.toLowerCase(), instead);
  };
  for (const [id, instead] of Object.entries(known)) {
    const name = beside.people[id];
    add(id, instead);
    add(name, instead);
    for (const part of (name ?? '').split(/\s+/)) if (/^\p{Lu}\p{L}{2,}/u.test(part)) parts.set(part, instead);
  }
  script.systems.forEach(({ snapshot }, i) => {
    const instead = `AI system ${i + 1}`;
    for (const name of [snapshot.id, snapshot.name]) add(name, instead);
    for (const name of snapshot.dependants ?? []) add(name, 'another system');
  });
  add(beside.organisation, 'the organisation');
  const [first = ''] = (beside.organisation ?? '').split(/\s+/);
  if (/^\p{Lu}\p{L}{4,}$/u.test(first)) parts.set(first, 'the organisation');
  const sweep = sweeper(names, parts);
  return swept({ ...report, beside: { ...report.beside, people: {} } }, sweep) as AfterAction;
}

function sweeper(names: ReadonlyMap<string, string>, parts: ReadonlyMap<string, string>): (text: string) => string {
  const whole = pattern([...names.keys()], 'giu');
  const part = pattern([...parts.keys()], 'gu');
  return (text) => {
    let left = text
      .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[address left out]')
      .replace(/\bINC-\d{4}-\d+/g, '[incident left out]');
    if (whole) left = left.replace(whole, (name) => names.get(name.toLowerCase()) ?? LEFT);
    if (part) left = left.replace(part, (name) => parts.get(name) ?? LEFT);
    return left;
  };
}

function pattern(words: readonly string[], flags: string): RegExp | null {
  if (words.length === 0) return null;
  const longestFirst = words.toSorted((a, b) => b.length - a.length);
  const escaped = longestFirst.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, flags);
}

function swept(value: unknown, sweep: (text: string) => string): unknown {
  if (typeof value === 'string') return sweep(value);
  if (Array.isArray(value)) return value.map((one) => swept(one, sweep));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, swept(held, sweep)]));
}
