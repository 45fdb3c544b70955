import type { KnownBlock, ModalView } from '@slack/types';
import { hasForm, needsReason, type Question, roleInWords, tally, type Vote } from '../../../incident/decision.ts';
import { type FormField, formProblems } from '../../../incident/form.ts';
import type { JsonObject } from '../../../incident/json.ts';
import { answerField, readAnswers } from '../../model/answers.ts';
import { answerTitle, consequence, listed, sentenceCase } from '../../model/describe.ts';
import { outputFields, parseOutputs } from '../../model/outputs.ts';
import { planFor } from '../../model/plans.ts';
import { type Looker, standingOf } from '../../model/standing.ts';
import { type FieldErrors, type Modals, type Story, VIEWS, type ViewValues } from '../contract.ts';
import { context, type Fact, facts, section } from './blocks.ts';
import { decisionUrl, questionBlocks } from './decision.ts';
import { actFacts, due, lead } from './facts.ts';
import { input, option, select, textInput, typedIn } from './filled.ts';
import { modal } from './modal.ts';
import { link, md } from './text.ts';

/** One modal for every answer that is not one tap: what it means, and what must be said with it. */
type Asked = Parameters<Modals['answer']>[0];

const REASON = 'reason';
const REASON_LENGTH_MAX = 2_000;
/** A step leaves a handful; more than this is filled in on the console. */
const OUTPUTS_MAX = 40;

export function answerModal(asked: Asked): ModalView {
  const { story, decision, answer } = asked;
  const { question } = decision;
  const word = answerTitle(answer, question);
  return modal({
    callback: VIEWS.answer,
    context: asked.context,
    title: `${word}?`,
    submit: question.kind === 'approval' ? `Confirm: ${word.toLowerCase()}` : 'Confirm',
    error: asked.error,
    blocks: [
      lead(story.view, `decision ${question.number}`),
      ...questionBlocks(question),
      section(whatFollows(asked)),
      ...facts(answerFacts(asked)),
      ...blanks(story, question, answer),
      context(
        md`Your answer goes on the timeline beside your name. ${link(decisionUrl(story, question), 'Open in the console')}`,
      ),
    ],
  });
}

/** For approve, when it starts; for the rest, what the answer leads to. */
function whatFollows({ story, decision, answer, me }: Asked): string {
  const { question } = decision;
  if (answer !== 'approve') return `${sentenceCase(consequence(question, answer, planFor(story, question.path)))}.`;
  const it = question.acts.length > 0 ? 'It starts' : 'The plan goes on';
  if (me === undefined) return `${it} as soon as everybody who must approve has.`;
  const after = tallyWith(decision, me);
  if (after.outcome === 'approve') return `${it} as soon as you confirm.`;
  const missing = after.approvals.filter((seat) => seat.have.length < seat.needed);
  return `Yours is one voice. ${it} when the ${listed(missing.map((seat) => roleInWords(seat.role)))} approves too.`;
}

/** Only who, as what and which answer count; a vote that is never sent needs no more. */
function tallyWith({ question, votes, escalatedAt }: Asked['decision'], me: Looker) {
  const vote = { person: me.id, roles: [...me.roles], answer: 'approve' } as Vote;
  return tally(question, [...votes, vote], escalatedAt !== undefined);
}

function answerFacts(asked: Asked): Fact[] {
  const { story, decision, answer } = asked;
  const { question } = decision;
  const by: Fact = ['Answer by', due(story, question.until)];
  if (question.kind === 'failure') return [['What went wrong', question.failure?.message ?? ''], by];
  if (question.kind === 'task') return [...youSay(asked), by];
  return answer === 'deny' ? [by] : [...actFacts(question), ...youSay(asked), by];
}

function youSay({ story, decision, answer, me }: Asked): Fact[] {
  const standing = me ? standingOf(decision, me, story.now) : null;
  if (standing?.kind !== 'asked' && standing?.kind !== 'answered') return [];
  return [['You say', `${answerTitle(answer, decision.question)}, as ${roleInWords(standing.role)}`]];
}

