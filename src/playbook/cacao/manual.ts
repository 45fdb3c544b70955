import type { Json, JsonObject } from '../../incident/json.ts';
import type { AskSource, FieldSource } from '../step-source.ts';
import { child, isObject, own, text } from './json.ts';
import { clip, durationText, literal, slug } from './names.ts';
import type { NormalStep } from './normal.ts';

/** Who does by hand what the document wanted an engine to do. */
const BY: AskSource['by'] = [{ role: 'incident-commander' }];
const WITHIN = '24h';
const DETAILS_CHARS_MAX = 9_000;
const FIELDS_MAX = 10;

/** A question to people: text of a stranger, never read as a template or an expression. */
export function question(
  id: string,
  { title, ask, details, step }: { title: string; ask: string; details: string; step: JsonObject },
): AskSource {
  const timeout = own(step, 'timeout');
  return {
    id,
    title: clip(title, 200),
    ask: literal(clip(ask, 2_000)),
    ...(details !== '' && { details: literal(clip(details, DETAILS_CHARS_MAX)) }),
    by: BY,
    within: typeof timeout === 'number' && timeout > 0 ? durationText(timeout) : WITHIN,
  };
}

/** What somebody who does the step by hand must know: all that the document says of it. */
export function originalOf({ object, kind, id }: NormalStep, document: JsonObject): string {
  const description = text(object, 'description');
  const commands = own(object, 'commands');
  const shown = Array.isArray(commands) ? commands.map(commandText) : [];
  const agents = [own(object, 'agent')].flatMap((one) => nameOf(one, document, 'agent_definitions'));
  const targets = [own(object, 'targets') ?? []].flat().flatMap((one) => nameOf(one, document, 'target_definitions'));
  const rest = Object.entries(object).filter(([key]) => !SHOWN.includes(key));
  const all = [
    description,
    ...shown,
    kind === 'playbook-action'
      ? `Run the playbook ${text(object, 'playbook_id') ?? 'that is named in the original'}.`
      : null,
    agents.length > 0 ? `Carried out by: ${agents.join(', ')}` : null,
    targets.length > 0 ? `On: ${targets.join(', ')}` : null,
    ...rest.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
    `Original step: ${id}`,
  ].filter((line) => line !== null);
  return [...all, ...variables(all.join('\n'), object, document)].join('\n');
}

const SHOWN = [
  'type',
  'name',
  'description',
  'commands',
  'agent',
  'targets',
  'playbook_id',
  'on_completion',
  'on_success',
  'on_failure',
  'on_true',
  'on_false',
  'next_step',
  'next',
  'next_steps',
  'on_complete',
  'on_error',
  'cases',
  'conditions',
  'branches',
  'outcomes',
  'condition',
  'switch',
  'timeout',
  'delay',
  'step_variables',
  'step_extensions',
  'out_args',
  'id',
  'step_id',
];

function commandText(command: Json): string {
  if (!isObject(command)) return `Command: ${JSON.stringify(command)}`;
  const { type, command: said, ...rest } = command;
  const more = Object.entries(rest).map(
    ([key, value]) => `  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const kind = typeof type === 'string' ? type : 'unknown kind';
  return [`Command (${kind}): ${typeof said === 'string' ? said : JSON.stringify(said ?? null)}`, ...more].join('\n');
}

function nameOf(reference: Json | undefined, document: JsonObject, kind: string): string[] {
  if (typeof reference !== 'string') return [];
  const known = child(child(document, kind) ?? {}, reference);
  return [known === null ? reference : (text(known, 'name') ?? reference)];
}

/** The variables that the text names, with what is known of them. */
function variables(shown: string, step: JsonObject, document: JsonObject): string[] {
  const known = { ...child(document, 'playbook_variables'), ...child(step, 'step_variables') };
  return Object.entries(known).flatMap(([name, variable]) => {
    if (!isObject(variable) || !shown.includes(name)) return [];
    const value = own(variable, 'value');
    const meaning = text(variable, 'description');
    const said =
      value === undefined || value === null
        ? 'no value is given'
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
    return [`${name} = ${said}${meaning === null ? '' : ` (${meaning})`}`];
  });
}

const TYPES: Record<string, NonNullable<FieldSource['type']>> = {
  bool: 'yes-no',
  boolean: 'yes-no',
  integer: 'number',
  long: 'number',
  float: 'number',
};

/** The out-arguments of a step are what somebody fills in who has done it. */
export function formOf({ object }: NormalStep, document: JsonObject): Pick<AskSource, 'form'> {
  const names = own(object, 'out_args');
  if (!Array.isArray(names)) return {};
  const known = { ...child(document, 'playbook_variables'), ...child(object, 'step_variables') };
  const fields: Record<string, FieldSource> = {};
  for (const name of names.slice(0, FIELDS_MAX)) {
    if (typeof name !== 'string') continue;
    const variable = child(known, name) ?? {};
    const hint = text(variable, 'description');
    fields[slug(name, 'value')] = {
      label: clip(name, 200),
      type: TYPES[text(variable, 'type') ?? ''] ?? 'text',
      required: false,
      ...(hint !== null && { hint: clip(hint, 150) }),
    };
  }
  return Object.keys(fields).length > 0 ? { form: fields } : {};
}
