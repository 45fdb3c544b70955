import type { Vote } from '../../../src/incident/decision.ts';
import type { Actor, EventData, EventType, NumberedEvent } from '../../../src/incident/events.ts';
import { parseEvent, person, TOCSIN } from '../../../src/incident/events.ts';
import type { Expectation, Inject, Script } from '../../../src/simulator/core/script.ts';
import { sealScript } from '../../../src/simulator/script/seal.ts';

export const START = Date.parse('2026-10-14T06:50:00Z');
export const WALL = Date.parse('2026-11-05T13:00:00Z');
const MINUTE_MS = 60_000;

export const inject = (id: string, more: Partial<Inject> = {}): Inject => ({
  ...{ id, title: `The ${id}`, kind: 'contextual', trigger: { on: 'hand' }, unless: null, unlessMet: null, by: 'mail' },
  ...{ from: 'Radio', to: ['everybody'], subject: 'S', text: 'T', alert: null, attachments: [], objective: null },
  ...{ expects: [], changes: null, hint: null, notes: null },
  ...more,
});

export const expected = (sought: Expectation['sought'], more: Partial<Expectation> = {}): Expectation => ({
  ...{ id: 'it', title: 'It is done', objective: 'contain', task: null, sought, never: false, since: null },
  ...{ withinMs: null, before: null, gate: 'achieve' },
  ...more,
});

/** A script with these expectations, and objectives for them. */
export function scriptOf(expectations: Expectation[], more: Partial<Pick<Script, 'injects' | 'systems'>> = {}): Script {
  const objectives = [...new Set(expectations.map(({ objective }) => objective))];
  return sealScript({
    ...{ format: 1, simulation: 'a-bad-day', title: 'A bad day', version: 1, playbook: 'a-playbook', references: [] },
    length: { name: '60m', title: 'Tabletop', ms: 60 * MINUTE_MS },
    ...{
      about: 'About',
      truth: 'Truth',
      startsAt: START,
      systems: [],
      tookMs: {},
      faults: [],
      seats: [],
      personas: [],
    },
    objectives: objectives.map((id) => ({ id, title: `To ${id}`, capability: 'Response', tasks: [] })),
    ...{ away: [], answers: {}, injects: [inject('alarm')], expectations, debrief: [], guide: null },
    ...more,
  });
}

export type Seat = EventData<'exercise.started'>['seats'][number];
export const ANN: Seat = { role: 'incident-commander', person: 'ann', persona: null };
export const BOT: Seat = { role: 'ml-on-call', person: 'bot-ml-on-call', persona: 'steady' };

/** A timeline that a test writes: minutes since STARTEX, and what happened then. */
export class Timeline {
  readonly events: NumberedEvent[] = [];
  readonly #id: string;

  constructor(script: Script, seats: Seat[] = [ANN], id = 'EX-2026-0001', evaluator = 'eva') {
    this.#id = id;
    const { simulation, version, title, hash, rubric, length } = script;
    this.add(0, 'exercise.started', {
      ...{ incident: id, simulation, version, title, script: hash, ...(rubric && { rubric }) },
      playbook: { id: 'a-playbook', version: 3, title: 'A playbook', hash: 'f'.repeat(64) },
      ...{ length: length.name, seed: 7, seats, endsAt: START + length.ms },
      ...(seats.some(({ persona }) => persona === null) && {
        staff: [{ role: 'evaluator' as const, person: evaluator }],
      }),
    });
  }

  /** Its number. */
  add<T extends EventType>(
    minute: number,
    type: T,
    data: EventData<T>,
    at: { path?: string; by?: string } = {},
  ): number {
    const seq = this.events.length + 1;
    const actor: Actor = at.by === undefined ? TOCSIN : person(at.by);
    this.events.push(parseEvent({ seq, at: START + minute * MINUTE_MS, path: at.path ?? '', type, actor, data }));
    return seq;
  }

