import type { NumberedEvent } from '../../incident/events.ts';
import { plainText } from '../../incident/phrases.ts';
import { emptyView, evolve } from '../../incident/view.ts';
import { namesFor, sentence } from '../../incident/wording.ts';
import { everyPlanStep } from '../../playbook/plan.ts';
import { planUnder } from '../../playbook/rounds.ts';
import type { Changes, Shift } from '../../simulator/what-if/changes.ts';
import type {
  Both,
  Comparison,
  DecisionStanding,
  DutyStanding,
  StepStanding,
} from '../../simulator/what-if/compare.ts';
import type { Unknown } from '../../simulator/what-if/replay.ts';
import type { Parting } from '../../simulator/what-if/same.ts';
import type { WhatIf } from '../../simulator/what-if/what-if.ts';
import { longSpan } from '../model/duties.ts';
import { MEASURES, measureLines } from '../model/measures.ts';
import type { Cli } from './context.ts';
import { paint, table, utc } from './print.ts';

type Told = { seq: number; at: number; path: string; type: string; text: string };
type Words = (event: NumberedEvent) => string;

/** What --json prints. */
export function shownWhatIf(result: WhatIf): object {
  const { recorded, until, faithful } = result;
  const { incident, title } = recorded.opened.data;
  const about = { incident, title, openedAt: recorded.opened.at, until, events: recorded.events.length, faithful };
  const told = toldBy(result);
  if (!result.faithful) return { ...about, parts: { path: result.parting.path, ...told(result.parting) } };
  const { changes, comparison, difference, stopped, containedInWorld, assumptions } = result;
  return {
    ...about,
    changes,
    ...comparison,
    difference: difference && { path: difference.path, ...told(difference) },
    stopped,
    containedInWorld,
    assumptions,
  };
}

/** Both sides of a difference in words: the record's events by its own names, the replay's by those of the replay. */
function toldBy(result: WhatIf): (parting: Parting) => { was: Told | null; replayed: Told | null } {
  const was = wordsFor(result, result.recorded.events);
  const replayed = result.faithful ? wordsFor(result, result.replayed) : was;
  const tell = (event: NumberedEvent | null, words: Words): Told | null =>
    event && { seq: event.seq, at: event.at, path: event.path, type: event.type, text: words(event) };
  return (parting) => ({ was: tell(parting.was, was), replayed: tell(parting.replayed, replayed) });
}

function wordsFor({ plans }: WhatIf, events: readonly NumberedEvent[]): Words {
  const view = emptyView();
  for (const event of JSON.parse(JSON.stringify(events)) as NumberedEvent[]) evolve(view, event);
  const steps = plans.flatMap((plan, number) => (plan ? [...everyPlanStep(planUnder(plan, number))] : []));
  const names = namesFor(new Map(), view, steps);
  return (event) => sentence(event, names).text;
}

export function whatIfText(cli: Cli, result: WhatIf): string {
  const { bold } = paint(cli.io);
  const { recorded, until } = result;
  const { incident, title } = recorded.opened.data;
  const head = [
    bold(`${incident}  ${plainText(title)}`),
    ...(until === null ? [] : [`Its plan still runs: it is replayed up to ${utc(until)} UTC.`]),
  ];
  if (!result.faithful) return [...head, '', ...partingText(result, result.parting)].join('\n');
  const { changes, comparison, stopped, containedInWorld, assumptions } = result;
  return [
    ...head,
    `Replayed as it was: ${recorded.events.length} events, each as in the record.`,
    '',
    ...changeText(changes),
    table(cli.io, ['', 'AS IT WAS', 'WHAT IF', ''], measureRows(comparison.measures)),
    ...measureNotes(comparison.measures),
    ...(containedInWorld ? ['That it is contained is proved in the named world alone.'] : []),
    ...stoppedText(stopped),
    ...section(cli, ['DECISION', 'AS IT WAS', 'WHAT IF', 'QUESTION'], decisionRows(comparison)),
    ...section(cli, ['DUTY', 'AS IT WAS', 'WHAT IF'], dutyRows(comparison)),
    ...section(cli, ['STEP', 'AS IT WAS', 'WHAT IF'], stepRows(comparison)),
    '',
    ...differenceText(result),
    '',
    'It rests on this:',
    ...assumptions.map((one) => `- ${plainText(one)}`),
  ].join('\n');
}

function partingText(result: WhatIf, parting: Parting): string[] {
  const { was, replayed } = toldBy(result)(parting);
  return [
    `The replay of the unchanged incident parts from the record${parting.path ? ` at ${parting.path}` : ''}. Nothing is compared.`,
    `  record: ${was ? toldText(was) : 'nothing more happens there'}`,
    `  replay: ${replayed ? toldText(replayed) : 'nothing more happens there'}`,
    ...(was && replayed && was.text === replayed.text && was.at === replayed.at
      ? ['  They differ in their content.']
      : []),
  ];
}

const toldText = ({ seq, at, text }: Told): string => `event ${seq}, ${utc(at)}: ${plainText(text)}`;

