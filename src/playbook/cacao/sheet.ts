import type { Json, JsonObject } from '../../incident/json.ts';
import type { StepSource } from '../step-source.ts';
import type { Library } from '../unit.ts';
import { namesTemplate } from '../wording.ts';
import type { Key } from '../yaml.ts';
import { cacaoId, STEP_EXTENSION } from './ids.ts';

/** The CACAO document while it is drawn. */
export type Sheet = {
  playbook: string;
  library: Library;
  workflow: Map<string, JsonObject>;
  agents: Map<string, JsonObject>;
  variables: Map<string, JsonObject>;
};

/** Where a step leads: to the step after it, to what follows its block, and where somebody looks after its failure. */
export type Ways = { next: string; end: string; failed: string | null };

/** The name by which all parts of one step are found again, whatever stands around it. */
export const keyOf = (step: StepSource, path: readonly Key[]): string =>
  step.id === undefined ? `at ${path.join('/')}` : step.id;

export const partId = (sheet: Sheet, type: string, key: string, part = ''): string =>
  cacaoId(type, 'step', sheet.playbook, key, part);

/** People who hold a role are a group to CACAO. */
export function agentFor(sheet: Sheet, role: string): string {
  const id = cacaoId('group', 'role', role);
  sheet.agents.set(id, { type: 'group', name: role });
  return id;
}

const VARIABLE_CHARS_MAX = 190;

/** Declares a variable and returns its name, `__answer_contain__`. */
export function declare(sheet: Sheet, words: readonly string[], type: string, description: string): string {
  const stem = words.join('_').replace(/[^a-zA-Z0-9_-]/g, '_');
  const short = stem.length > VARIABLE_CHARS_MAX ? cacaoId('v', ...words).replace('v--', 'v_') : stem;
  const name = `__${short}__`;
  sheet.variables.set(name, { type, description, constant: false, external: false });
  return name;
}

type Manual = { name: string; command: string; role: string; activity?: string; outArgs?: string[] };

/** A task for people: what every engine of CACAO can do with a step of Tocsin's. */
export const manual = (sheet: Sheet, { name, command, role, activity, outArgs = [] }: Manual): JsonObject => ({
  type: 'action',
  name,
  commands: [{ type: 'manual', command, ...(activity !== undefined && { playbook_activity: activity }) }],
  agent: agentFor(sheet, role),
  ...(outArgs.length > 0 && { out_args: outArgs }),
});

/** A question to people whose answer is looked at by an if-condition: expressions of Tocsin mean nothing to other engines. */
export function branch(
  sheet: Sheet,
  key: string,
  part: string,
  { name, command, role }: Pick<Manual, 'name' | 'command' | 'role'>,
  { yes, no }: { yes: string; no: string },
): { id: string; step: JsonObject } {
  const variable = declare(sheet, [part, key], 'bool', `${name} "true" or "false".`);
  const condition = partId(sheet, 'if-condition', key, part);
  sheet.workflow.set(condition, {
    type: 'if-condition',
    name,
    condition: `${variable}:value = 'true'`,
    on_true: yes,
    on_false: no,
  });
  const id = partId(sheet, 'action', key, part);
  const command_ = `${command}\nAnswer "true" or "false" in ${variable}.`;
  const step = {
    ...manual(sheet, { name, command: command_, role, outArgs: [variable] }),
    on_success: condition,
    on_failure: no,
  };
  sheet.workflow.set(id, step);
  return { id, step };
}

/** The text that people read, with that of the template it names. */
export function wording(sheet: Sheet, written: string): string {
  if (!namesTemplate(written)) return written;
  const name = written.endsWith('.md') ? written : `${written}.md`;
  return Object.hasOwn(sheet.library.templates, name) ? (sheet.library.templates[name]?.text ?? written) : written;
}

export type Blocks = { at: Key[]; steps: string[] }[];

/** What a step says in the language of Tocsin, without the steps inside it. */
export function extend(step: JsonObject, source: StepSource, blocks: Blocks): JsonObject {
  const said = structuredCopy(source as unknown as Json) as JsonObject;
  for (const { at } of blocks) {
    let holder = said;
    for (const key of at.slice(0, -1)) holder = holder[key] as JsonObject;
    delete holder[at.at(-1) as Key];
  }
  return {
    ...step,
    step_extensions: { [STEP_EXTENSION]: { step: said, ...(blocks.length > 0 && { blocks: blocks as Json }) } },
  };
}

/** A copy that nobody else holds. */
function structuredCopy(value: Json): Json {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCopy(item)]));
}
