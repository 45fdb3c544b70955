import { type FormField, readField } from '../../incident/form.ts';
import type { JsonObject } from '../../incident/json.ts';

/** The name of a question's field in a form that is posted. */
export const answerField = (id: string): string => `form.${id}`;

/** What was typed into the form of a question, in the types of its fields; what was left empty is left out. */
export function readAnswers(form: readonly FormField[], typed: ReadonlyMap<string, string>): JsonObject {
  const answers: JsonObject = {};
  for (const field of form) {
    const value = readField(field, typed.get(answerField(field.id)) ?? '');
    if (value !== null) answers[field.id] = value;
  }
  return answers;
}
