import { roleInWords } from '../../incident/decision.ts';
import type { NumberedEvent } from '../../incident/events.ts';
import type { ExerciseView } from '../../incident/exercise-view.ts';
import { capitalised } from '../../incident/phrases.ts';
import type { IncidentView } from '../../incident/view.ts';
import type { Names } from '../../incident/wording.ts';
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
};

export type EventOf<T extends NumberedEvent['type']> = Extract<NumberedEvent, { type: T }>;

export const eventsOf = <T extends NumberedEvent['type']>({ events }: Pick<Ground, 'events'>, type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

export const told = (text: string, cites: readonly number[]): Told => ({ text, cites: inOrder(cites) });

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
