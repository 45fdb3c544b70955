import { z } from 'zod';
import { Name } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import { moment } from './moment.ts';

/** One blank of a form that belongs to a question. */
export const FormField = z.strictObject({
  id: Name,
  label: z.string().min(1).max(200),
  type: z.enum(['text', 'long-text', 'number', 'yes-no', 'choice', 'date-time']),
  required: z.boolean(),
  hint: z.string().max(200).optional(),
  /** For `choice`: what can be chosen, in order. */
  choices: z.array(z.strictObject({ value: z.string().min(1).max(150), label: z.string().min(1).max(75) })).optional(),
});
export type FormField = z.infer<typeof FormField>;

const LENGTH_MAX: Record<'text' | 'long-text', number> = { text: 500, 'long-text': 3_000 };

/** What is wrong with the answers to a form, by field id; empty when they can be taken. */
export function formProblems(form: readonly FormField[], answers: JsonObject): Map<string, string> {
  const problems = new Map<string, string>();
  for (const field of form) {
    const value = answers[field.id] ?? null;
    if (value !== null) {
      const problem = fieldProblem(field, value);
      if (problem !== null) problems.set(field.id, problem);
    } else if (field.required) problems.set(field.id, 'This is needed.');
  }
  for (const id of Object.keys(answers))
    if (!form.some((field) => field.id === id)) problems.set(id, 'The form has no such field.');
  return problems;
}

function fieldProblem(field: FormField, value: Json): string | null {
  switch (field.type) {
    case 'text':
    case 'long-text': {
      const max = LENGTH_MAX[field.type];
      if (typeof value !== 'string') return 'This must be a text.';
      if (value.trim() === '') return 'This is empty.';
      return value.length > max ? `This is longer than ${max} characters.` : null;
    }
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? null : 'This must be a number.';
    case 'yes-no':
      return typeof value === 'boolean' ? null : 'Answer yes or no.';
    case 'choice': {
      const known = (field.choices ?? []).map((choice) => choice.value);
      return typeof value === 'string' && known.includes(value) ? null : `Choose one of: ${known.join(', ')}.`;
    }
    case 'date-time':
      return typeof value === 'string' && moment(value) !== null
        ? null
        : 'This must be a moment such as 2026-11-19T03:22Z.';
    default:
      return field.type satisfies never;
  }
}

/** The answer that somebody typed into a field, in the field's type; as it stands where it does not fit. Empty: null. */
export function readField(field: FormField, typed: string): Json {
  // A choice is what its author wrote, blanks at its ends too.
  if (field.choices?.some(({ value }) => value === typed)) return typed;
  const words = typed.trim();
  if (words === '') return null;
  switch (field.type) {
    case 'number':
      return Number.isNaN(Number(words)) ? words : Number(words);
    case 'yes-no':
      return /^(yes|true)$/i.test(words) ? true : /^(no|false)$/i.test(words) ? false : words;
    case 'date-time':
      // Browsers leave the zone out; times here are UTC.
      return /T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(words) ? `${words}Z` : words;
    case 'text':
    case 'long-text':
    case 'choice':
      return words;
    default:
      return field.type satisfies never;
  }
}

/** Every field of the form, with null for what was left empty: what later steps may read. */
export const allAnswers = (form: readonly FormField[], answers: JsonObject | null): JsonObject =>
  Object.fromEntries(form.map((field) => [field.id, answers?.[field.id] ?? null]));
