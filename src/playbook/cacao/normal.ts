import type { JsonObject } from '../../incident/json.ts';
import { didYouMean } from '../names.ts';
import { child, isObject, type JsonPath, own, text } from './json.ts';
import type { Notes } from './notes.ts';

/** One step of a document of CACAO, with its links in one spelling. */
export type NormalStep = { id: string; name: string; object: JsonObject; path: JsonPath } & (
  | { kind: 'start'; next: string | null }
  | { kind: 'end' }
  | { kind: 'action' | 'playbook-action'; next: string | null; failure: string | null }
  | { kind: 'parallel'; branches: string[]; next: string | null }
  | { kind: 'choice'; question: string; cases: { label: string; to: string | null }[]; next: string | null }
);
export type Kind = NormalStep['kind'] | 'while';
export type Normal = { steps: Map<string, NormalStep>; start: string; exception: string | null };

export const STEPS_MAX = 1_500;

/** What the step types of CACAO 1 and of hand-written documents mean. */
const TYPES: Record<string, Kind> = {
  start: 'start',
  begin: 'start',
  end: 'end',
  finish: 'end',
  stop: 'end',
  action: 'action',
  single: 'action',
  task: 'action',
  manual: 'action',
  'playbook-action': 'playbook-action',
  playbook: 'playbook-action',
  parallel: 'parallel',
  'if-condition': 'choice',
  if: 'choice',
  condition: 'choice',
  decision: 'choice',
  gateway: 'choice',
  'switch-condition': 'choice',
  switch: 'choice',
  'while-condition': 'while',
  while: 'while',
  loop: 'while',
};
const OF_CACAO = [
  'start',
  'end',
  'action',
  'playbook-action',
  'parallel',
  'if-condition',
  'switch-condition',
  'while-condition',
];
const NEXT = ['on_completion', 'on_success', 'next_step', 'next', 'on_complete', 'next_steps'];
const FAILURE = ['on_failure', 'on_error'];
const CASES = ['cases', 'conditions', 'branches', 'outcomes'];
const NATIVE_LINKS = ['on_completion', 'on_success', 'on_failure', 'cases', 'on_true', 'on_false'];

/** Reads the steps of a document and their links, mending what real documents get wrong. Null when there is nothing to read. */
export function normalise(document: JsonObject, notes: Notes): Normal | null {
  const objects = stepsOf(document, notes);
  if (objects === null) return null;
  const steps = new Map<string, NormalStep>();
  for (const [id, { object, path }] of objects) {
    const step = readStep(id, object, path, objects, notes);
    if (step) steps.set(id, step);
  }
  if (notes.problems.length > 0) return null;
  const start = startOf(document, steps, notes);
  if (start === null) return null;
  const exception = text(document, 'workflow_exception');
  if (exception !== null && !steps.has(exception))
    notes.repair(
      ['workflow_exception'],
      'dangling',
      `there is no step "${exception}"; nothing is done after an exception`,
    );
  return { steps, start, exception: exception !== null && steps.has(exception) ? exception : null };
}

type Objects = Map<string, { object: JsonObject; path: JsonPath }>;

function stepsOf(document: JsonObject, notes: Notes): Objects | null {
  const workflow = own(document, 'workflow');
  const found: Objects = new Map();
  const take = (id: string, value: unknown, path: JsonPath) => {
    if (!isObject(value)) notes.refuse(path, 'no-step', 'a step must be an object');
    else if (found.has(id)) notes.refuse(path, 'id-twice', `another step has the id "${id}"`);
    else found.set(id, { object: value, path });
  };
  if (Array.isArray(workflow)) {
    notes.repair(['workflow'], 'list', 'the workflow is a list; read as steps by their ids');
    for (const [i, item] of workflow.entries()) {
      const id = isObject(item) ? (text(item, 'id') ?? text(item, 'step_id')) : null;
      if (id === null) notes.refuse(['workflow', i], 'no-step', 'a step in a list must be an object with an id');
      else take(id, item, ['workflow', i]);
    }
  } else if (isObject(workflow)) for (const [id, value] of Object.entries(workflow)) take(id, value, ['workflow', id]);
  if (found.size === 0 && notes.problems.length === 0)
    notes.refuse(['workflow'], 'no-steps', 'this is no playbook of CACAO: it has no workflow with steps');
  if (found.size > STEPS_MAX) {
    notes.refuse(['workflow'], 'too-large', `the workflow has ${found.size} steps; ${STEPS_MAX} can be imported`);
    return null;
  }
  return found.size > 0 ? found : null;
}

function kindOf(id: string, object: JsonObject, path: JsonPath, notes: Notes): Kind {
  const said = text(object, 'type');
  const known = said !== null && Object.hasOwn(TYPES, said) ? TYPES[said] : undefined;
  if (known !== undefined && OF_CACAO.includes(said ?? '')) return known;
  const kind = known ?? byShape(id, object);
  notes.repair(
    said === null ? path : [...path, 'type'],
    'type',
    said === null
      ? `the step has no type; read as ${WORDS[kind]}`
      : `CACAO has no step type "${said}"; read as ${WORDS[kind]}`,
  );
  return kind;
}

const WORDS: Record<Kind, string> = {
  start: 'the start',
  end: 'an end',
  action: 'an action',
  'playbook-action': 'the run of a playbook',
  parallel: 'steps at the same time',
  choice: 'a choice',
  while: 'a loop',
};

