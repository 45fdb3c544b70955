import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Question, refuseVote, tally, type Vote } from '../../src/incident/decision.ts';
import { allAnswers, type FormField, formProblems, readField } from '../../src/incident/form.ts';
import type { Json } from '../../src/incident/json.ts';

const field = (type: FormField['type'], more: Partial<FormField> = {}): FormField => ({
  id: 'x',
  label: 'X',
  type,
  required: true,
  ...more,
});
const choices = [
  { value: 'eu', label: 'Europe' },
  { value: 'us', label: 'America' },
];
const problem = (one: FormField, value: Json) => formProblems([one], value === null ? {} : { x: value }).get('x');

describe('a form is refused, with what to write instead,', () => {
  it.each<[string, FormField, Json, string]>([
    ['when a field that is needed is empty', field('text'), null, 'This is needed.'],
    ['when a text is blank', field('text'), '  ', 'This is empty.'],
    ['when a text is far too long', field('text'), 'x'.repeat(501), 'This is longer than 500 characters.'],
    ['when a number is a word', field('number'), 'many', 'This must be a number.'],
    ['when yes or no is neither', field('yes-no'), 'perhaps', 'Answer yes or no.'],
    ['when a choice is not offered', field('choice', { choices }), 'asia', 'Choose one of: eu, us.'],
    [
      'when a moment has no zone',
      field('date-time'),
      '2026-11-19T03:22',
      'This must be a moment such as 2026-11-19T03:22Z.',
    ],
    [
      'when a moment never was',
      field('date-time'),
      '2026-13-41T03:22Z',
      'This must be a moment such as 2026-11-19T03:22Z.',
    ],
  ])('%s', (_, one, value, expected) => expect(problem(one, value)).toBe(expected));

  it('when it answers a field that is not there', () =>
    expect(formProblems([], { y: 1 }).get('y')).toBe('The form has no such field.'));
});

describe('what people type', () => {
  it.each<[FormField['type'], string, Json]>([
    ['number', ' 42.5 ', 42.5],
    ['number', 'many', 'many'],
    ['yes-no', 'Yes', true],
    ['yes-no', 'false', false],
    ['date-time', '2026-11-19T03:22', '2026-11-19T03:22Z'],
    ['text', ' as it stands ', 'as it stands'],
    ['text', '   ', null],
  ])('into a field of type %s: "%s"', (type, typed, value) => expect(readField(field(type), typed)).toBe(value));

  it('a choice is taken as its author wrote it, blanks at its ends too', () => {
    const spaced = field('choice', { choices: [{ value: ' eu\t', label: 'Europe' }] });
    expect(readField(spaced, ' eu\t')).toBe(' eu\t');
  });

  it('is never an exception, whatever it is', () =>
    fc.assert(
      fc.property(
        fc.constantFrom<FormField['type']>('text', 'long-text', 'number', 'yes-no', 'choice', 'date-time'),
        fc.string(),
        (type, typed) => {
          const value = readField(field(type, { choices }), typed);
          formProblems([field(type, { choices })], value === null ? {} : { x: value });
        },
      ),
    ));
});

it('what was left empty is null to later steps', () =>
  expect(allAnswers([field('text'), field('number', { id: 'y' })], { x: 'a' })).toEqual({ x: 'a', y: null }));

const question: Question = {
  number: 1,
  kind: 'choice',
  path: 'way-back',
  question: 'How do we bring it back?',
  options: ['rollback', 'retrain'],
  labels: { rollback: 'Go back', retrain: 'Keep it down' },
  by: [{ role: 'ml', count: 2 }],
  excluded: [],
  askedAt: 0,
  until: 600,
  remindAt: [],
  otherwise: 'retrain',
  acts: [],
};
const vote = (person: string, answer: string, more: Partial<Vote> = {}): Vote => ({
  incident: 'INC-2026-0147',
  question: 1,
  path: 'way-back',
  planHash: '',
  person,
  roles: ['ml'],
  answer,
  at: 10,
  expires: 600,
  surface: 'console',
  key: 'k',
  signature: '',
  ...more,
});

describe('a question with options of its own', () => {
  const outcome = (...votes: Vote[]) => tally(question, votes, false).outcome;

  it('is decided by the option that fills every seat', () => {
    expect(outcome(vote('ana', 'rollback'))).toBeNull();
    expect(outcome(vote('ana', 'rollback'), vote('ben', 'retrain'))).toBeNull();
    expect(outcome(vote('ana', 'rollback'), vote('ben', 'rollback'))).toBe('rollback');
  });
  it('counts a change of mind, not both', () =>
    expect(outcome(vote('ana', 'rollback'), vote('ben', 'retrain'), vote('ana', 'retrain'))).toBe('retrain'));
  it('shows who agrees on the option that is furthest', () =>
    expect(tally(question, [vote('ana', 'retrain')], false).approvals).toEqual([
      { role: 'ml', needed: 2, have: ['ana'] },
    ]));
  it('needs no reason, and takes no deny', () => {
    expect(refuseVote(question, vote('ana', 'rollback'), 10, false)).toBeNull();
    expect(refuseVote(question, vote('ana', 'deny'), 10, false)?.code).toBe('unknown-answer');
  });
});

describe('a question with a form', () => {
  const approval: Question = {
    ...question,
    kind: 'approval',
    options: ['approve', 'deny'],
    form: [field('number')],
    otherwise: 'deny',
  };

  it('is not approved without it', () => {
    expect(refuseVote(approval, vote('ana', 'approve'), 10, false)).toEqual({
      code: 'outputs',
      message: 'x: This is needed.',
    });
    expect(refuseVote(approval, vote('ana', 'approve', { outputs: { x: 3 } }), 10, false)).toBeNull();
  });
  it('is denied without it', () =>
    expect(refuseVote(approval, vote('ana', 'deny', { reason: 'no' }), 10, false)).toBeNull());
});
