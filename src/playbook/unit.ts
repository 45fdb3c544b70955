import type { Environment } from '@marcbachmann/cel-js';
import type { Code } from './codes.ts';
import type { Diagnostic, Place } from './diagnostics.ts';
import { parsedPlaybook } from './embedded.ts';
import type { AskStep, InputType } from './plan.ts';
import { PROVED } from './proved.ts';
import type { PlaybookSource } from './schema.ts';
import type { AskSource, FieldSource, Kind, StepSource, TaskSource } from './step-source.ts';
import type { Surroundings } from './surroundings.ts';
import { environmentOf, type Fields, fieldsOf, inputFields, type Shared, SYSTEM_FIELDS, sharedTypes } from './types.ts';
import type { Key, YamlSource } from './yaml.ts';

/** How `say` reaches people. */
export const MAIL = 'notify.mail';

export type Library = {
  /** Every playbook there is, by name. */
  playbooks: Readonly<Record<string, { text: string; file: string }>>;
  /** By the name that `say` uses: `templates/closing-brief.md`. */
  templates: Readonly<Record<string, { text: string; file: string }>>;
  /** Duties to notify, by the name that `oblige` uses. */
  rules: Readonly<Record<string, { text: string; file: string }>>;
};

export type StepInfo = { id: string; path: readonly Key[]; kind: string; outputs: Fields | null };

/** What is shared while one plan is being made, across the playbooks that it embeds. */
export type Making = {
  surroundings: Surroundings;
  library: Library;
  /** Questions by plan path, to collect what they cover. */
  asks: Map<string, AskStep>;
  /** Where each step of the plan stands in its text. */
  places: Map<string, (key?: string) => Place>;
  /** Which AI system a step acts on, as far as it can be told: equal keys are the same system. */
  targets: Map<string, string>;
  /** The playbooks that are being embedded, outermost first. */
  running: string[];
  steps: number;
};

type Known = Pick<Unit, 'inputs' | 'steps' | 'ids' | 'environment'> & { problems: Diagnostic[] };

/** One playbook text while it is compiled at one place of a plan. */
export type Unit = {
  making: Making;
  source: YamlSource;
  value: PlaybookSource;
  prefix: string;
  diagnostics: Diagnostic[];
  inputs: Readonly<Record<string, InputType>>;
  steps: ReadonlyMap<string, StepInfo>;
  ids: ReadonlyMap<StepSource, string>;
  environment: Environment;
  /** For an embedded playbook: the targets that its ai-system inputs stand for. */
  inputTargets: ReadonlyMap<string, string>;
  /** Plan paths of the duties that are open at the place that is being compiled, by step id. */
  obligations: Map<string, string>;
};

export type Report = (
  at: Place,
  code: Code,
  message: string,
  options?: { suggestion?: string | undefined; severity?: Diagnostic['severity'] },
) => void;

export const reporter =
  (diagnostics: Diagnostic[]): Report =>
  (at, code, message, { suggestion, severity = 'error' } = {}) => {
    diagnostics.push({ ...at, severity, code, message, ...(suggestion !== undefined && { suggestion }) });
  };

export function newUnit(
  making: Making,
  source: YamlSource,
  value: PlaybookSource,
  prefix: string,
  inputTargets: ReadonlyMap<string, string> = new Map(),
): Unit {
  const known = recall(value, source, making);
  const { problems, ...rest } = known;
  return { making, source, value, prefix, diagnostics: [...problems], inputTargets, obligations: new Map(), ...rest };
}

/** A playbook that many others run is looked at once. */
const remembered = new WeakMap<Surroundings, WeakMap<PlaybookSource, Known>>();

function recall(value: PlaybookSource, source: YamlSource, { surroundings, library }: Making): Known {
  const here = remembered.get(surroundings) ?? new WeakMap<PlaybookSource, Known>();
  remembered.set(surroundings, here);
  const known = here.get(value) ?? knownOf(value, source, surroundings, library);
  here.set(value, known);
  return known;
}

