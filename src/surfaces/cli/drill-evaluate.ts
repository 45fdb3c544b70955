import { type Command, Option } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { minutesWords } from '../../simulator/exchange/msel.ts';
import type { HotWash } from '../drills/evaluation.ts';
import { type Guide, KINDS, type Opinion, RATING_LETTERS, RATINGS, STANDINGS, VERDICTS } from '../model/evaluation.ts';
import { type Cli, drillArgument, drillPath, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint } from './print.ts';

const DRILL = ['<drill>', 'EX-2026-0003, or 3'] as const;
type Evaluation = Guide & { open: boolean };

/** What people think of a drill: evaluators on their guide, and everybody in the hot wash. */
export function evaluateCommands(drill: Command, cli: Cli): void {
  drill
    .command('evaluate')
    .argument(...DRILL)
    .description(
      'print the evaluation guide: what is looked for, what the machine found, what you wrote (staff; everybody after ENDEX)',
    )
    .addHelpText('after', examples('tocsin drill evaluate 3'))
    .action(async (given: string, _: unknown, command: Command) => {
      const id = drillArgument(cli.io, given);
      const found = await cli.client().get<Evaluation>(drillPath(id, '/evaluation'));
      cli.show(command, found, () => guideText(cli, id, found));
    });
  observeCommand(drill, cli);
  hotWashCommand(drill, cli);
}

type Observe = {
  objective?: string;
  task?: string;
  expectation?: string;
  rating?: string;
  verdict?: string;
  kind: string;
  about?: string;
};

function observeCommand(drill: Command, cli: Cli): void {
  drill
    .command('observe')
    .argument(...DRILL)
    .argument('<text>', 'what you saw; roles in place of names')
    .option('--objective <objective>', 'what it is about: see tocsin drill evaluate')
    .option('--task <task>', 'a critical task of the objective')
    .option('--expectation <expectation>', 'what is looked for; with --verdict')
    .addOption(
      new Option('--rating <letter>', 'performed without, with some, with major challenges, or unable').choices(
        RATING_LETTERS,
      ),
    )
    .addOption(new Option('--verdict <verdict>', 'how the expectation stands').choices(Object.keys(VERDICTS)))
    .addOption(new Option('--kind <kind>', 'what it is').choices(Object.keys(KINDS)).default('observation'))
    .option('--about <events>', 'numbers of the events that it rests on, such as 12,14')
    .description(
      'write down what you saw and how you rate it; the last about the same thing counts (evaluators, facilitators)',
    )
    .addHelpText(
      'after',
      examples(
        'tocsin drill observe 3 --objective contain --rating S "Cut, but nobody asked what waits" --about 12,14',
        'tocsin drill observe 3 --expectation asked-for-number --verdict met-late "After twenty minutes"',
      ),
    )
    .action(async (given: string, text: string, options: Observe, command: Command) => {
      const id = drillArgument(cli.io, given);
      const { task = null, expectation = null, rating = null, verdict = null, kind } = options;
      const objective = options.objective ?? (await objectiveOf(cli, id, expectation));
      const about = eventsArgument(options.about);
      const said = { type: 'observe', objective, task, expectation, kind, rating, verdict, text, about };
      const accepted = await cli.client().post<object>(drillPath(id, '/commands'), said);
      cli.show(command, accepted, () => 'Written down.');
    });
}

/** Of an expectation whose objective need not be said. */
async function objectiveOf(cli: Cli, id: string, expectation: string | null): Promise<string> {
  const { objectives } = await cli.client().get<Evaluation>(drillPath(id, '/evaluation'));
  const found = objectives.find(({ expectations }) => expectations.some((one) => one.id === expectation));
  if (found) return found.id;
  throw new CliError(
    EXIT.usage,
    expectation === null ? 'Say what it is about: --objective.' : `There is no expectation "${expectation}".`,
    `There are the objectives ${objectives.map((one) => one.id).join(', ')}: tocsin drill evaluate ${id}.`,
  );
}

