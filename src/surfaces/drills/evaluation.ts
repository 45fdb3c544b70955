import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { Script } from '../../simulator/core/script.ts';
import { NotScorable, scoreOf } from '../../simulator/scoring/score-of.ts';
import { personOf } from '../model/drill.ts';
import { type FoundOf, type Guide, guideOf, RATINGS } from '../model/evaluation.ts';
import type { Directory, Person, Reader, StoredEvent } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Drill, DrillDesk } from './contract.ts';
import { readable } from './readable.ts';
import { readsScriptOf, rosterOf } from './roster.ts';
import { exerciseFor, isOnRoster } from './spoilers.ts';

/** What people think of a drill, for whoever asks: the guide of its evaluators, and its hot wash. */
export type EvaluationDeps = {
  drills: Pick<DrillDesk, 'find' | 'board'>;
  reader: Reader;
  directory: Pick<Directory, 'names'>;
};

/** `open`: more is still taken. */
export type Evaluation = { guide: Guide; open: boolean; ratings: typeof RATINGS };

/** Throws Problem while it would give away what is looked for. */
export async function evaluationOf(deps: EvaluationDeps, by: Person, id: string): Promise<Evaluation> {
  const drill = await deps.drills.find(id);
  if (!readsScriptOf(drill, by.id))
    throw new Problem({
      status: 403,
      code: 'for-staff',
      message: 'It says what is looked for, so it is for the staff of this drill until it is over.',
      notDone: 'The evaluation guide is not shown.',
      next: 'Read it after ENDEX.',
    });
  const told = await deps.reader.incident(id);
  const all = told?.view.exercise;
  const exercise = all ? exerciseFor(all, by.id, deps.directory.names()) : { observations: [] };
  const found = foundIn(drill.script, readable(told?.events ?? []), all?.endedAt !== undefined);
  const guide = guideOf({ script: drill.script, exercise, found, person: by.id });
  return { guide, open: (await deps.drills.board(by, id)) !== null, ratings: RATINGS };
}

/**
 * What the machine found: how expectations stand, so far while the drill runs, and after ENDEX what its gates come to. Before, a rating of the
 * machine’s would lead evaluators to theirs. What evaluators say of an expectation is not found, and comes to each reader as their opinions do.
 */
function foundIn(script: Script, events: readonly StoredEvent[], over: boolean): FoundOf {
  const score = events.length === 0 ? null : scored(script, events);
  if (score === null) return { objectives: new Map(), expectations: new Map() };
  const { objectives, outcomes } = score;
  const gates = over ? objectives.flatMap(({ id, machine }) => (machine ? [[id, machine] as const] : [])) : [];
  return {
    objectives: new Map(gates),
    expectations: new Map(
      outcomes.map(({ expectation, standing, why, cites }) => [expectation, { standing, why, cites }]),
    ),
  };
}

/** Null where the first event, which says what is played, was redacted. */
function scored(script: Script, events: readonly StoredEvent[]): ReturnType<typeof scoreOf> | null {
  try {
    return scoreOf(script, events);
  } catch (error) {
    if (error instanceof NotScorable) return null;
    throw error;
  }
}

export type HotWash = {
  open: boolean;
  questions: readonly string[];
  answers: readonly { seq: number; at: number; question: number | null; person: string | null; text: string }[];
};

/** Throws Problem when it is not theirs to read, or has not begun. */
export async function hotWashOf(deps: EvaluationDeps, by: Person, id: string): Promise<HotWash> {
  const drill = await deps.drills.find(id);
  assertTakesPart(drill, by);
  const exercise = (await deps.reader.incident(id))?.view.exercise;
  if (exercise?.endedAt === undefined)
    throw new Problem({
      status: 409,
      code: 'not-over',
      message: `The hot wash of ${id} begins at ENDEX.`,
      notDone: 'Its questions are not shown.',
      next: `Until then, leave a note: tocsin incident note ${id}.`,
    });
  const open = (await deps.drills.board(by, id)) !== null;
  return { open, questions: drill.script.debrief, answers: answersIn(exercise) };
}

export const answersIn = ({ hotWash }: Pick<ExerciseView, 'hotWash'>): HotWash['answers'] =>
  hotWash.map(({ actor, ...said }) => ({ ...said, person: personOf(actor) }));

function assertTakesPart(drill: Drill, by: Person): void {
  if (isOnRoster(rosterOf(drill), by.id)) return;
  throw new Problem({
    status: 403,
    code: 'for-participants',
    message: 'What is said in a hot wash is for those who took part.',
    notDone: 'It is not shown.',
    next: `Ask one of them; what happened in ${drill.id} is for everybody after ENDEX.`,
  });
}
