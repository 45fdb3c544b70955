import { roleInWords, seatsInWords } from '../../incident/decision.ts';
import { capitalised, plainText, quoted } from '../../incident/phrases.ts';
import type { AskStep, DoStep, ParallelStep, Step, Value, WaitStep } from '../plan.ts';
import { endsEarly, longestOf } from '../wait-words.ts';

/** What kinds of steps readers tell apart: a task is asked about like a question, and is none. */
export type Sort = Step['kind'] | 'task';
export const sortOf = (step: Step): Sort => (step.kind === 'ask' && step.task ? 'task' : step.kind);

export const KIND_WORDS: Record<Sort, string> = {
  do: 'Do',
  ask: 'Ask',
  task: 'Task',
  say: 'Say',
  wait: 'Wait',
  if: 'If',
  parallel: 'At the same time',
  run: 'Run',
  try: 'Try',
  each: 'For each',
  repeat: 'Repeat',
  oblige: 'Duty',
};

/** What a line says of a step; a picture puts a small sign before it. `more`: goes on from the line before. */
export type Fact = { sign: 'person' | 'clock' | 'proof' | 'undo' | 'more' | 'none'; text: string; code?: boolean };

/** How people read the step. A question to which its author gave no title is its own. */
export function titleOf(step: Step): string {
  const made = capitalised(step.id.replaceAll('-', ' '));
  return step.kind === 'ask' && (step.title === made || step.title === '') ? valueInWords(step.question) : step.title;
}

/** A value before it is known: expressions stand between ‹ and ›. */
export function valueInWords(value: Value): string {
  if ('literal' in value) return typeof value.literal === 'string' ? value.literal : JSON.stringify(value.literal);
  if ('cel' in value) return hole(value.cel);
  if ('template' in value)
    return value.template.map((part) => (typeof part === 'string' ? part : hole(part.cel))).join('');
  if ('list' in value) return value.list.map(valueInWords).join(', ');
  return Object.entries(value.map)
    .map(([key, one]) => `${key}: ${valueInWords(one)}`)
    .join('; ');
}

const hole = (cel: string): string =>
  `‹${cel
    .replace(/^inputs\./, '')
    .replace(/\s+/g, ' ')
    .trim()}›`;

/** One line, with whatever could hide or reorder it made visible, and no longer than `max`. */
export function line(words: string, max = 240): string {
  const flat = plainText(words)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, '\ufffd');
  const characters = Array.from(flat);
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : flat;
}