function knownOf(value: PlaybookSource, source: YamlSource, surroundings: Surroundings, library: Library): Known {
  const problems: Diagnostic[] = [];
  const named = nameSteps(value, source, (step) => outputsOf(step, surroundings, library), reporter(problems));
  const inputs = Object.fromEntries(Object.entries(value.inputs ?? {}).map(([name, spec]) => [name, spec.type]));
  const environment = environmentOf(
    {
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, inputFields(type)])),
      steps: Object.fromEntries(
        [...named.steps.values()].flatMap(({ id, outputs }) => (outputs ? [[id, outputs]] : [])),
      ),
    },
    sharedBy(surroundings.contracts),
  );
  return { problems, inputs, ...named, environment };
}

const shared = new WeakMap<Surroundings['contracts'], Shared>();

/** The types that every playbook may meet: an AI system, and what capabilities leave, with and without a proof. */
function sharedBy(contracts: Surroundings['contracts']): Shared {
  const known = shared.get(contracts);
  if (known) return known;
  const outputs = Object.values(contracts).flatMap(({ name, output }) => [
    [name, fieldsOf(output)],
    [`${name}.${PROVED}`, { ...fieldsOf(output), [PROVED]: 'bool' }],
  ]);
  const made = sharedTypes({ system: SYSTEM_FIELDS, outcome: OUTCOME, ...Object.fromEntries(outputs) });
  shared.set(contracts, made);
  return made;
}

export type Child = { steps: StepSource[]; path: readonly Key[] };

/** The blocks inside a step. Branches in the order of their names, so that the order of keys in the text means nothing. */
export function blocksOf(step: StepSource, path: readonly Key[]): Child[] {
  const child = (key: string, steps: StepSource[] | undefined): Child[] =>
    steps ? [{ steps, path: [...path, key] }] : [];
  if ('do' in step) return child('on-failure', step['on-failure']);
  if ('ask' in step) return child('on-deny', step['on-deny']);
  if ('task' in step) return child('on-failure', step['on-failure']);
  if ('if' in step) return [...child('then', step.then), ...child('else', step.else)];
  if ('try' in step)
    return [...child('try', step.try), ...child('on-failure', step['on-failure']), ...child('finally', step.finally)];
  if ('each' in step || 'repeat' in step) return child('steps', step.steps);
  if ('parallel' in step)
    return branchesOf(step.parallel).map(([name, steps]) => ({ steps, path: [...path, 'parallel', name] }));
  return [];
}

export const branchesOf = (branches: Record<string, StepSource[]>): [string, StepSource[]][] =>
  Object.entries(branches).sort(([a], [b]) => (a < b ? -1 : 1));

/** Gives every step its id: the author's, or one made from its kind where that cannot be mistaken. */
function nameSteps(
  value: PlaybookSource,
  source: YamlSource,
  outputsOf: (step: StepSource) => Fields | null,
  report: Report,
) {
  const all: { step: StepSource; path: readonly Key[] }[] = [];
  const collect = ({ steps, path }: Child): void => {
    for (const [i, step] of steps.entries()) {
      all.push({ step, path: [...path, i] });
      for (const block of blocksOf(step, [...path, i])) collect(block);
    }
  };
  collect({ steps: value.steps, path: ['steps'] });
  if (value.finally) collect({ steps: value.finally, path: ['finally'] });

  const steps = new Map<string, StepInfo>();
  const ids = new Map<StepSource, string>();
  const take = (id: string, step: StepSource, path: readonly Key[]) => {
    steps.set(id, { id, path, kind: kindOf(step), outputs: outputsOf(step) });
    ids.set(step, id);
  };
  for (const { step, path } of all) {
    if (step.id === undefined) continue;
    const at = source.place([...path, 'id']);
    const other = steps.get(step.id);
    if (RESERVED.includes(step.id))
      report(at, 'name', `"${step.id}" cannot be the id of a step; it is a word of the language`);
    else if (other) {
      const { line } = source.place([...other.path, 'id']);
      report(at, 'id-twice', `another step is called "${step.id}" (line ${line}); ids are unique in a playbook`);
    }
    take(step.id, step, path);
  }
  const made = new Map<string, number>();
  for (const { step, path } of all) {
    if (step.id !== undefined) continue;
    const stem = stemOf(step);
    const numbered = 'parallel' in step || 'if' in step || 'try' in step || 'each' in step || 'repeat' in step;
    const count = (made.get(stem) ?? 0) + 1;
    made.set(stem, count);
    const id = numbered ? `${stem}-${count}` : stem;
    if (steps.has(id) || RESERVED.includes(id))
      report(source.place(path), 'id-missing', `give this step an id: there is another "${id}"`);
    take(steps.has(id) ? `${id}-unnamed-${ids.size}` : id, step, path);
  }
  return { steps, ids };
}

