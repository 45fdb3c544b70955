import type { Json, JsonObject } from '../../incident/json.ts';
import { EXTENSION_DEFINITIONS, type Moments } from './export.ts';
import { cacaoId, isCacaoId, KEPT_EXTENSION, TOCSIN_IDENTITY } from './ids.ts';
import { child, isObject, type JsonPath, own, text } from './json.ts';
import { type NormalStep, normalise } from './normal.ts';
import { type Notes, newNotes } from './notes.ts';

const MOMENT = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z$/;
const STEP = [
  'type',
  'name',
  'description',
  'external_references',
  'delay',
  'timeout',
  'step_variables',
  'owner',
  'step_extensions',
];
const OF_KIND: Record<NormalStep['kind'], string[]> = {
  start: [],
  end: [],
  action: ['commands', 'agent', 'targets', 'in_args', 'out_args'],
  'playbook-action': ['playbook_id', 'playbook_version', 'in_args', 'out_args'],
  parallel: [],
  choice: ['condition', 'switch'],
};
const PLAYBOOK = [
  'type',
  'spec_version',
  'id',
  'name',
  'description',
  'playbook_types',
  'playbook_activities',
  'playbook_processing_summary',
  'created_by',
  'created',
  'modified',
  'revoked',
  'valid_from',
  'valid_until',
  'derived_from',
  'related_to',
  'priority',
  'severity',
  'impact',
  'industry_sectors',
  'labels',
  'external_references',
  'markings',
  'playbook_variables',
  'workflow_start',
  'workflow_exception',
  'workflow',
  'playbook_extensions',
  'authentication_info_definitions',
  'agent_definitions',
  'target_definitions',
  'extension_definitions',
  'data_marking_definitions',
];

/**
 * The document as CACAO 2.0 wants it: ids with UUIDs, the step types there are, the fields that are needed. What has no place in
 * CACAO, and what was changed, is kept in an extension; so are signatures, which hold no more.
 */
export function mend(document: JsonObject, notes: Notes, moments?: Moments): JsonObject {
  const normal = normalise(document, newNotes());
  if (normal === null) throw new Error('only a document that was taken can be mended');
  const name = text(document, 'name') ?? 'Imported playbook';
  const kinds = new Map([...normal.steps.values()].map((step) => [step.id, nativeType(step)]));
  const idOf = (type: string, id: string, path: JsonPath): string => {
    if (isCacaoId(id) && id.startsWith(`${type}--`)) return id;
    const made = cacaoId(type, 'mended', name, id);
    notes.repair(path, 'id', `"${id}" is no id of CACAO; it becomes ${made}`);
    return made;
  };
  const ids = new Map([...normal.steps.values()].map(({ id, path }) => [id, idOf(kinds.get(id) as string, id, path)]));
  const { agents, link, ends } = helpers(name, ids);
  const workflow = Object.fromEntries(
    [...normal.steps.values()].map((step) => [
      ids.get(step.id) as string,
      mendStep(step, kinds.get(step.id) as string, link, agents),
    ]),
  );
  let start = ids.get(normal.start) as string;
  if (normal.steps.get(normal.start)?.kind !== 'start') {
    const made = cacaoId('start', 'mended', name);
    workflow[made] = { type: 'start', name: 'Start', on_completion: start };
    start = made;
  }
  const exception = text(document, 'workflow_exception');
  const known = Object.fromEntries(Object.entries(document).filter(([key]) => PLAYBOOK.includes(key)));
  const kept: JsonObject = Object.fromEntries(Object.entries(document).filter(([key]) => !PLAYBOOK.includes(key)));
  const fix = (key: string, good: boolean, value: string) => {
    if (good) return {};
    const was = own(document, key);
    notes.repair([key], 'field', was === undefined ? `CACAO needs "${key}"` : `"${key}" is not as CACAO wants it`);
    if (was !== undefined) kept[key] = was;
    return { [key]: value };
  };
  const now = moments ?? { created: '1970-01-01T00:00:00.000Z', modified: '1970-01-01T00:00:00.000Z' };
  const id = text(document, 'id');
  const head = {
    ...known,
    ...fix('type', own(document, 'type') === 'playbook', 'playbook'),
    ...fix('spec_version', own(document, 'spec_version') === 'cacao-2.0', 'cacao-2.0'),
    ...fix('id', id !== null && isCacaoId(id), cacaoId('playbook', 'mended', id ?? name)),
    ...fix('name', text(document, 'name') !== null, name),
    ...fix('created_by', isCacaoId(text(document, 'created_by') ?? ''), TOCSIN_IDENTITY),
    ...fix('created', MOMENT.test(text(document, 'created') ?? ''), now.created),
    ...fix('modified', MOMENT.test(text(document, 'modified') ?? ''), now.modified),
  };
  const variables = child(document, 'playbook_variables');
  if (exception !== null && ids.get(exception) !== exception) kept.workflow_exception = exception;
  const begins = own(document, 'workflow_start');
  if (begins !== undefined && begins !== start) kept.workflow_start = begins;
  return {
    ...head,
    ...(variables && { playbook_variables: mendVariables(variables, kept) }),
    workflow_start: start,
    ...(exception !== null && {
      workflow_exception: normal.exception === null ? link(null) : (ids.get(exception) as string),
    }),
    workflow: { ...workflow, ...Object.fromEntries(ends()) },
    ...definitionsOf(document, agents),
    playbook_extensions: { ...child(document, 'playbook_extensions'), [KEPT_EXTENSION]: { kept } },
    extension_definitions: {
      ...child(document, 'extension_definitions'),
      [KEPT_EXTENSION]: EXTENSION_DEFINITIONS[KEPT_EXTENSION] as Json,
    },
  };
}