  inject(minute: number, id: string): number {
    const { title, kind, by, from, to, subject, text, alert, attachments } = inject(id);
    return this.add(minute, 'inject.delivered', { id, title, kind, by, from, to, subject, text, alert, attachments });
  }

  clock(minute: number, wall: number, data: Partial<EventData<'exercise.clock'>> = {}): number {
    const at = START + minute * MINUTE_MS;
    const set = {
      wall: WALL + wall * MINUTE_MS,
      rate: 1,
      from: at,
      because: 'startex' as const,
      reason: null,
      ...data,
    };
    return this.add(minute, 'exercise.clock', set);
  }

  opened(minute: number, requester: string | null = null): number {
    return this.add(
      minute,
      'incident.opened',
      {
        ...{ incident: this.#id, title: 'A bad day', severity: 'sev2', system: null, requester, alert: null },
        ...{ mode: 'exercise', playbook: null },
      },
      requester === null ? {} : { by: requester },
    );
  }

  /** Asks, at a step. */
  ask(minute: number, number: number, path: string, more: Partial<EventData<'decision.asked'>> = {}): number {
    const askedAt = START + minute * MINUTE_MS;
    const until = askedAt + 30 * MINUTE_MS;
    return this.add(
      minute,
      'decision.asked',
      {
        ...{ number, kind: 'approval', path, question: 'Cut it?', options: ['approve', 'deny'], excluded: [] },
        ...{
          by: [{ role: 'incident-commander', count: 1 }],
          askedAt,
          until,
          remindAt: [],
          otherwise: 'deny',
          acts: [],
        },
        ...more,
      },
      { path },
    );
  }

  vote(minute: number, number: number, person: string, roles: string[], answer = 'approve'): number {
    const at = START + minute * MINUTE_MS;
    const surface: Vote['surface'] = person.startsWith('bot-') ? 'bot' : 'console';
    const who = { person, roles, answer, at, expires: at + MINUTE_MS, surface, key: 'k', signature: 's' };
    const vote: Vote = { incident: 'EX-2026-0001', question: number, path: 'p', planHash: 'h', ...who };
    return this.add(minute, 'decision.voted', { number, vote }, { by: person });
  }

  made(minute: number, number: number, path: string, outcome: string, people: string[]): number {
    const by = people.length > 0 ? 'votes' : 'default';
    return this.add(minute, 'decision.made', { number, outcome, by, people, reason: null }, { path });
  }

  /** An act on a system, begun and carried out. */
  act(minute: number, path: string, capability: string, system: string): number {
    this.begin(minute, path, capability, system);
    const done = { capability, outputs: {}, tookMs: 1, purpose: 'act' as const, provedBy: null };
    return this.add(minute, 'act.done', done, { path });
  }

  begin(minute: number, path: string, capability: string, system: string): number {
    const risk = 'disruptive' as const;
    const act = { key: `${path}-${system}`, attempt: 1, capability, risk, with: { system }, purpose: 'act' as const };
    return this.add(minute, 'act.started', act, { path });
  }

  duty(minute: number, number: number, dueMinute: number, rule = 'eu-gdpr-33'): number {
    const awareAt = START + minute * MINUTE_MS;
    const whom = 'the supervisory authority';
    const law = { law: 'GDPR', article: '33', jurisdiction: 'EU', whom, starts: 'awareness', limitMs: 1, content: [] };
    const dueAt = START + dueMinute * MINUTE_MS;
    const data = { number, rule: { id: rule, ...law }, awareAt, dueAt, owner: 'legal-counsel', remindAt: [] };
    return this.add(minute, 'obligation.opened', data, { path: 'notify' });
  }

  met(minute: number, number: number, late = false): number {
    return this.add(
      minute,
      'obligation.met',
      { number, how: 'by mail', by: null, late },
      { path: 'notify', by: 'ann' },
    );
  }

  endex(minute = 60, because: EventData<'exercise.ended'>['because'] = 'time'): number {
    return this.add(minute, 'exercise.ended', { because });
  }
}
