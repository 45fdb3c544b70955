import { z } from 'zod';
import { type EventOf, type NumberedEvent, parseEvent } from '../../incident/events.ts';
import type { JsonObject } from '../../incident/json.ts';
import { answersOf } from '../script/checking.ts';
import type { ExpectationSource, InjectSource, SimulationSource } from '../script/source.ts';
import { BadImport } from './bad-import.ts';
import type { Draft, ToDo } from './draft.ts';
import { asksOf, durationText, framed, planOf, type Setting, wiseAnswer } from './frame.ts';
import { type People, peopleIn } from './people.ts';
import { asLine, asText, namer } from './plain.ts';

const Header = z.looseObject({ seq: z.number(), at: z.number(), path: z.string(), type: z.string() });
const Content = z.looseObject({ actor: z.unknown(), data: z.unknown() });
const Line = z.looseObject({ header: Header, content: Content.nullable() });

export type ReadTimeline = { events: NumberedEvent[]; opened: EventOf<'incident.opened'>; redacted: number };

/** The events of `timeline export` (or of `rehearse --timeline`: one event a line). Throws BadImport. */
export function readTimeline(text: string): ReadTimeline {
  const events: NumberedEvent[] = [];
  let redacted = 0;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = jsonOf(line, i + 1);
    const exported = Line.safeParse(value);
    if (exported.success && exported.data.content === null) redacted += 1;
    else if (exported.success) events.push(eventOf({ ...exported.data.header, ...exported.data.content }, i + 1));
    else if (Header.safeParse(value).success) events.push(eventOf(value, i + 1));
    else if (
      !z
        .union([
          z.looseObject({ manifest: z.unknown() }),
          z.looseObject({ head: z.unknown() }),
          z.looseObject({ script: z.unknown() }),
          z.looseObject({ end: z.unknown() }),
        ])
        .safeParse(value).success
    )
      throw new BadImport(i + 1, 'this is no line of a timeline; export one with tocsin timeline export');
  }
  const opened = events.find(
    (event): event is Extract<NumberedEvent, { type: 'incident.opened' }> => event.type === 'incident.opened',
  );
  if (!opened) throw new BadImport(1, 'no incident is opened in it (its first event may be redacted)');
  return { events, opened, redacted };
}

function jsonOf(line: string, at: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadImport(at, 'this line is no JSON; export the timeline with tocsin timeline export (format jsonl)');
  }
}

const Envelope = z.looseObject({
  seq: z.number(),
  at: z.number(),
  path: z.string(),
  type: z.string(),
  actor: z.unknown(),
  data: z.unknown(),
});

function eventOf(value: unknown, at: number): NumberedEvent {
  try {
    const { seq, at: when, path, type, actor, data } = Envelope.parse(value);
    return parseEvent({ seq, at: when, path, type, actor, data });
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    throw new BadImport(
      at,
      `this event cannot be read: ${issue ? `${issue.path.join('.')}: ${issue.message}` : String(error)}`,
    );
  }
}

const MINUTE_MS = 60_000;
type Of = { setting: Setting; read: ReadTimeline; people: People; startMs: number; name: ReturnType<typeof namer> };

/** A past incident as a drill: its alerts are injects when they came, its decisions what is expected, its people roles. */
export function importIncident(setting: Setting, read: ReadTimeline): Draft {
  const { events, opened, redacted } = read;
  const people = peopleIn(events);
  const begins = events.find(({ type }) => type === 'exercise.started');
  // A minute before the first thing, so that it comes after STARTEX.
  const startMs = begins?.at ?? opened.at - MINUTE_MS;
  const of: Of = { setting, read, people, startMs, name: namer() };
  const injects = injectsOf(of);
  const decided = decisionsOf(of, injects);
  const world = worldOf(of);
  const summary = events.find((event) => event.type === 'incident.resolved')?.data.summary;
  const lastMs = Math.max(0, ...injects.map(({ atMs }) => atMs), ...decided.map(({ atMs }) => atMs));
  return framed(setting, {
    title: asLine(people.without(opened.data.title), setting.name),
    about: 'Say here what everybody may read before the drill.',
    truth: asText(people.without(summary ?? ''), 'Say here what really happened.'),
    starts: `${new Date(startMs).toISOString().slice(0, 16)}Z`,
    ...(world && { world: world.value }),
    roles: rolesIn(events, people),
    answers: answeredThen(of, decided),
    injects: injects.map(({ inject }) => inject),
    expectations: decided.map(({ expectation }) => expectation),
    lastMs,
    toDo: [
      { path: ['title'], what: 'a title that does not give the answer away' },
      { path: ['about'], what: 'what everybody may read before the drill' },
      { path: ['truth'], what: 'what was found out in the end; see that nobody can be recognised' },
      ...injects.flatMap(({ toDo }, i): ToDo[] => toDo.map(([key, what]) => ({ path: ['injects', i, key], what }))),
      ...decided.flatMap(({ toDo }, i): ToDo[] =>
        toDo.map(([key, what]) => ({ path: ['expectations', i, key], what })),
      ),
      ...(world?.toDo ?? []),
    ],
    assumptions: [
      ...(begins ? [] : ['it begins a minute before the incident was opened']),
      'persons are left out: whoever is named in a text stands there by role',
      'notes, reasons and messages of the incident are left out; of alerts only kind, system, title, version and digest are kept',
      ...(decided.length > 0
        ? ['each decision is expected as fast as it came, in whole minutes; its answer is taken for the right one']
        : []),
      ...(redacted > 0 ? [`${redacted} redacted events are left out`] : []),
      ...(lastMs > 8 * 3_600_000 ? ['it took longer than a working day: shorten the times'] : []),
    ],
  });
}

