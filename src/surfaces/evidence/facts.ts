import { effectOf } from '../../capabilities/effects.ts';
import { roleInWords } from '../../incident/decision.ts';
import type { EventData, EventType, NumberedEvent } from '../../incident/events.ts';
import { wallAt } from '../../incident/exercise-clock.ts';
import { listed } from '../../incident/phrases.ts';
import type { Script } from '../../simulator/core/script.ts';
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

  constructor(drill: DrillEvidence) {
    this.drill = drill;
    this.#events = drill.events;
  }

  all<T extends EventType>(type: T): Of<T>[] {
    return this.#events.filter((event): event is Of<T> => event.type === type);
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

  /** Seats by people, with what each person did: numbers of their events. */
  get attendance(): { role: string; person: string; did: number[] }[] {
    return this.started.data.seats
      .filter(({ persona }) => persona === null)
      .map(({ role, person }) => ({ role, person, did: this.#doneBy(person) }));
  }

  #doneBy = (person: string): number[] =>
    this.#events.filter(({ actor }) => actor.kind === 'person' && actor.id === person).map(({ seq }) => seq);

  /** Seats that the simulation cannot do without and that no person took. */
  get unfilled(): string[] {
    const taken = new Set(this.attendance.map(({ role }) => role));
    return this.drill.script.seats.filter(({ role, needed }) => needed && !taken.has(role)).map(({ role }) => role);
  }

  /** Acts whose effect was proved, by what they mean to users. */
  proved(kind: 'contains' | 'replaces' | 'restores'): Shown[] {
    const acts = new Map<string, EventData<'act.started'>>();
    return this.#events.flatMap((event) => {
      if (event.type === 'act.started' && event.data.purpose === 'act') acts.set(event.path, event.data);
      if (event.type !== 'act.done' || event.data.purpose !== 'prove' || event.data.outputs.proved !== true) return [];
      const act = acts.get(event.path);
      if (!act || effectOf(act.capability)?.kind !== kind) return [];
      const system = typeof act.with.system === 'string' ? ` on ${act.with.system}` : '';
      return [
        {
          text: `${capabilityTitle(act.capability)}${system}, proved by ${String(event.data.outputs.strength)}`,
          cites: [event.seq],
        },
      ];
    });
  }

  /** Questions that people, not bots, settled, and to which one with this role had a voice. */
  settledBy(role: string): Of<'decision.made'>[] {
    const voices = this.all('decision.voted').filter(
      ({ data: { vote } }) => vote.surface !== 'bot' && vote.roles.includes(role),
    );
    return this.all('decision.made').filter(({ data }) => voices.some((voice) => voice.data.number === data.number));
  }

  /** Messages that were sent, to whom. */
  get messages(): { to: string; seq: number }[] {
    const to = new Map<string, string>();
    return this.#events.flatMap((event) => {
      if (event.type === 'act.started' && typeof event.data.with.to === 'string')
        to.set(event.path, event.data.with.to);
      const whom = event.type === 'act.done' && event.data.capability.startsWith('notify.') && to.get(event.path);
      return whom ? [{ to: whom, seq: event.seq }] : [];
    });
  }

  get systems(): string[] {
    return this.drill.script.systems.map(({ snapshot }) => snapshot.name);
  }
}

export const seqsOf = (events: readonly { seq: number }[]): number[] => events.map(({ seq }) => seq);
export const rolesText = (roles: readonly string[]): string => listed([...new Set(roles)].map(roleInWords));