function eventsArgument(text: string | undefined): number[] {
  const numbers = (text ?? '').split(/[\s,#]+/).filter((word) => word !== '');
  const strange = numbers.find((word) => !/^[1-9]\d{0,8}$/.test(word));
  if (strange !== undefined)
    throw new CliError(EXIT.usage, `"${strange}" is no number of an event.`, 'Write them as --about 12,14.');
  return numbers.map(Number);
}

function guideText(cli: Cli, id: string, { objectives, over }: Evaluation): string {
  const { bold, dim } = paint(cli.io);
  const said = (opinions: readonly Opinion[], disagreement: boolean, indent: string) => [
    ...opinions.map((one) => `${indent}${opinionText(one)}`),
    ...(disagreement ? [`${indent}They differ.`] : []),
  ];
  const lines = objectives.flatMap((objective) => [
    '',
    bold(`${objective.id}: ${plainText(objective.title)}`),
    dim(`  ${plainText(objective.capability)}`),
    ...(objective.machine ? [`  The machine: ${objective.machine.rating}. ${plainText(objective.machine.why)}`] : []),
    ...said(objective.opinions, objective.disagreement, '  '),
    ...objective.tasks.flatMap((task) => [
      `  task ${task.id}: ${plainText(task.title)}`,
      ...said(task.opinions, task.disagreement, '    '),
    ]),
    ...objective.expectations.flatMap((one) => [
      `  ${one.judged === null ? 'expected' : 'you judge'} ${one.id}: ${plainText(one.title)}${limits(one)}`,
      ...(one.judged === null ? [] : [`    ${plainText(one.judged)}`]),
      ...(one.machine
        ? [`    The machine: ${STANDINGS[one.machine.standing]}${over ? '' : ' so far'}. ${plainText(one.machine.why)}`]
        : []),
      ...said(one.opinions, one.disagreement, '    '),
    ]),
  ]);
  return [
    bold(`${id}  EXERCISE: evaluation guide`),
    ...RATING_LETTERS.map((letter) => `  ${letter}  ${RATINGS[letter].title}`),
    ...(over ? [] : ['Until ENDEX you see what you wrote yourself.']),
    ...lines,
  ].join('\n');
}

const limits = ({ never, withinMs }: Guide['objectives'][number]['expectations'][number]): string =>
  `${never ? ' (must not happen)' : ''}${withinMs === null ? '' : ` (within ${minutesWords(withinMs)})`}`;

function opinionText({ person, rating, verdict, kind, text, about }: Opinion): string {
  const judged = [rating, verdict && VERDICTS[verdict]].filter((one) => one !== null).join(', ');
  const rests = about.length === 0 ? '' : ` (event ${about.join(', ')})`;
  return plainText(`${person}, ${KINDS[kind]}${judged ? `, ${judged}` : ''}: ${text}${rests}`);
}

type HotWashOptions = { question?: string; anonymous?: boolean };

function hotWashCommand(drill: Command, cli: Cli): void {
  drill
    .command('hot-wash')
    .argument(...DRILL)
    .argument('[text]', 'what you say; without it the questions and what was said are printed')
    .option('--question <number>', 'which question you answer; what else should be said, if absent')
    .option('--anonymous', 'without your name: nothing that is kept or sent says that it was you')
    .description('after ENDEX: answer what the drill asks, and read what others said (everybody who takes part)')
    .addHelpText(
      'after',
      examples(
        'tocsin drill hot-wash 3',
        'tocsin drill hot-wash 3 --question 2 "I would have needed the number"',
        'tocsin drill hot-wash 3 "Next time with legal in the room" --anonymous',
      ),
    )
    .action(async (given: string, text: string | undefined, options: HotWashOptions, command: Command) => {
      const id = drillArgument(cli.io, given);
      if (text === undefined) {
        const found = await cli.client().get<HotWash>(drillPath(id, '/hot-wash'));
        return cli.show(command, found, () => hotWashText(cli, id, found));
      }
      const question = options.question === undefined ? null : questionArgument(options.question);
      const said = { question, text, anonymous: options.anonymous === true };
      const accepted = await cli.client().post<object>(drillPath(id, '/hot-wash'), said);
      cli.show(command, accepted, () => (said.anonymous ? 'Added, without your name.' : 'Added.'));
    });
}

function questionArgument(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new CliError(EXIT.usage, `"${text}" is no number of a question.`, 'See them: tocsin drill hot-wash 3.');
}

function hotWashText(cli: Cli, id: string, { open, questions, answers }: HotWash): string {
  const { bold } = paint(cli.io);
  const said = (number: number | null) =>
    answers
      .filter(({ question }) => question === number)
      .map(({ person, text }) => plainText(`  ${person ?? 'without a name'}: ${text}`));
  return [
    bold(`${id}  EXERCISE: hot wash`),
    ...questions.flatMap((question, i) => [`${i + 1}. ${plainText(question)}`, ...said(i + 1)]),
    'What else should be said?',
    ...said(null),
    ...(open ? [] : ['It is closed: nothing more is taken.']),
  ].join('\n');
}