function byShape(id: string, object: JsonObject): Kind {
  const prefix = id.split('--')[0] ?? '';
  if (id.includes('--') && OF_CACAO.includes(prefix)) return TYPES[prefix] as Kind;
  if (CASES.some((key) => isObject(own(object, key))) || own(object, 'on_true') !== undefined) return 'choice';
  const several = own(object, 'next_steps');
  if (Array.isArray(several) && several.length > 1) return 'parallel';
  return /^end\b/.test(id) ? 'end' : 'action';
}

function readStep(id: string, object: JsonObject, path: JsonPath, all: Objects, notes: Notes): NormalStep | null {
  const kind = kindOf(id, object, path, notes);
  const base = { id, name: text(object, 'name') ?? id, object, path };
  const link = (keys: readonly string[]) => readLink(object, keys, path, all, notes);
  switch (kind) {
    case 'end':
      return { ...base, kind };
    case 'start':
      return { ...base, kind, next: link(NEXT) };
    case 'action':
    case 'playbook-action':
      return { ...base, kind, next: link(NEXT), failure: link(FAILURE) };
    case 'parallel': {
      const several = own(object, 'next_steps');
      if (!Array.isArray(several) || several.length === 0) {
        notes.refuse(path, 'no-branches', 'a parallel step names its branches in next_steps');
        return null;
      }
      const branches = several.flatMap((to, i) => target(to, [...path, 'next_steps', i], all, notes) ?? []);
      return {
        ...base,
        kind,
        branches: [...new Set(branches)],
        next: link(NEXT.filter((key) => key !== 'next_steps')),
      };
    }
    case 'choice':
      return { ...base, kind, ...readChoice(object, path, all, notes), next: link(['on_completion', 'on_success']) };
    case 'while':
      notes.refuse(
        path,
        'unbounded-loop',
        `"${base.name}" is a loop without a bound: nothing says how often it may run`,
      );
      return null;
    default:
      return kind satisfies never;
  }
}

function readChoice(object: JsonObject, path: JsonPath, all: Objects, notes: Notes) {
  const question = text(object, 'switch') ?? text(object, 'condition') ?? text(object, 'name') ?? 'Which one?';
  const key = CASES.find((one) => child(object, one) !== null);
  if (key !== undefined) {
    if (!NATIVE_LINKS.includes(key)) notes.repair([...path, key], 'link', `CACAO says "cases", not "${key}"`);
    const cases = Object.entries(child(object, key) as JsonObject).map(([label, to]) => ({
      label,
      to: target(to, [...path, key, label], all, notes),
    }));
    if (cases.length === 0) notes.refuse([...path, key], 'no-branches', 'a choice needs at least one case');
    return { question, cases };
  }
  const yes = readLink(object, ['on_true'], path, all, notes);
  const no = readLink(object, ['on_false'], path, all, notes);
  if (yes === null && no === null)
    notes.refuse(path, 'no-branches', 'a condition says where it leads in on_true and on_false');
  return {
    question,
    cases: [
      { label: 'Yes', to: yes },
      { label: 'No', to: no },
    ],
  };
}

function readLink(
  object: JsonObject,
  keys: readonly string[],
  path: JsonPath,
  all: Objects,
  notes: Notes,
): string | null {
  const key = keys.find((one) => Object.hasOwn(object, one) && object[one] !== null);
  if (key === undefined) return null;
  const at = [...path, key];
  if (!NATIVE_LINKS.includes(key)) notes.repair(at, 'link', `CACAO says "${keys[0]}", not "${key}"`);
  const value = object[key];
  if (!Array.isArray(value)) return target(value, at, all, notes);
  if (value.length > 1) notes.refuse(at, 'several-ways', 'only a parallel step goes on in several ways at once');
  else notes.repair(at, 'link', 'a link is one id, not a list');
  return value.length === 1 ? target(value[0], [...at, 0], all, notes) : null;
}

/** The step that is meant. A missing end is an end; anything else that is missing was lost, and nobody can know what it did. */
function target(value: unknown, path: JsonPath, all: Objects, notes: Notes): string | null {
  if (typeof value !== 'string') {
    notes.refuse(path, 'no-link', 'a link is the id of a step');
    return null;
  }
  if (all.has(value)) return value;
  if (/^end\b/.test(value)) notes.repair(path, 'dangling', `there is no step "${value}"; read as an end`);
  else notes.refuse(path, 'dangling', `there is no step "${value}"`, didYouMean(value, all.keys()));
  return null;
}

function startOf(document: JsonObject, steps: Normal['steps'], notes: Notes): string | null {
  const said = text(document, 'workflow_start');
  if (said !== null && steps.has(said)) {
    if (steps.get(said)?.kind !== 'start')
      notes.repair(['workflow_start'], 'start', `"${said}" is no start step; the workflow begins with it`);
    return said;
  }
  const starts = [...steps.values()].filter(({ kind }) => kind === 'start');
  const [only] = starts;
  if (only && starts.length === 1) {
    notes.repair(['workflow_start'], 'start', `the workflow begins with "${only.id}", the only start step`);
    return only.id;
  }
  notes.refuse(
    ['workflow_start'],
    'no-start',
    'nothing says where the workflow begins',
    didYouMean(said ?? '', steps.keys()),
  );
  return null;
}
