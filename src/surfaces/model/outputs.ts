import { z } from 'zod';
import { contractOf } from '../../capabilities/contracts.ts';
import type { Question } from '../../incident/decision.ts';
import { Json, type JsonObject } from '../../incident/json.ts';
import { moment } from '../../incident/moment.ts';
import type { Plan } from '../../playbook/plan.ts';
import { stepAt } from './describe.ts';

/** The outputs that a person may give when a step is skipped or taken over: one field each, all or none. */
export type OutputField = { name: string; hint: string };
export type ParsedOutputs = { outputs: JsonObject | undefined; errors: ReadonlyMap<string, string> };

const fieldName = (name: string): string => `output.${name}`;

export function outputFields(question: Question, plan: Plan | null): OutputField[] {
  return (question.failure?.outputs ?? []).map((name) => ({ name, hint: hintOf(schemaOf(question, plan, name)) }));
}

/** Since when the clock of a duty is to run. */
const MOMENT = z.string().refine((text) => moment(text) !== null);

function schemaOf(question: Question, plan: Plan | null, name: string) {
  const step = stepAt(plan, question.path);
  if (step?.kind === 'oblige') return MOMENT;
  return step?.kind === 'do' ? contractOf(step.use.capability)?.output.shape[name] : undefined;
}

function hintOf(schema: ReturnType<typeof schemaOf>): string {
  if (schema === undefined) return 'Text, or JSON.';
  if (schema === MOMENT) return 'A moment such as 2026-11-22T08:30Z. Left empty: since the incident was opened.';
  if (schema.safeParse(true).success) return 'true or false.';
  if (schema.safeParse(1).success) return 'A number.';
  if (schema.safeParse([]).success) return 'A list, as JSON: ["one", "two"].';
  return 'Text.';
}

/** Reads the form. Text is tried as it stands first, then as JSON, so that `42` can be a number and `v42` a name. */
export function parseOutputs(question: Question, plan: Plan | null, form: ReadonlyMap<string, string>): ParsedOutputs {
  const names = question.failure?.outputs ?? [];
  const given = names.filter((name) => (form.get(fieldName(name)) ?? '').trim() !== '');
  const errors = new Map<string, string>();
  if (given.length === 0) return { outputs: undefined, errors };
  const outputs: JsonObject = {};
  for (const name of names) {
    const raw = (form.get(fieldName(name)) ?? '').trim();
    if (raw === '') errors.set(name, 'Give all outputs or none.');
    else {
      const value = readAs(raw, schemaOf(question, plan, name));
      if (value === undefined) errors.set(name, `This does not fit. ${hintOf(schemaOf(question, plan, name))}`);
      else outputs[name] = value;
    }
  }
  return { outputs, errors };
}

function readAs(raw: string, schema: ReturnType<typeof schemaOf>): Json | undefined {
  const candidates: Json[] = [raw];
  try {
    candidates.push(Json.parse(JSON.parse(raw)));
  } catch {
    // Not JSON: then it can only be text.
  }
  if (schema === undefined) return candidates.at(-1);
  return candidates.find((candidate) => schema.safeParse(candidate).success);
}
