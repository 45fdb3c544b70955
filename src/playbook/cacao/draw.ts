import { contractOf } from '../../capabilities/contracts.ts';
import type { Json, JsonObject } from '../../incident/json.ts';
import { milliseconds } from '../duration.ts';
import type {
  AskSource,
  DoSource,
  EachSource,
  IfSource,
  ObligeSource,
  ParallelSource,
  RepeatSource,
  SaySource,
  StepSource,
  TaskSource,
  TrySource,
} from '../step-source.ts';
import { blocksOf, branchesOf } from '../unit.ts';
import { waitInWords } from '../wait-words.ts';
import type { Key } from '../yaml.ts';
import { playbookId } from './ids.ts';
import {
  agentFor,
  type Blocks,
  branch,
  declare,
  extend,
  keyOf,
  manual,
  partId,
  type Sheet,
  type Ways,
  wording,
} from './sheet.ts';
import { drawWait } from './wait.ts';

/** Whoever does by hand what Tocsin would do. */
const RESPONDER = 'incident-commander';

/** Draws the steps of one block, and returns the step that it begins with. */
export function drawBlock(
  sheet: Sheet,
  sources: readonly StepSource[],
  path: readonly Key[],
  { end, failed }: Omit<Ways, 'next'>,
): string {
  let next = end;
  for (const [i, source] of [...sources.entries()].reverse())
    next = drawStep(sheet, source, [...path, i], { next, end, failed });
  return next;
}

/** The steps of a block that carry what Tocsin says of them. */
export const mainIds = (sheet: Sheet, sources: readonly StepSource[], path: readonly Key[]): string[] =>
  sources.map((source, i) => mainId(sheet, source, [...path, i]));

function mainId(sheet: Sheet, source: StepSource, path: readonly Key[]): string {
  return partId(sheet, mainType(source), keyOf(source, path), 'if' in source ? 'if' : '');
}

function mainType(source: StepSource): string {
  if ('run' in source) return 'playbook-action';
  return 'parallel' in source && Object.keys(source.parallel).length > 1 ? 'parallel' : 'action';
}

function drawStep(sheet: Sheet, source: StepSource, path: readonly Key[], ways: Ways): string {
  const key = keyOf(source, path);
  const id = mainId(sheet, source, path);
  const drawn = drawKind(sheet, source, path, key, ways);
  const blocks: Blocks = blocksOf(source, path).map((block) => ({
    at: block.path.slice(path.length),
    steps: mainIds(sheet, block.steps, block.path),
  }));
  sheet.workflow.set(id, extend(drawn, source, blocks));
  if (source.when === undefined) return id;
  const name = `Does this hold, so that "${nameOf(source)}" is needed?`;
  const command = `"${nameOf(source)}" is only done when this holds: ${source.when.trim()}`;
  return branch(sheet, key, 'when', { name, command, role: RESPONDER }, { yes: id, no: ways.next }).id;
}

function drawKind(sheet: Sheet, source: StepSource, path: readonly Key[], key: string, ways: Ways): JsonObject {
  if ('do' in source) return drawDo(sheet, source, path, ways);
  if ('ask' in source) return drawAsk(sheet, source, path, key, ways);
  if ('task' in source) return drawTask(sheet, source, path, key, ways);
  if ('say' in source) return drawSay(sheet, source, ways);
  if ('wait' in source) return drawWait(sheet, source, nameOf(source), RESPONDER, ways);
  if ('if' in source) return drawIf(sheet, source, path, key, ways);
  if ('parallel' in source) return drawParallel(sheet, source, path, key, ways);
  if ('run' in source)
    return {
      type: 'playbook-action',
      name: nameOf(source),
      description: `Runs the playbook "${source.run}"${given(source.with)}.`,
      playbook_id: playbookId(source.run),
      on_completion: ways.next,
    };
  if ('oblige' in source) return drawOblige(sheet, source, ways);
  if ('try' in source) return drawTry(sheet, source, path, ways);
  if ('each' in source) return drawLoop(sheet, source, path, key, ways, loopOverItems(source));
  if ('repeat' in source) return drawLoop(sheet, source, path, key, ways, loopOfRounds(source));
  return source satisfies never;
}