function blanks(story: Story, question: Question, answer: string): KnownBlock[] {
  const required = needsReason(question, answer);
  const reason = input(
    { block: REASON, label: 'Reason', required, hint: required ? 'Say why in one line.' : undefined },
    textInput(REASON_LENGTH_MAX, { long: true }),
  );
  const form = hasForm(question, answer) ? (question.form ?? []).map(formInput) : [];
  return [...form, reason, ...outputBlanks(story, question, answer)];
}

function formInput(field: FormField): KnownBlock {
  const blank = { block: answerField(field.id), label: field.label, required: field.required, hint: field.hint };
  switch (field.type) {
    case 'text':
      return input(blank, textInput(500));
    case 'long-text':
      return input(blank, textInput(3_000, { long: true }));
    case 'number':
      return input(blank, { type: 'number_input', is_decimal_allowed: true });
    case 'yes-no':
      return input(blank, { type: 'radio_buttons', options: YES_NO.map(option) });
    case 'choice':
      return input(blank, select(field.choices ?? [], 'Choose'));
    case 'date-time':
      return input(blank, { type: 'datetimepicker' });
    default:
      return field.type satisfies never;
  }
}

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

const suppliesOutputs = (answer: string): boolean => answer === 'skip' || answer === 'take-over';
const outputBlock = (name: string): string => `output.${name}`;

function outputBlanks(story: Story, question: Question, answer: string): KnownBlock[] {
  const fields = suppliesOutputs(answer) ? outputFields(question, planFor(story, question.path)) : [];
  if (fields.length === 0) return [];
  const offered = fields.length <= OUTPUTS_MAX && fields.every(({ name }) => name !== '' && name.length <= 200);
  if (!offered) return [context('To give what the step would have found, answer in the console.')];
  return [
    section('What the step would have found: all or none. Left empty, the later steps that need it will ask people.'),
    ...fields.map(({ name, hint }) =>
      input({ block: outputBlock(name), label: name, required: false, hint }, textInput(3_000)),
    ),
  ];
}

type Read = { reason: string | undefined; outputs: JsonObject | undefined };

export function readAnswer({
  values,
  question,
  answer,
  plan,
}: Parameters<Modals['readAnswer']>[0]): Read | FieldErrors {
  const errors: Record<string, string> = {};
  const reason = typedIn(values, REASON);
  if (reason === '' && needsReason(question, answer)) errors[REASON] = 'Say why in one line; it goes on the timeline.';
  if (reason.length > REASON_LENGTH_MAX) errors[REASON] = 'The reason is longer than 2,000 characters.';
  const found = readOutputs(values, question, answer, plan);
  Object.assign(errors, found.errors);
  return Object.keys(errors).length > 0 ? { errors } : { reason: reason || undefined, outputs: found.outputs };
}

function readOutputs(values: ViewValues, question: Question, answer: string, plan: Story['plan']) {
  if (hasForm(question, answer)) return readForm(values, question.form ?? []);
  if (!suppliesOutputs(answer)) return { outputs: undefined, errors: {} };
  const names = question.failure?.outputs ?? [];
  const typed = new Map(names.map((name) => [outputBlock(name), typedIn(values, outputBlock(name))]));
  const { outputs, errors } = parseOutputs(question, plan, typed);
  return { outputs, errors: Object.fromEntries([...errors].map(([name, words]) => [outputBlock(name), words])) };
}

function readForm(values: ViewValues, form: readonly FormField[]) {
  const typed = new Map(form.map(({ id }) => [answerField(id), typedIn(values, answerField(id))]));
  const outputs = readAnswers(form, typed);
  const problems = formProblems(form, outputs);
  return { outputs, errors: Object.fromEntries([...problems].map(([id, words]) => [answerField(id), words])) };
}