function helpers(name: string, ids: ReadonlyMap<string, string>) {
  const agents = new Map<string, JsonObject>();
  const ends = new Map<string, JsonObject>();
  /** The new id of the step that is meant; where the original just stops, an end. */
  const link = (to: string | null): string => {
    if (to !== null) return ids.get(to) as string;
    const end = cacaoId('end', 'mended', name);
    ends.set(end, { type: 'end', name: 'End' });
    return end;
  };
  return { agents, link, ends: () => ends };
}

function nativeType(step: NormalStep): string {
  if (step.kind === 'parallel') return step.branches.length > 1 ? 'parallel' : 'action';
  if (step.kind !== 'choice') return step.kind;
  return own(step.object, 'on_true') === undefined && own(step.object, 'on_false') === undefined
    ? 'switch-condition'
    : 'if-condition';
}

function mendStep(
  step: NormalStep,
  type: string,
  link: (to: string | null) => string,
  agents: Map<string, JsonObject>,
): JsonObject {
  const { object } = step;
  const takes = [...STEP, ...OF_KIND[step.kind]];
  const known: JsonObject = {};
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(object))
    (takes.includes(key) && fits(key, value) ? known : kept)[key] = value;
  if (object.type !== undefined && object.type !== type) kept.type = object.type;
  const variables = child(object, 'step_variables');
  if (variables) known.step_variables = mendVariables(variables, kept);
  return {
    ...known,
    type,
    name: step.name,
    ...linksOf(step, type, link),
    ...(type === 'action' && mendAction(step, known, agents)),
    step_extensions: { ...child(object, 'step_extensions'), [KEPT_EXTENSION]: { id: step.id, kept } },
  };
}

const fits = (key: string, value: Json): boolean => {
  if (['commands', 'targets', 'in_args', 'out_args', 'external_references'].includes(key))
    return Array.isArray(value) && value.length > 0;
  if (['name', 'description', 'condition', 'switch', 'agent', 'owner'].includes(key)) return typeof value === 'string';
  if (key === 'delay' || key === 'timeout') return Number.isInteger(value) && (value as number) > 0;
  return true;
};

function linksOf(step: NormalStep, type: string, link: (to: string | null) => string): JsonObject {
  const after = (to: string | null): JsonObject => (to === null ? {} : { on_completion: link(to) });
  switch (step.kind) {
    case 'end':
      return {};
    case 'start':
      return { on_completion: link(step.next) };
    case 'action':
    case 'playbook-action':
      return step.failure === null
        ? { on_completion: link(step.next) }
        : { on_success: link(step.next), on_failure: link(step.failure) };
    case 'parallel':
      return type === 'action'
        ? { on_completion: link(step.branches[0] ?? step.next) }
        : { next_steps: step.branches.map(link), ...after(step.next) };
    case 'choice': {
      if (type === 'switch-condition')
        return {
          switch: step.question,
          cases: Object.fromEntries(step.cases.map(({ label, to }) => [label, link(to)])),
          ...after(step.next),
        };
      const [yes, no] = step.cases;
      return {
        condition: step.question,
        on_true: link(yes?.to ?? null),
        ...(no?.to != null && { on_false: link(no.to) }),
        ...after(step.next),
      };
    }
    default:
      return step satisfies never;
  }
}

/** CACAO wants a command and somebody who carries it out. */
function mendAction(step: NormalStep, known: JsonObject, agents: Map<string, JsonObject>): JsonObject {
  const agent = own(known, 'agent');
  const id = typeof agent === 'string' && isCacaoId(agent) ? agent : cacaoId('group', 'role', 'incident-commander');
  if (id !== agent) agents.set(id, { type: 'group', name: 'incident-commander' });
  return {
    commands: own(known, 'commands') ?? [{ type: 'manual', command: text(step.object, 'description') ?? step.name }],
    agent: id,
  };
}

/** The value of a variable is a text to CACAO, and its name begins and ends with two underscores. */
function mendVariables(variables: JsonObject, kept: JsonObject): JsonObject {
  const mended: [string, JsonObject][] = [];
  const other: [string, Json][] = [];
  for (const [name, one] of Object.entries(variables)) {
    const value = isObject(one) ? own(one, 'value') : undefined;
    const good = value === undefined || value === null || typeof value === 'string';
    const named = /^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$/.test(name) && isObject(one);
    if (!named || !good) other.push([name, one]);
    if (named)
      mended.push([
        name,
        { ...one, type: text(one, 'type') ?? 'string', ...(!good && { value: JSON.stringify(value) }) },
      ]);
  }
  if (other.length > 0) kept.variables = Object.fromEntries(other);
  return Object.fromEntries(mended);
}

function definitionsOf(document: JsonObject, agents: Map<string, JsonObject>): JsonObject {
  return agents.size === 0
    ? {}
    : { agent_definitions: { ...child(document, 'agent_definitions'), ...Object.fromEntries(agents) } };
}
