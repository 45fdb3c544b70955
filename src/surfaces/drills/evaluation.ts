import type { Board } from '../../../workflows/messages.ts';
import type { ExerciseView } from '../../incident/exercise-view.ts';
import type { Script } from '../../simulator/core/script.ts';
import { personOf } from '../model/drill.ts';
import { type FoundOf, type Guide, guideOf, RATINGS } from '../model/evaluation.ts';
import type { Directory, Person, Reader, StoredEvent } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Drill, DrillDesk } from './contract.ts';
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
  const board = await deps.drills.board(by, id);
  const exercise = told?.view.exercise && exerciseFor(told.view.exercise, by.id, deps.directory.names());
  const found = foundIn({ script: drill.script, board, exercise, events: told?.events ?? [] });
  const guide = guideOf({
    ...{ script: drill.script, found, person: by.id },
    exercise: exercise ?? { observations: [] },
  });
  return { guide, open: board !== null, ratings: RATINGS };
}

type FoundInput = {
  script: Script;
  board: Board | null;
  exercise: Pick<ExerciseView, 'endedAt'> | undefined;
  events: readonly StoredEvent[];
};

/** What the machine found: so far, while the drill runs; after ENDEX what it comes to. */
export function foundIn({ script, board }: FoundInput): FoundOf {
  const met = new Set(board?.met ?? []);
  const expectations = script.expectations.flatMap(({ id, never }) =>
    board === null ? [] : ([[id, { standing: soFar(never, met.has(id)), why: null, cites: [] }]] as const),
  );
  return { objectives: new Map(), expectations: new Map(expectations) };
}

const soFar = (never: boolean, met: boolean): string =>
  never ? (met ? 'happened, and must not' : 'kept so far') : met ? 'met so far' : 'not met so far';

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
