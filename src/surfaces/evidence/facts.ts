import { effectOf } from '../../capabilities/effects.ts';
import { roleInWords } from '../../incident/decision.ts';
import type { EventData, EventType, NumberedEvent } from '../../incident/events.ts';
import { wallAt } from '../../incident/exercise-clock.ts';
import { listed } from '../../incident/phrases.ts';
import type { Script } from '../../simulator/core/script.ts';
import { byBotsAlone, castOf } from '../../simulator/scoring/causes.ts';
import { upToEndex } from '../../simulator/scoring/score-of.ts';
import type { Improvement } from '../improvements/contract.ts';
import { capabilityTitle } from '../model/describe.ts';

/** What of an improvement item counts here. */
export type MendedLater = Pick<Improvement, 'id' | 'action' | 'due' | 'status' | 'closed'>;

/** What evidence of a drill is drawn from. Nothing else is claimed. */
export type DrillEvidence = {
  script: Script;
  /** Until ENDEX and the hot wash after it. */
  events: readonly NumberedEvent[];
  improvements: readonly MendedLater[];
  /** Names of the inventory's AI systems of tier critical. */
  criticalSystems: readonly string[];
  /** The playbook as it is published now; null: it is no longer. */
  playbookNow: { version: number; hash: string } | null;
};

/** Something that the drill showed, with the events (by number) it rests on. */
export type Shown = { text: string; cites: number[] };

type Of<T extends EventType> = Extract<NumberedEvent, { type: T }>;

/** The drill as the elements of requirements look at it. */
export class DrillFacts {
  readonly drill: DrillEvidence;
  readonly #events: readonly NumberedEvent[];
  readonly #ofBots: (event: NumberedEvent) => boolean;

  constructor(drill: DrillEvidence) {
    this.drill = drill;
    this.#events = drill.events;
    const cast = castOf(drill.events);
    this.#ofBots = cast.withPeople ? byBotsAlone(drill.events, cast) : () => true;
  }

  all<T extends EventType>(type: T): Of<T>[] {
    return this.#events.filter((event): event is Of<T> => event.type === type);
  }

  /** Those that bots alone did not bring about. */
  ofPeople<T extends EventType>(type: T): Of<T>[] {
    return this.all(type).filter((event) => !this.#ofBots(event));
  }

  get started(): Of<'exercise.started'> {
    const [first] = this.all('exercise.started');
    if (!first) throw new Error('This is no timeline of a drill.');
    return first;
  }

  /** When it was played, wall time; null: bots played by themselves. */
  get playedAt(): { from: number; to: number | null } | null {
    const set = this.all('exercise.clock');
    const [first, last] = [set[0], set.at(-1)];
    const [ended] = this.all('exercise.ended');
    if (!first || !last) return null;
    return { from: first.data.wall, to: ended ? wallAt({ at: last.at, ...last.data }, ended.at) : null };
  }

  /** A real incident ended it. */
  get cutShort(): Of<'exercise.ended'> | null {
    return this.all('exercise.ended').find(({ data }) => data.because === 'real') ?? null;
  }

  /** Seats by people, with all that is heard of each person: numbers of their events. */
  get attendance(): { role: string; person: string; did: number[] }[] {
    return this.started.data.seats
      .filter(({ persona }) => persona === null)
      .map(({ role, person }) => ({ role, person, did: seqsOf(this.#events.filter(isBy(person))) }));
  }

  /** Somebody who sat in one of its seats was heard of: else bots played it by themselves. */
  get attended(): boolean {
    return this.attendance.some(({ did }) => did.length > 0);
  }

  /** People with their seats, and what each did in the response: to read, to start or end the drill, and to talk about it later is none of it. */
  get responders(): { roles: string[]; did: number[] }[] {
    const response = upToEndex(this.#events).filter(({ type }) => !/^(exercise|inject|hot-wash)\./.test(type));
    return [...new Set(this.attendance.map(({ person }) => person))].map((person) => ({
      roles: this.attendance.filter((one) => one.person === person).map(({ role }) => role),
      did: seqsOf(response.filter(isBy(person))),
    }));
  }

  /** Seats that the simulation cannot do without and that no person took. */
  get unfilled(): string[] {
    const taken = new Set(this.attendance.map(({ role }) => role));
    return this.drill.script.seats.filter(({ role, needed }) => needed && !taken.has(role)).map(({ role }) => role);
  }

  /** Acts whose effect was proved, by what they mean to users; with what speaks against each. */
  proved(kind: 'contains' | 'replaces' | 'restores'): { shows: Shown[]; lacks: string[] } {
    const acts = new Map<string, EventData<'act.started'>>();
    const shows: Shown[] = [];
    const lacks: string[] = [];
    for (const event of this.#events) {
      if (event.type === 'act.started' && event.data.purpose === 'act') acts.set(event.path, event.data);
      if (event.type !== 'act.done' || event.data.purpose !== 'prove' || event.data.outputs.proved !== true) continue;
      const act = acts.get(event.path);
      if (!act || effectOf(act.capability)?.kind !== kind) continue;
      const system = typeof act.with.system === 'string' ? ` on ${act.with.system}` : '';
      const what = `${capabilityTitle(act.capability)}${system}`;
      if (this.#ofBots(event)) {
        lacks.push(`Bots alone decided on it: ${what} (event ${event.seq})`);
        continue;
      }
      shows.push({ text: `${what}, proved by ${String(event.data.outputs.strength)}`, cites: [event.seq] });
      for (const { seq, data } of this.all('act.done').filter(
        (one) => one.seq > event.seq && one.path === event.path,
      )) {
        if (data.purpose === 'undo') lacks.push(`It was undone later: ${what} (event ${seq})`);
        if (data.purpose === 'prove' && data.outputs.proved === false)
          lacks.push(`A later proof of it failed: ${what} (event ${seq})`);
      }
    }
    return { shows, lacks };
  }

  /** Questions that were put to this role, and that a person in it settled with others or alone. */
  settledBy(role: string): Of<'decision.made'>[] {
    const put = new Set(
      this.all('decision.asked')
        .filter(({ data }) => data.kind !== 'failure' && data.by.some((seat) => seat.role === role))
        .map(({ data }) => data.number),
    );
    const voices = this.all('decision.voted').filter(
      ({ data: { vote } }) => vote.surface !== 'bot' && vote.roles.includes(role),
    );
    return this.all('decision.made').filter(
      ({ data }) =>
        put.has(data.number) &&
        data.by === 'votes' &&
        voices.some(({ data: { number, vote } }) => number === data.number && data.people.includes(vote.person)),
    );
  }

  /** Messages that were sent, to whom. */
  get messages(): { to: string; seq: number }[] {
    const to = new Map<string, string>();
    return this.#events.flatMap((event) => {
      if (event.type === 'act.started' && typeof event.data.with.to === 'string')
        to.set(event.path, event.data.with.to);
      const sent = event.type === 'act.done' && event.data.capability.startsWith('notify.') && !this.#ofBots(event);
      const whom = sent && to.get(event.path);
      return whom ? [{ to: whom, seq: event.seq }] : [];
    });
  }

  get systems(): string[] {
    return this.drill.script.systems.map(({ snapshot }) => snapshot.name);
  }
}

const isBy =
  (person: string) =>
  ({ actor }: NumberedEvent): boolean =>
    actor.kind === 'person' && actor.id === person;

export const seqsOf = (events: readonly { seq: number }[]): number[] => events.map(({ seq }) => seq);
export const rolesText = (roles: readonly string[]): string => listed([...new Set(roles)].map(roleInWords));