type Sent = { inject: InjectSource; atMs: number; toDo: [string, string][] };

function injectsOf(of: Of): Sent[] {
  const { read, people, startMs, name } = of;
  const delivered = read.events.filter((event) => event.type === 'inject.delivered');
  if (delivered.length > 0)
    return delivered.map(({ at, data }) => ({
      atMs: at - startMs,
      toDo: [],
      inject: {
        id: name(data.id, 'inject'),
        title: asLine(people.without(data.title), data.id),
        kind: 'contextual',
        at: durationText(at - startMs),
        by: data.by,
        from: asLine(people.without(data.from), 'Somebody'),
        ...(data.to.includes('everybody') || data.to.length === 0 ? {} : { to: data.to }),
        ...(data.alert === null
          ? { text: asText(people.without(data.text), data.title) }
          : { alert: keptOf(data.alert, people) }),
      },
    }));
  const alerts = read.events.flatMap((event) => {
    const alert = event.type === 'incident.opened' || event.type === 'alert.joined' ? event.data.alert : null;
    return alert === null ? [] : [{ at: event.at, alert }];
  });
  if (alerts.length === 0 || read.opened.data.alert === null)
    return [reported(of), ...alerts.map((one) => alertInject(of, one))];
  return alerts.map((one) => alertInject(of, one));
}

function alertInject({ people, startMs, name }: Of, { at, alert }: { at: number; alert: JsonObject }): Sent {
  const kept = keptOf(alert, people);
  const title = typeof kept.title === 'string' ? kept.title : String(kept.kind);
  return {
    atMs: at - startMs,
    toDo: [],
    inject: {
      id: name(`alert ${String(kept.kind)}`, 'alert'),
      title: asLine(title, 'An alert'),
      kind: 'contextual',
      at: durationText(at - startMs),
      by: 'alert',
      from: 'Monitoring',
      alert: kept,
    },
  };
}

/** Nobody's monitor saw it: somebody reported it. */
function reported({ read, people, startMs, name }: Of): Sent {
  const title = asLine(people.without(read.opened.data.title), 'Something is odd');
  return {
    atMs: read.opened.at - startMs,
    toDo: [['text', 'what was seen, in the words of whoever reports it']],
    inject: {
      id: name('reported', 'reported'),
      title: 'Somebody reports it',
      kind: 'contextual',
      at: durationText(read.opened.at - startMs),
      by: 'phone',
      from: 'Somebody who noticed',
      text: title,
    },
  };
}

const KEPT = ['kind', 'system', 'title', 'version', 'digest', 'severity'];
function keptOf(alert: JsonObject, people: People): JsonObject {
  const kept = KEPT.flatMap((key) => {
    const value = Object.hasOwn(alert, key) ? alert[key] : undefined;
    return typeof value === 'string'
      ? [[key, key === 'title' ? asLine(people.without(value), key) : value] as const]
      : [];
  });
  const { kind = 'model.odd', ...rest } = Object.fromEntries(kept);
  return { kind, ...rest };
}

type Decided = {
  expectation: ExpectationSource;
  atMs: number;
  toDo: [string, string][];
  path: string;
  answer: string | null;
};

