import { planPath } from '../../incident/step-path.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan, Step } from '../../playbook/plan.ts';
import { answersTo } from '../trial/replies.ts';
import { StepNames } from '../trial/step-names.ts';
import { BadChange, type Changes, joined, type QuestionChange, readPair, readShift, type Which } from './changes.ts';
import { answeredAfter, decidedAfter } from './people.ts';
import type { Recorded, RecordedQuestion } from './record.ts';

/** As they were written: `3=approve`, `3=+5m`, `isolate=2m`, `3`. */
export type Written = {
  answer: readonly string[];
  answered: readonly string[];
  never: readonly string[];
  delay: readonly string[];
};

/** What is to be other than it was. Throws BadChange when it cannot be meant. */
export function readChanges(written: Written, recorded: Recorded, plans: readonly (Plan | null)[]): Changes {
  const steps = plans.flatMap((plan) => (plan ? [new StepNames(plan)] : []));
  const whose = (name: string, option: string): QuestionChange => ({
    which: whichOf(name, option, steps, recorded),
    name,
  });
  const questions = joined([
    ...written.answer.map((text) => {
      const [name, answer] = readPair(text, '--answer', 'QUESTION=ANSWER');
      return { ...whose(name, '--answer'), answer };
    }),
    ...written.answered.map((text) => {
      const [name, when] = readPair(text, '--answered', 'QUESTION=+5m');
      return { ...whose(name, '--answered'), answered: readShift(when, `--answered ${name}`) };
    }),
    ...written.never.map((name) => ({ ...whose(name, '--never'), never: true })),
  ]);
  for (const change of questions) refuseUnfit(change, steps, recorded);
  refuseTwice(questions, recorded);
  const delays = written.delay.map((text) => {
    const [name, took] = readPair(text, '--delay', 'STEP=+10m');
    const step = stepNamed(name, '--delay', steps);
    if (step.kind !== 'do' && step.kind !== 'say')
      throw new BadChange(`--delay ${name}: that step does nothing that could take longer.`, 'Name a step that acts.');
    return { step: step.path, name, took: readShift(took, `--delay ${name}`) };
  });
  const twice = delays.find((one, i) => delays.findIndex(({ step }) => step === one.step) !== i);
  if (twice) throw new BadChange(`--delay ${twice.name} is said twice.`, 'Say each change once.');
  return { questions, delays };
}

function whichOf(name: string, option: string, steps: readonly StepNames[], recorded: Recorded): Which {
  if (!/^\d+$/.test(name)) {
    const step = stepNamed(name, option, steps);
    if (step.kind === 'ask') return { step: step.path };
    throw new BadChange(
      `${option} ${name}: that step asks nothing.`,
      'Name a question by its number, or a step that asks.',
    );
  }
  const number = Number(name);
  if (questionOf(recorded, { number })) return { number };
  const count = recorded.questions.size;
  const { incident } = recorded.opened.data;
  const there =
    count === 0 ? 'Nobody was asked anything.' : `It has ${count === 1 ? 'question 1' : `questions 1 to ${count}`}.`;
  throw new BadChange(`There is no question ${name} in ${incident}.`, there);
}

function stepNamed(name: string, option: string, plans: readonly StepNames[]): Step {
  let fault = `unknown step "${name}"`;
  let near: string | undefined;
  for (const steps of plans) {
    const found = steps.find(name);
    const step = 'path' in found ? steps.step(found.path) : undefined;
    if (step) return step;
    if ('fault' in found) {
      near ??= found.suggestion;
      if (found.suggestion === undefined && found.fault.includes('can be any of')) fault = found.fault;
    }
  }
  throw new BadChange(`${option}: ${fault}.`, near === undefined ? null : `Did you mean "${near}"?`);
}

export function questionOf({ questions }: Recorded, { number }: { number: number }): RecordedQuestion | undefined {
  return [...questions.values()].find(({ asked }) => asked.data.number === number);
}

function refuseUnfit(change: QuestionChange, plans: readonly StepNames[], recorded: Recorded): void {
  const { which, name, answer, answered, never } = change;
  if (never) return;
  const then = thoseOf(which, recorded);
  const known = 'number' in which ? (then[0]?.asked.data.options ?? []) : optionsAt(which.step, plans);
  if (answer !== undefined && !known.includes(answer)) {
    const near = didYouMean(answer, known);
    const next = near === undefined ? `It can be answered ${known.join(', ')}.` : `Did you mean "${near}"?`;
    throw new BadChange(`--answer ${name}=${answer}: "${answer}" is no answer to it.`, next);
  }
  const exactly = answered !== undefined && 'exactlyMs' in answered;
  if (answer !== undefined && !exactly && !then.some((one) => answeredAfter(one, answered) !== null))
    throw new BadChange(
      `Nobody answered question ${name} in the record.`,
      `Say when they would have: --answered ${name}=5m.`,
    );
  if (answer === undefined && answered && !then.some(({ votes }) => votes.length > 0))
    throw new BadChange(
      `Nobody answered question ${name} in the record.`,
      `Say what they would have answered, and when: --answer ${name}=${known[0] ?? 'approve'} --answered ${name}=5m.`,
    );
  if (!answered || exactly || !('byMs' in answered)) return;
  const early = then.find((one) => (decidedAfter(one) ?? 0) + answered.byMs < 0 && decidedAfter(one) !== null);
  if (early)
    throw new BadChange(
      `Question ${name} was decided ${Math.round((decidedAfter(early) ?? 0) / 1_000)} s after it was asked; it cannot be answered that much earlier.`,
      `Say how long after it was asked instead: --answered ${name}=1m.`,
    );
}

/** One question can be named by its number and by its step: which of two changes is meant, nobody can say. */
function refuseTwice(changes: readonly QuestionChange[], recorded: Recorded): void {
  for (const [i, one] of changes.entries())
    for (const other of changes.slice(i + 1)) {
      const [left, right] = [placesOf(one.which, recorded), placesOf(other.which, recorded)];
      if (left.some((place) => right.includes(place)))
        throw new BadChange(
          `"${one.name}" and "${other.name}" name the same question.`,
          `Name it in one way: --answer ${one.name}=… --answered ${one.name}=5m.`,
        );
    }
}

function placesOf(which: Which, recorded: Recorded): string[] {
  const then = thoseOf(which, recorded).map(({ asked }) => `question ${asked.data.number}`);
  return 'step' in which ? [`step ${which.step}`, ...then] : then;
}

const thoseOf = (which: Which, recorded: Recorded): RecordedQuestion[] =>
  [...recorded.questions.values()].filter(({ asked: { data } }) =>
    'number' in which ? data.number === which.number : data.kind !== 'failure' && planPath(data.path) === which.step,
  );

function optionsAt(path: string, plans: readonly StepNames[]): string[] {
  for (const steps of plans) {
    const step = steps.step(path);
    if (step?.kind === 'ask') return answersTo(step);
  }
  return [];
}