export function nameOf(source: StepSource): string {
  if (source.title !== undefined) return source.title;
  if ('do' in source) return contractOf(source.do)?.title ?? source.do;
  if ('ask' in source) return source.ask;
  if ('task' in source) return source.task;
  if ('if' in source) return `If ${source.if.trim()}`;
  if ('wait' in source) return waitInWords(source.wait);
  if ('say' in source) return source.subject ?? `Message to ${source.to}`;
  if ('run' in source) return `Run ${source.run}`;
  if ('oblige' in source) return `Duty ${source.oblige}`;
  if ('try' in source) return 'Try';
  if ('each' in source) return `For each of ${source.each.trim()}`;
  if ('repeat' in source) return `Repeat until ${source.repeat.until.trim()}`;
  return 'At the same time';
}

const given = (values: Readonly<Record<string, Json>> | undefined): string =>
  values && Object.keys(values).length > 0 ? ` with ${JSON.stringify(values)}` : '';

const used = (use: string | { do: string; with?: Record<string, Json> }): string =>
  typeof use === 'string' ? use : `${use.do}${given(use.with)}`;

function drawDo(sheet: Sheet, source: DoSource, path: readonly Key[], { next, end, failed }: Ways): JsonObject {
  const { undo } = source;
  const command = [
    `${nameOf(source)} (${source.do}${given(source.with)}).`,
    source.prove === undefined ? null : `It is done when ${used(source.prove)} confirms it.`,
    undo === undefined
      ? null
      : typeof undo === 'object' && 'none' in undo
        ? `Nothing undoes it: ${undo.none}`
        : `Undone by ${used(undo)}.`,
    source.unattended === undefined ? null : `Nobody needs to approve it: ${source.unattended}`,
    source.retry &&
      `Try ${source.retry.attempts} times in all${source.retry.on ? `, only after ${source.retry.on.join(' or ')}` : ''}.`,
  ];
  const handler = source['on-failure'];
  return {
    ...manual(sheet, {
      name: nameOf(source),
      command: lines(command),
      role: RESPONDER,
      activity: contractOf(source.do)?.risk === 'read' ? 'analyze-collected-data' : 'eliminate-risk',
    }),
    ...(source.timeout !== undefined && { timeout: milliseconds(source.timeout) }),
    ...(handler
      ? { on_success: next, on_failure: drawBlock(sheet, handler, [...path, 'on-failure'], { end, failed }) }
      : failed === null
        ? { on_completion: next }
        : { on_success: next, on_failure: failed }),
  };
}

const FIELD_TYPES: Record<string, string> = { number: 'float', 'yes-no': 'bool' };

const fieldsOf = (sheet: Sheet, { form }: AskSource | TaskSource, key: string): string[] =>
  Object.entries(form ?? {}).map(([id, { label, type = 'text' }]) =>
    declare(sheet, ['field', key, id], FIELD_TYPES[type] ?? 'string', label),
  );