function decisionsOf(of: Of, injects: readonly Sent[]): Decided[] {
  const { read, people, startMs, name } = of;
  const asks = asksOf(planOf(of.setting));
  for (const { inject } of injects) name(inject.id, 'inject');
  const openedAt = read.opened.at - startMs;
  const first: Decided = {
    atMs: openedAt,
    toDo: [],
    path: '',
    answer: null,
    expectation: { id: name('opened', 'opened'), title: 'An incident is opened', objective: 'respond', opened: true },
  };
  const seen = new Set<string>();
  const made = read.events.flatMap((event): Decided[] => {
    if (event.type !== 'decision.made') return [];
    const asked = read.events.find((one) => one.type === 'decision.asked' && one.data.number === event.data.number);
    if (asked?.type !== 'decision.asked' || asked.data.kind === 'failure' || seen.has(asked.data.path)) return [];
    seen.add(asked.data.path);
    const { path, question } = asked.data;
    const ask = asks.find((one) => one.path === path);
    const before = injects.filter(({ atMs }) => atMs <= asked.at - startMs).at(-1);
    const took = event.at - startMs - (before?.atMs ?? 0);
    const byPeople = event.data.by === 'votes';
    const title = asLine(people.without(question), path);
    const answer = ask && answersOf(ask).includes(event.data.outcome) ? event.data.outcome : null;
    const sought =
      ask && answer !== null
        ? {
            decided: {
              step: path,
              ...(byPeople && { answer, people: Math.min(20, Math.max(1, event.data.people.length)) }),
            },
          }
        : { judged: title };
    return [
      {
        atMs: event.at - startMs,
        path,
        answer: byPeople ? answer : null,
        toDo: [
          ...(byPeople ? [] : [['decided', 'which answer is right: nobody answered then'] as [string, string]]),
          ...(ask
            ? []
            : [['judged', `which question it is now: the playbook does not ask "${path}"`] as [string, string]]),
        ],
        expectation: {
          id: name(`decided ${path}`, 'decided'),
          title,
          objective: 'respond',
          ...sought,
          within: durationText(Math.max(MINUTE_MS, Math.ceil(took / MINUTE_MS) * MINUTE_MS)),
          ...(before && { since: before.inject.id }),
        },
      },
    ];
  });
  return [first, ...made];
}

/** As people answered then; what nobody answered, as it is proposed. */
function answeredThen({ setting }: Of, decided: readonly Decided[]): Record<string, string> {
  return Object.fromEntries(
    asksOf(planOf(setting)).map((ask) => [
      ask.path,
      decided.find(({ path, answer }) => path === ask.path && answer !== null)?.answer ?? wiseAnswer(ask),
    ]),
  );
}

function rolesIn(events: readonly NumberedEvent[], { roleOf }: People): string[] {
  const asked = events.flatMap((event) =>
    event.type === 'decision.asked' ? event.data.by.map(({ role }) => role) : [],
  );
  return [...new Set([...asked, ...roleOf.values()])];
}

type World = { value: SimulationSource['world']; toDo: ToDo[] };

/** The AI system as it was known then, and what looking at it said about its versions. */
function worldOf({ setting, read }: Of): World | null {
  const snapshot = read.opened.data.system;
  if (!snapshot) return null;
  const done = read.events.filter((event) => event.type === 'act.done');
  const seen = done.find(({ data }) => data.capability === 'model.inspect')?.data.outputs ?? {};
  const good = typeof seen.lastKnownGood === 'string' ? seen.lastKnownGood : (snapshot.lastKnownGood ?? '1.0.0');
  const serving = typeof seen.version === 'string' ? seen.version : 'suspect';
  const truth = {
    ...(seen.signatureValid !== true && { signature: 'invalid' as const }),
    validation: 'fails' as const,
  };
  const known = Object.hasOwn(setting.ground.systems, snapshot.id)
    ? { like: snapshot.id }
    : {
        name: snapshot.name,
        tier: snapshot.tier,
        owner: snapshot.owner || 'somebody',
        ...(snapshot.jurisdictions.length > 0 && { jurisdictions: snapshot.jurisdictions }),
        ...(snapshot.dataClasses.length > 0 && { 'data-classes': snapshot.dataClasses }),
      };
  const took = new Map<string, number>();
  for (const { data } of done)
    if (Object.hasOwn(setting.ground.contracts, data.capability) && data.purpose !== 'say' && data.tookMs >= 1_000)
      took.set(data.capability, Math.max(took.get(data.capability) ?? 0, data.tookMs));
  const versions = good === serving ? { [good]: {} } : { [good]: {}, [serving]: truth };
  return {
    value: {
      systems: { [snapshot.id]: { ...known, versions, serving, 'last-known-good': good } },
      ...(took.size > 0 && {
        takes: Object.fromEntries([...took].map(([capability, ms]) => [capability, durationText(ms)])),
      }),
    },
    toDo: [
      {
        path: ['world', 'systems'],
        what: `the hidden truth about each version; taken: ${serving} is what it was about, ${good} is sound`,
      },
    ],
  };
}
