import type { Checkboxes, ModalView } from '@slack/types';
import { z } from 'zod';
import { type FieldErrors, type HotWashAnswers, type Modals, VIEWS, type ViewValues } from '../contract.ts';
import { context, section } from './blocks.ts';
import { markFirst } from './facts.ts';
import { input, option, textInput, typedIn } from './filled.ts';
import { modal } from './modal.ts';

/** The questions of a hot wash, all in one form; each may be left out. */
const ELSE = 'else';
const UNNAMED = 'unnamed';
const QUESTIONS_MAX = 30;
const LENGTH_MAX = 3_000;

const blockOf = (question: number): string => `question-${question}`;

export const hotWashModal = ({
  story,
  context: where,
  questions,
  error,
}: Parameters<Modals['hotWash']>[0]): ModalView =>
  modal({
    callback: VIEWS.hotWash,
    context: where,
    title: 'EXERCISE: hot wash',
    submit: 'Answer',
    error,
    blocks: [
      ...markFirst(story),
      context(story.view.id),
      section('Say what you think before you read the others. Leave out what you have nothing to say about.'),
      ...questions
        .slice(0, QUESTIONS_MAX)
        .map((question, i) =>
          input({ block: blockOf(i + 1), label: question, required: false }, textInput(LENGTH_MAX, { long: true })),
        ),
      input(
        { block: ELSE, label: 'What else should be said?', required: false },
        textInput(LENGTH_MAX, { long: true }),
      ),
      input(
        {
          block: UNNAMED,
          label: 'Your name',
          required: false,
          hint: 'Nothing that Tocsin keeps or sends on says whose it is. That somebody answered, and when, can be seen; Slack itself carries what you type.',
        },
        unnamed,
      ),
    ],
  });

const unnamed: Checkboxes = {
  type: 'checkboxes',
  options: [option({ value: 'unnamed', label: 'Without my name' })],
};

const Ticked = z.object({ value: z.object({ selected_options: z.array(z.object({ value: z.string() })) }) });

export function readHotWash(values: ViewValues): HotWashAnswers | FieldErrors {
  const numbered = Object.keys(values).flatMap((block) => {
    const number = /^question-(\d{1,3})$/.exec(block)?.[1];
    return number === undefined ? [] : [{ block, question: Number(number) }];
  });
  const answers = [...numbered.sort((a, b) => a.question - b.question), { block: ELSE, question: null }]
    .map(({ block, question }) => ({ question, text: typedIn(values, block) }))
    .filter(({ text }) => text !== '');
  if (answers.length === 0) return { errors: { [ELSE]: 'Answer at least one of them, or close this.' } };
  const ticked = Ticked.safeParse(values[UNNAMED]);
  return { answers, anonymous: ticked.success && ticked.data.value.selected_options.length > 0 };
}