/** A manual step with its answer as an out-argument, then an if-condition: an engine that knows nothing of Tocsin still asks. */
function drawAsk(
  sheet: Sheet,
  source: AskSource,
  path: readonly Key[],
  key: string,
  { next, end, failed }: Ways,
): JsonObject {
  const [first] = source.by;
  const role = first?.role ?? RESPONDER;
  const fields = fieldsOf(sheet, source, key);
  const options = source.options ?? { approve: 'Approve', deny: 'Deny' };
  const answer = declare(sheet, ['answer', key], 'string', `The answer to: ${source.ask}`);
  const silence = source.otherwise ?? 'deny';
  const command = [
    wording(sheet, source.ask),
    source.details === undefined ? null : wording(sheet, source.details),
    `Who decides: ${source.by.map(({ role, count = 1 }) => `${count} of ${role}`).join(' and ')}, each another person.`,
    source['requester-may-decide'] ? null : 'Whoever opened the incident may not answer.',
    source.escalate && `After ${source.escalate.after}, ${source.escalate.to} may answer as well.`,
    `Within ${source.within}; if nobody answers, "${silence}" counts.`,
    `Answer in ${answer}: ${Object.entries(options)
      .map(([id, title]) => `"${id}" (${title})`)
      .join(', ')}.`,
    fields.length > 0 ? `Fill in ${fields.join(', ')}.` : null,
  ];
  const step = {
    ...manual(sheet, { name: nameOf(source), command: lines(command), role, outArgs: [answer, ...fields] }),
    timeout: milliseconds(source.within),
  };
  if (source.options) return { ...step, on_success: next, on_failure: next };
  const denied = drawBlock(sheet, source['on-deny'] ?? [], [...path, 'on-deny'], { end, failed });
  const condition = partId(sheet, 'if-condition', key, 'answer');
  sheet.workflow.set(condition, {
    type: 'if-condition',
    name: `Approved: ${nameOf(source)}`,
    condition: `${answer}:value = 'approve'`,
    on_true: next,
    on_false: denied,
  });
  return { ...step, on_success: condition, on_failure: silence === 'approve' ? next : denied };
}

/** What people do themselves is what CACAO means by a manual step. */
function drawTask(sheet: Sheet, source: TaskSource, path: readonly Key[], key: string, ways: Ways): JsonObject {
  const { next, end, failed } = ways;
  const fields = fieldsOf(sheet, source, key);
  const handler = source['on-failure'];
  const command = [
    wording(sheet, source.task),
    source.details === undefined ? null : wording(sheet, source.details),
    `Who does it: ${source.by.map(({ role, count = 1 }) => `${count} of ${role}`).join(' and ')}.`,
    source.escalate && `After ${source.escalate.after}, ${source.escalate.to} may do it as well.`,
    `Within ${source.within}; if it is not done by then, it has failed.`,
    fields.length > 0 ? `Fill in ${fields.join(', ')}.` : null,
  ];
  const against = handler ? drawBlock(sheet, handler, [...path, 'on-failure'], { end, failed }) : failed;
  return {
    ...manual(sheet, {
      name: nameOf(source),
      command: lines(command),
      role: source.by[0]?.role ?? RESPONDER,
      outArgs: fields,
    }),
    timeout: milliseconds(source.within),
    ...(against === null ? { on_completion: next } : { on_success: next, on_failure: against }),
  };
}

const drawSay = (sheet: Sheet, source: SaySource, { next }: Ways): JsonObject => ({
  ...manual(sheet, {
    name: nameOf(source),
    command: `Tell ${source.to}: ${wording(sheet, source.say)}`,
    role: RESPONDER,
    activity: 'deliver-content',
  }),
  on_completion: next,
});

function drawIf(sheet: Sheet, source: IfSource, path: readonly Key[], key: string, { next, failed }: Ways): JsonObject {
  const ways = { end: next, failed };
  const yes = drawBlock(sheet, source.then, [...path, 'then'], ways);
  const no = drawBlock(sheet, source.else ?? [], [...path, 'else'], ways);
  const command = `Does this hold? ${source.if.trim()}`;
  return branch(sheet, key, 'if', { name: nameOf(source), command, role: RESPONDER }, { yes, no }).step;
}

function drawParallel(
  sheet: Sheet,
  source: ParallelSource,
  path: readonly Key[],
  key: string,
  { next, failed }: Ways,
): JsonObject {
  const branches = branchesOf(source.parallel);
  const at = (name: string) => [...path, 'parallel', name];
  if (branches.length < 2) {
    const [[name, steps] = ['', []]] = branches;
    return {
      ...manual(sheet, { name: nameOf(source), command: `Now: ${name}.`, role: RESPONDER }),
      on_completion: drawBlock(sheet, steps, at(name), { end: next, failed }),
    };
  }
  const entries = branches.map(([name, steps]) => {
    const end = partId(sheet, 'end', key, name);
    sheet.workflow.set(end, { type: 'end', name: `End of ${name}` });
    // A step that fails in one branch cannot lead out of it.
    return drawBlock(sheet, steps, at(name), { end, failed: null });
  });
  const description = lines([
    source.until && 'The first branch that is completed calls off the others.',
    source['fail-fast'] ? 'The first branch that is denied or fails calls off the others.' : null,
  ]);
  return {
    type: 'parallel',
    name: nameOf(source),
    ...(description && { description }),
    next_steps: entries,
    on_completion: next,
  };
}