function changeText({ questions, delays }: Changes): string[] {
  if (questions.length + delays.length === 0) return ['Nothing is changed.', ''];
  return [
    ...questions.map(({ name, answer, answered, never }) => {
      const who = /^\d+$/.test(name) ? `question ${name}` : `the question of ${name}`;
      if (never) return `What if nobody had answered ${who}?`;
      const what = answer === undefined ? '' : ` ${answer}`;
      return `What if ${who} had been answered${what}${answered ? shiftText(answered, 'after it was asked') : ''}?`;
    }),
    ...delays.map(
      ({ name, took }) =>
        `What if ${name} had taken${'byMs' in took ? shiftText(took, '') : ` ${longSpan(took.exactlyMs)}`}?`,
    ),
    '',
  ];
}

function shiftText(shift: Shift, after: string): string {
  if ('exactlyMs' in shift) return ` ${longSpan(shift.exactlyMs)} ${after}`.trimEnd();
  const word = after === '' ? (shift.byMs < 0 ? 'less' : 'longer') : shift.byMs < 0 ? 'earlier' : 'later';
  return ` ${longSpan(Math.abs(shift.byMs))} ${word}`;
}

function measureRows({ was, whatIf }: Comparison['measures']): string[][] {
  const [left, right] = [measureLines(was), measureLines(whatIf)];
  return MEASURES.map(({ name, title }, i) => [
    title,
    left[i]?.value ?? '',
    right[i]?.value ?? '',
    apart(was[name].ms, whatIf[name].ms),
  ]);
}

function apart(was: number | null, whatIf: number | null): string {
  if (was === null || whatIf === null) return '';
  const ms = whatIf - was;
  return Math.abs(ms) < 1_000 ? 'the same' : `${longSpan(Math.abs(ms))} ${ms > 0 ? 'longer' : 'shorter'}`;
}

/** Why something is not measured, and how close a notice came to its limit. */
function measureNotes({ was, whatIf }: Comparison['measures']): string[] {
  const right = measureLines(whatIf);
  return measureLines(was).flatMap(({ title, note }, i) => {
    const other = right[i]?.note ?? null;
    if (note === other) return note === null ? [] : [`${title}: ${note}`];
    return [
      ...(note === null ? [] : [`${title}, as it was: ${note}`]),
      ...(other === null ? [] : [`${title}, what if: ${other}`]),
    ];
  });
}

function stoppedText(stopped: Unknown | null): string[] {
  if (!stopped) return [];
  const { path, capability, at, because, missing, more } = stopped;
  const why = {
    'never-taken': 'it was never taken in the record',
    'under-way': 'in the record it was still under way',
    'other-input': 'in the record it was given something else',
    'other-acts': [
      ...(missing.length > 0 ? [`in the record ${missing.join(', ')} had acted before`] : []),
      ...(more.length > 0 ? [`in the record ${more.join(', ')} had not acted before`] : []),
    ].join(', and '),
  }[because];
  return [
    '',
    `It can say no more from ${utc(at)} on: how ${capability} at ${path} would have come out is not known, for ${why}.`,
  ];
}

const section = (cli: Cli, headings: string[], rows: string[][]): string[] =>
  rows.length === 0 ? [] : ['', table(cli.io, headings, rows)];

const decisionRows = ({ decisions }: Comparison): string[][] =>
  decisions.map(({ path, question, was, whatIf }) => [path, decisionText(was), decisionText(whatIf), question]);

function decisionText(one: DecisionStanding | null): string {
  if (!one) return 'not asked';
  const { number, outcome, by, latencyMs } = one;
  if (by === 'withdrawn') return `${number}: withdrawn`;
  if (outcome === null || latencyMs === null) return `${number}: open`;
  return `${number}: ${outcome} after ${longSpan(latencyMs)}${by === 'default' ? ', by default' : ''}`;
}

const dutyRows = ({ duties }: Comparison): string[][] =>
  duties.map(({ rule, was, whatIf }) => [rule, dutyText(was), dutyText(whatIf)]);

function dutyText(one: DutyStanding | null): string {
  if (!one) return 'not opened';
  const { number, marginMs, state } = one;
  if (state === 'waived') return `${number}: judged not to be due`;
  if (marginMs === null) return `${number}: not given`;
  return `${number}: given ${longSpan(Math.abs(marginMs))} ${marginMs < 0 ? 'after' : 'before'} the limit`;
}

const stepRows = ({ steps }: Comparison): string[][] =>
  steps.map(({ path, was, whatIf }: { path: string } & Both<StepStanding | null>) => [
    path,
    stepText(was),
    stepText(whatIf),
  ]);

function stepText(one: StepStanding | null): string {
  if (!one) return 'not reached';
  return one.afterMs === null ? one.status : `${one.status} at ${longSpan(one.afterMs)}`;
}

function differenceText(result: Extract<WhatIf, { faithful: true }>): string[] {
  const { difference } = result;
  if (!difference) return ['Nothing differs from the record.'];
  const { was, replayed } = toldBy(result)(difference);
  return [
    'First difference:',
    `  as it was: ${was ? toldText(was) : 'nothing more happens there'}`,
    `  what if:   ${replayed ? toldText(replayed) : 'nothing more happens there'}`,
  ];
}
