import type { JsonObject } from '../../incident/json.ts';
import type { Severity } from '../../incident/severity.ts';
import type { PlaybookSource } from '../schema.ts';
import type { AskSource, StepSource } from '../step-source.ts';
import { own, text } from './json.ts';
import { formOf, originalOf, question } from './manual.ts';
import { clip, durationText, namer, slug } from './names.ts';
import { type Normal, type NormalStep, normalise, STEPS_MAX } from './normal.ts';
import type { Notes } from './notes.ts';
import { type Joins, joins, order } from './ways.ts';

const DEPTH_MAX = 20;
const OPTIONS_MAX = 5;
const CASES_MAX = 50;

type Making = {
  document: JsonObject;
  normal: Normal;
  joins: Joins;
  name: ReturnType<typeof namer>;
  notes: Notes;
  made: number;
};

/** Where the blocks end that a step stands in, the innermost first; null: with the workflow. */
type Stops = readonly (string | null)[];

/** A playbook in which people do by hand what the document of others says. Null when it is refused. */
export function readForeign(document: JsonObject, notes: Notes): PlaybookSource | null {
  const normal = normalise(document, notes);
  if (normal === null) return null;
  const ordered = order(normal, notes);
  if (notes.problems.length > 0) return null;
  const making: Making = { document, normal, joins: joins(ordered), name: namer(), notes, made: 0 };
  const steps = convert(making, normal.start, []);
  const last = normal.exception === null ? [] : exceptional(making, normal.exception);
  if (steps.length === 0 && notes.problems.length === 0)
    notes.refuse(['workflow'], 'no-steps', 'the workflow does nothing between its start and its end');
  if (notes.problems.length > 0) return null;
  const title = text(document, 'name') ?? 'Imported playbook';
  return {
    playbook: slug(title, 'imported'),
    title: clip(title, 200),
    version: 1,
    severity: { default: severityOf(own(document, 'severity')) },
    steps,
    ...(last.length > 0 && { finally: last }),
  };
}

function severityOf(value: unknown): Severity {
  if (typeof value !== 'number' || value <= 0) return 'sev3';
  return value > 87 ? 'sev1' : value > 62 ? 'sev2' : value > 37 ? 'sev3' : 'sev4';
}

/** The steps from this one to where its block ends. */
function convert(making: Making, from: string | null, stops: Stops): StepSource[] {
  const made: StepSource[] = [];
  if (stops.length > DEPTH_MAX) {
    refuseOnce(making, 'too-deep', `choices stand inside each other more than ${DEPTH_MAX} deep`);
    return made;
  }
  let at = from;
  while (at !== null && making.notes.problems.length === 0) {
    const level = stops.indexOf(at);
    if (level >= 0) {
      // Whoever leaves several blocks at once leaves what follows the inner ones undone.
      if (stops.slice(0, level).some((stop) => stop !== null))
        refuseOnce(making, 'tangled', `the ways to "${at}" cross each other; no blocks can be made of them`);
      break;
    }
    const step = making.normal.steps.get(at) as NormalStep;
    const { steps, next } = convertStep(making, step, stops);
    made.push(...steps);
    making.made += steps.length;
    if (making.made > STEPS_MAX)
      refuseOnce(
        making,
        'too-large',
        `the workflow stands for more than ${STEPS_MAX} steps when it is written in blocks`,
      );
    at = next;
  }
  return made;
}

function refuseOnce({ notes }: Making, code: string, message: string): void {
  if (notes.problems.length === 0) notes.refuse(['workflow'], code, message);
}

type Converted = { steps: StepSource[]; next: string | null };

function convertStep(making: Making, step: NormalStep, stops: Stops): Converted {
  switch (step.kind) {
    case 'end':
      return { steps: [], next: null };
    case 'start':
      return { steps: delayOf(making, step), next: step.next };
    case 'action':
    case 'playbook-action':
      return convertAction(making, step, stops);
    case 'parallel':
      return convertParallel(making, step, stops);
    case 'choice':
      return convertChoice(making, step, stops);
    default:
      return step satisfies never;
  }
}

function delayOf({ name }: Making, { object, name: title }: NormalStep): StepSource[] {
  const delay = own(object, 'delay');
  return typeof delay === 'number' && delay > 0
    ? [{ id: name(`wait ${title}`, 'wait'), wait: durationText(delay) }]
    : [];
}

function convertAction(making: Making, step: Extract<NormalStep, { failure: string | null }>, stops: Stops): Converted {
  const { document, name } = making;
  const before = delayOf(making, step);
  const ask: AskSource = {
    ...question(name(step.name, 'step'), {
      title: step.name,
      ask: `Do this by hand: ${step.name}`,
      details: originalOf(step, document),
      step: step.object,
    }),
    ...formOf(step, document),
  };
  const { next, failure } = step;
  if (failure === null || failure === next) return { steps: [...before, { ...ask, ...DONE }], next };
  const join = making.joins.get(step.id) ?? null;
  if (join === null || join === stops[0]) {
    // Denied ends the block, as the failure does: no nesting for each step that may fail.
    const details = `${ask.details ?? ''}\nApprove: it is done. Deny: it failed.`;
    const denied: AskSource = { ...ask, details, otherwise: 'deny', 'on-deny': convert(making, failure, stops) };
    return { steps: [...before, denied], next };
  }
  const inside = [join, ...stops];
  const ways = [
    { answer: 'done', title: `Done: ${step.name}`, steps: convert(making, next, inside) },
    { answer: 'not-done', title: `Not done: ${step.name}`, steps: convert(making, failure, inside) },
  ];
  return {
    steps: [...before, { ...ask, ...DONE }, ...branches(making, ask.id as string, 'outcome', ways)],
    next: join,
  };
}