const drawOblige = (sheet: Sheet, source: ObligeSource, { next }: Ways): JsonObject => ({
  ...manual(sheet, {
    name: nameOf(source),
    command: lines([
      `From now on the duty "${source.oblige}" runs; ${source.by} answers for it.`,
      source.aware === undefined ? null : `The organisation has known since ${source.aware}.`,
      Object.hasOwn(sheet.library.rules, source.oblige) ? (sheet.library.rules[source.oblige]?.text ?? null) : null,
    ]),
    role: source.by,
    activity: 'compose-content',
  }),
  owner: agentFor(sheet, source.by),
  on_completion: next,
});

/** Whoever fails in it goes on with its `on-failure`, and both ways come together in its `finally`. */
function drawTry(sheet: Sheet, source: TrySource, path: readonly Key[], { next, failed }: Ways): JsonObject {
  const last = drawBlock(sheet, source.finally ?? [], [...path, 'finally'], { end: next, failed });
  const handler = source['on-failure'];
  const inside = handler ? drawBlock(sheet, handler, [...path, 'on-failure'], { end: last, failed }) : failed;
  return {
    ...manual(sheet, { name: nameOf(source), command: `Begin: ${nameOf(source)}.`, role: RESPONDER }),
    on_completion: drawBlock(sheet, source.try, [...path, 'try'], { end: last, failed: inside }),
  };
}

type Loop = { first: string; again: string };

const loopOverItems = ({ each, as = 'item', 'at-once': atOnce = 1 }: EachSource): Loop => ({
  first: `The steps that follow are done for every item (${as}) of ${each.trim()}, ${atOnce} at the same time. Is there one?`,
  again: `Is there another item of ${each.trim()}?`,
});

const loopOfRounds = ({ repeat: { until, times, every } }: RepeatSource): Loop => ({
  first: `The steps that follow are repeated until this holds: ${until.trim()}. ${times} times at most${every === undefined ? '' : `, once in ${every}`}. Begin?`,
  again: `Is another round needed, because this does not hold yet: ${until.trim()}? ${times} rounds at most.`,
});

/** A while-condition looks at what people answer before each round. */
function drawLoop(
  sheet: Sheet,
  source: EachSource | RepeatSource,
  path: readonly Key[],
  key: string,
  { next }: Ways,
  { first, again }: Loop,
): JsonObject {
  const name = nameOf(source);
  const variable = declare(sheet, ['more', key], 'bool', `${name}: "true" while there is more to do.`);
  const ask = (question: string) =>
    manual(sheet, {
      name,
      command: `${question}\nAnswer "true" or "false" in ${variable}.`,
      role: RESPONDER,
      outArgs: [variable],
    });
  const end = partId(sheet, 'end', key, 'round');
  const more = partId(sheet, 'action', key, 'more');
  const loop = partId(sheet, 'while-condition', key, 'loop');
  sheet.workflow.set(end, { type: 'end', name: 'End of the round' });
  sheet.workflow.set(more, { ...ask(again), on_completion: end });
  // A step that fails in a round cannot lead out of it.
  const body = drawBlock(sheet, source.steps, [...path, 'steps'], { end: more, failed: null });
  sheet.workflow.set(loop, {
    type: 'while-condition',
    name,
    condition: `${variable}:value = 'true'`,
    on_true: body,
    on_completion: next,
  });
  return { ...ask(first), on_completion: loop };
}

const lines = (parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined).join('\n');