const RESERVED = ['finally', 'then', 'else', 'on-deny', 'on-failure', 'try'];

export function kindOf(step: StepSource): Kind {
  if ('do' in step) return 'do';
  if ('ask' in step) return 'ask';
  if ('task' in step) return 'task';
  if ('say' in step) return 'say';
  if ('wait' in step) return 'wait';
  if ('if' in step) return 'if';
  if ('parallel' in step) return 'parallel';
  if ('run' in step) return 'run';
  if ('oblige' in step) return 'oblige';
  if ('try' in step) return 'try';
  return 'each' in step ? 'each' : 'repeat';
}

function stemOf(step: StepSource): string {
  if ('do' in step) return (step.do.split('.').at(-1) as string).replace(/[^a-z0-9-]/g, '') || 'do';
  return 'run' in step ? step.run : kindOf(step);
}

function outputsOf(step: StepSource, { contracts }: Surroundings, library: Library): Fields | null {
  if ('run' in step) return { ...OUTCOME, ...outputsOfPlaybook(step.run, library) };
  if ('try' in step) return OUTCOME;
  if ('parallel' in step) return step.until === 'any' ? { first: 'string' } : null;
  if ('each' in step) return { count: 'double' };
  if ('repeat' in step) return { count: 'double', outcome: 'string' };
  if ('wait' in step) return { how: 'string', alert: 'dyn' };
  if ('oblige' in step) return OBLIGATION;
  if ('ask' in step || 'task' in step)
    return {
      outcome: 'string',
      ...(step.form && { answers: answersOf(step, step.form) }),
      ...(step.details !== undefined && { details: 'string' }),
    };
  const capability = 'do' in step ? step.do : 'say' in step ? MAIL : null;
  if (capability === null) return null;
  const contract = Object.hasOwn(contracts, capability) ? contracts[capability] : undefined;
  const proved: Fields = 'do' in step && step.prove !== undefined ? { [PROVED]: 'bool' } : {};
  return { ...(contract && fieldsOf(contract.output)), ...proved };
}

/** Null when the playbook did not complete. */
function outputsOfPlaybook(name: string, library: Library): Fields {
  if (!Object.hasOwn(library.playbooks, name)) return {};
  const outputs = parsedPlaybook(library, name).value?.outputs ?? {};
  return Object.fromEntries(Object.keys(outputs).map((output) => [output, 'dyn']));
}

const OUTCOME: Fields = { outcome: 'string' };
const OBLIGATION: Fields = {
  number: 'double',
  aware: 'string',
  due: 'string',
  article: 'string',
  law: 'string',
  whom: 'string',
};

/** What later steps may read of a form. What may be left empty, or was never asked because nobody answered, is null. */
function answersOf(step: AskSource | TaskSource, form: Record<string, FieldSource>): Fields {
  const options = 'ask' in step && step.options;
  const types = { number: 'double', 'yes-no': 'bool' } as const;
  return Object.fromEntries(
    Object.entries(form).map(([id, { type = 'text', required = true }]) => [
      id,
      required && !options ? (types[type as keyof typeof types] ?? 'string') : 'dyn',
    ]),
  );
}

export const soleSystemInput = (inputs: Readonly<Record<string, InputType>>): string | null => {
  const names = Object.keys(inputs).filter((name) => inputs[name] === 'ai-system');
  return names.length === 1 ? (names[0] as string) : null;
};

/** `inputs.x`, or `inputs["x-y"]` for a name that is no identifier. */
export const inputReference = (name: string): string =>
  name.includes('-') ? `inputs[${JSON.stringify(name)}]` : `inputs.${name}`;