const DONE = { options: { done: 'Done', 'not-done': 'Not done' }, otherwise: 'not-done' };

type Way = { answer: string; title: string; steps: StepSource[] };

const branches = ({ name }: Making, ask: string, output: string, ways: readonly Way[]): StepSource[] =>
  ways.flatMap(({ answer, title, steps }) =>
    steps.length === 0
      ? []
      : [
          {
            id: name(`${ask} ${answer}`, 'if'),
            title: clip(title, 200),
            if: `steps[${JSON.stringify(ask)}].${output} == ${JSON.stringify(answer)}`,
            then: steps,
          },
        ],
  );

function convertChoice(making: Making, step: Extract<NormalStep, { kind: 'choice' }>, stops: Stops): Converted {
  const join = step.next ?? making.joins.get(step.id) ?? null;
  const inside = [join, ...stops];
  const answer = namer();
  const cases = step.cases.map(({ label, to }) => ({ id: answer(label, 'case'), label, to }));
  if (cases.length > CASES_MAX) {
    making.notes.refuse(
      step.path,
      'too-many-cases',
      `"${step.name}" has ${cases.length} cases; people choose among ${CASES_MAX} at most`,
    );
    return { steps: [], next: null };
  }
  const id = making.name(step.name, 'choice');
  // Silence is no choice: it takes the way that is meant for everything else, or none.
  const silent = cases.find(({ label }) => /^(no|default|else|other|otherwise|none)$/i.test(label));
  const asked = step.question === step.name ? step.name : `${step.name}: ${step.question}`;
  const base = question(id, {
    title: step.name,
    ask: asked,
    details: originalOf(step, making.document),
    step: step.object,
  });
  const options = [...cases, ...(silent === undefined ? [{ id: answer('none', 'none'), label: 'None of these' }] : [])];
  const ask: AskSource =
    options.length <= OPTIONS_MAX
      ? {
          ...base,
          options: Object.fromEntries(options.map(({ id, label }) => [id, clip(label, 60)])),
          otherwise: silent?.id ?? options.at(-1)?.id ?? '',
        }
      : {
          ...base,
          options: { chosen: 'Chosen', none: 'None of these' },
          otherwise: 'none',
          form: {
            which: {
              label: 'Which one?',
              type: 'choice',
              required: false,
              choices: Object.fromEntries(cases.map(({ id, label }) => [id, clip(label, 75)])),
            },
          },
        };
  const output = ask.form ? 'answers.which' : 'outcome';
  const ways = cases.map(({ id, label, to }) => ({
    answer: id,
    title: `${step.name} ${label}`,
    steps: convert(making, to ?? join, inside),
  }));
  return { steps: [...delayOf(making, step), ask, ...branches(making, id, output, ways)], next: join };
}

function convertParallel(making: Making, step: Extract<NormalStep, { kind: 'parallel' }>, stops: Stops): Converted {
  const join = step.next ?? making.joins.get(step.id) ?? null;
  const before = delayOf(making, step);
  const blocks = step.branches.map((to) => convert(making, to, [join, ...stops])).filter(({ length }) => length > 0);
  const [only = []] = blocks;
  // A denial ends its block: inside one it must not end the block around it.
  if (blocks.length < 2 && !only.some((one) => 'ask' in one && one['on-deny']))
    return { steps: [...before, ...only], next: join };
  const parallel: StepSource = {
    id: making.name(step.name, 'parallel'),
    title: clip(step.name, 200),
    parallel: Object.fromEntries(blocks.map((block, i) => [making.name(`branch ${i + 1}`, 'branch'), block])),
  };
  return { steps: [...before, parallel], next: join };
}

/** What is done after an exception is asked about at the end: no step of people's fails without being told. */
function exceptional(making: Making, exception: string): StepSource[] {
  const steps = convert(making, exception, []);
  if (steps.length === 0) return [];
  making.notes.repair(
    ['workflow_exception'],
    'exception',
    'what follows an exception is asked about when the playbook ends',
  );
  const id = making.name('exception', 'exception');
  const ask: AskSource = {
    ...question(id, {
      title: 'Exception',
      ask: 'Did something go wrong that nobody has dealt with?',
      details: '',
      step: {},
    }),
    options: { yes: 'Yes', no: 'No' },
    otherwise: 'no',
  };
  return [ask, ...branches(making, id, 'outcome', [{ answer: 'yes', title: 'If something went wrong', steps }])];
}