/** `3 min`, `2 h 5 min`, `4 days`: the two greatest units. */
export function span(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const;
  const parts: string[] = [];
  let rest = ms;
  for (const [unitMs, unit] of units) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(unit === 'day' ? `${count} day${count === 1 ? '' : 's'}` : `${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.length > 0 ? parts.join(' ') : `${ms} ms`;
}

/** What a reader must know of a step beside its title and its risk. */
export function factsOf(step: Step): Fact[] {
  const condition: Fact[] = step.when ? [plain(`only if ${step.when.cel}`)] : [];
  return [...condition, ...ownFacts(step)];
}

const plain = (text: string): Fact => ({ sign: 'none', text });
const clock = (text: string): Fact => ({ sign: 'clock', text });
const person = (text: string): Fact => ({ sign: 'person', text });
const code = (text: string): Fact => ({ sign: 'none', text, code: true });

function ownFacts(step: Step): Fact[] {
  switch (step.kind) {
    case 'do':
      return actFacts(step);
    case 'ask':
      return questionFacts(step);
    case 'say':
      return [person(`to ${recipientOf(step)}`)];
    case 'wait':
      return waitFacts(step);
    case 'if':
      return step.title === `If ${step.cel}` ? [] : [code(step.cel)];
    case 'oblige':
      return [
        plain(`${step.rule.article}: tell ${step.rule.whom}`),
        clock(`within ${span(step.rule.limitMs)} of ${step.rule.starts}`),
        person(`answered for by ${roleInWords(step.owner)}`),
      ];
    case 'run':
      return [code(step.playbook), ...(step.outputs ? [plain(`leaves ${Object.keys(step.outputs).join(', ')}`)] : [])];
    case 'each':
      return [
        code(step.cel),
        plain(step.atOnce > 1 ? `at most ${step.atOnce} at the same time` : 'one after the other'),
      ];
    case 'repeat':
      return [
        plain(`until ${step.until}`),
        clock(`at most ${step.times} rounds${step.everyMs > 0 ? `, every ${span(step.everyMs)}` : ''}`),
      ];
    case 'parallel':
      return callsOff(step).map(plain);
    case 'try':
      return [];
    default:
      return step satisfies never;
  }
}

/** When a branch ends the others; empty when all run to their end. */
export const callsOff = ({ any, failFast }: ParallelStep): string[] => [
  ...(any ? ['the first branch that completes calls off the others'] : []),
  ...(failFast ? ['the first branch that fails calls off the others, and ends the block'] : []),
];

function actFacts(step: DoStep): Fact[] {
  const given = givenTo(step);
  return [
    code(step.use.capability),
    ...(given ? [plain(given)] : []),
    ...(step.coveredBy === null ? [] : [person(`after the approval of ${step.coveredBy.split('/').at(-1)}`)]),
    ...(step.unattended === null ? [] : [person(`nobody decides: ${step.unattended}`)]),
    ...(step.fulfils === undefined ? [] : [plain(`gives the notice of ${step.fulfils.split('/').at(-1)}`)]),
    ...(step.prove === null ? [] : [{ sign: 'proof', text: `proved by ${step.prove.capability}` } as const]),
    ...(step.use.risk === 'read'
      ? []
      : [{ sign: 'undo', text: step.undo ? `undone by ${step.undo.capability}` : 'nothing undoes it' } as const]),
  ];
}

/** The short inputs of an act, but its AI system: `to: last-known-good`. */
export function givenTo(step: DoStep): string {
  return Object.entries(step.use.with)
    .filter(([name]) => name !== 'system')
    .map(([name, value]) => [name, valueInWords(value)] as const)
    .filter(([, words]) => words.length <= 60)
    .map(([name, words]) => `${name}: ${words}`)
    .join(', ');
}

function waitFacts(step: WaitStep): Fact[] {
  const early = endsEarly(step);
  const most = longestOf(step, span);
  return [
    clock(early === null ? most : `${early}, at most ${most}`),
    ...(step.alert?.since ? [plain('what came since the incident was opened counts too')] : []),
  ];
}

function questionFacts(step: AskStep): Fact[] {
  const { escalate, form = [] } = step;
  const question = valueInWords(step.question);
  return [
    ...(titleOf(step) === question ? [] : [plain(quoted(question))]),
    person(
      `${seatsInWords(step.by)}${step.requesterMayDecide && !step.task ? '; whoever opened the incident may answer' : ''}`,
    ),
    ...(escalate
      ? [person(`from ${span(escalate.afterMs)} ${roleInWords(escalate.to)} as well${escalate.page ? ', paged' : ''}`)]
      : []),
    clock(
      step.task
        ? `within ${span(step.withinMs)}, or it has failed`
        : `within ${span(step.withinMs)}; silence counts as ${answerInWords(step, step.otherwise)}`,
    ),
    ...(step.options ? [plain(`answers: ${step.options.map(({ title }) => title).join(' / ')}`)] : []),
    ...(form.length > 0 ? [plain(`to fill in: ${form.map(({ label }) => label).join(', ')}`)] : []),
    ...(step.options || step.task || (step.onDeny?.length ?? 0) > 0
      ? []
      : [plain('if denied, the rest here is skipped')]),
  ];
}

export const answerInWords = (step: AskStep, answer: string): string =>
  step.options?.find(({ id }) => id === answer)?.title ?? answer;

/** Whom a message is for: a role, stakeholders, or an address. */
export function recipientOf({ use }: Pick<DoStep, 'use'>): string {
  const { to } = use.with;
  if (to === undefined) return 'nobody named';
  return 'literal' in to ? roleInWords(String(to.literal)) : valueInWords(to);
}
