import { roleInWords } from '../../incident/decision.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import type { ExerciseView } from '../../incident/exercise-view.ts';
import { capitalised, quoted } from '../../incident/phrases.ts';
import type { IncidentView } from '../../incident/view.ts';
import { type Names, sentence } from '../../incident/wording.ts';
import type { Script } from '../../simulator/core/script.ts';
import type { Score } from '../../simulator/scoring/score.ts';
import { scenarioText } from '../model/drill.ts';
import type { Audience, Beside, Told } from './contract.ts';
import type { TwoClocks } from './two-clocks.ts';

/** From the store, or from an export. */
export type AfterActionInput = {
  script: Script;
  /** What can still be read. */
  events: readonly NumberedEvent[];
  /** Numbers of events whose content was dropped for good. */
  redacted: readonly number[];
  /** The hash of the last event; null where nobody signed the timeline, as of a rehearsal. */
  head: { seq: number; hash: string } | null;
  score: Score;
  beside: Beside;
  audience: Audience;
};

/** What the parts of a report are told from. */
export type Ground = AfterActionInput & {
  view: IncidentView;
  exercise: ExerciseView;
  clocks: TwoClocks;
  /** Persons as these readers know them. */
  names: Names;
  titles: Titles;
};

export type EventOf<T extends NumberedEvent['type']> = Extract<NumberedEvent, { type: T }>;

export const eventsOf = <T extends NumberedEvent['type']>({ events }: Pick<Ground, 'events'>, type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

export const told = (text: string, cites: readonly number[]): Told => ({ text, cites: inOrder(cites) });

/** An event in words. Injects and objectives go by their titles and numbers: an id means nothing to whoever reads this. */
export function wordsOf({ names, titles }: Pick<Ground, 'names' | 'titles'>, event: NumberedEvent): Words {
  const { text, note = null } = sentence(event, names);
  switch (event.type) {
    case 'inject.seen':
    case 'inject.edited':
    case 'inject.added':
    case 'inject.skipped': {
      const title = titles.injects.get(event.data.id);
      const named = title === undefined ? text : text.replace(`nject ${event.data.id}`, () => `nject ${quoted(title)}`);
      return { text: named, note };
    }
    case 'observation.recorded': {
      const { objective } = event.data;
      const number = titles.objectives.indexOf(objective) + 1;
      const named = number === 0 ? text : text.replace(`objective ${objective}`, () => `objective ${number}`);
      return { text: named, note };
    }
    default:
      return { text, note };
  }
}
type Words = { text: string; note: string | null };

/** Titles of injects by their ids, those too that were thought up in mid-drill; ids of objectives, in their order. */
export type Titles = { injects: ReadonlyMap<string, string>; objectives: readonly string[] };

export const titlesIn = ({ script, events }: Pick<Ground, 'script' | 'events'>): Titles => ({
  injects: new Map([
    ...script.injects.map(({ id, title }) => [id, title] as const),
    ...eventsOf({ events }, 'inject.delivered').map(({ data }) => [data.id, data.title] as const),
  ]),
  objectives: script.objectives.map(({ id }) => id),
});

export const inOrder = (cites: readonly number[]): number[] => [...new Set(cites)].sort((a, b) => a - b);

export const titleOf = (role: string): string => capitalised(roleInWords(role));

/** `T+27:40`, by the clock of the scenario. */
export const sinceStart = ({ exercise }: Pick<Ground, 'exercise'>, at: number): string =>
  scenarioText(at - exercise.startedAt);

export const nameOf = ({ names }: Pick<Ground, 'names'>, person: string): string => names.people.get(person) ?? person;

/** The first event: what is frozen at STARTEX is named there. */
export const startOf = ({ events }: Pick<Ground, 'events'>): EventOf<'exercise.started'> => {
  const started = events.find((event): event is EventOf<'exercise.started'> => event.type === 'exercise.started');
  if (!started) throw new Error('An after-action report is of a drill: no event says STARTEX.');
  return started;
};

export const endOf = ({ events }: Pick<Ground, 'events'>): EventOf<'exercise.ended'> | null =>
  events.find((event): event is EventOf<'exercise.ended'> => event.type === 'exercise.ended') ?? null;
