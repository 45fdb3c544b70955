import { CHANNELS } from '../../../incident/events.ts';
import { type ExerciseCommand, RATE_MAX } from '../../../incident/exercise-messages.ts';
import { isExercise } from '../../../incident/ids.ts';
import { Duration, milliseconds } from '../../../playbook/duration.ts';
import { meant, unquoted, wordsOf } from './command-words.ts';
import { type PlanSaid, readPlan, wrong } from './drill-plan-text.ts';

/** What somebody means by `/tocsin drill …`. `number`: which inject, counted as they came; null: the last that is for them. */
export type DrillSaid =
  /** What is played now. */
  | { do: 'running' }
  | { do: 'help' }
  /** What can be played, what is planned and what runs. */
  | { do: 'list' }
  | { do: 'plan'; plan: PlanSaid }
  /** `plan` null: one that is planned. */
  | { do: 'start'; plan: PlanSaid | null }
  | { do: 'open'; title: string; system: string | null }
  | { do: 'seen'; number: number | null }
  | { do: 'answer'; number: number | null; text: string | null }
  | { do: 'no-duff'; reason: string | null }
  | { do: 'board' }
  | { do: 'tell'; command: ExerciseCommand; done: string }
  | { do: 'ask'; ask: Asking };

/** What must not be done by accident. */
export type Asking =
  | { check: 'drill-jump'; aheadMs: number | null }
  | { check: 'endex'; reason: string | null }
  | { check: 'inject-now'; inject: string }
  | { check: 'inject-skip'; inject: string; reason: string | null };

export const DRILL_USAGE = 'drill answer 3 We call you back at four';
const LINE_LENGTH_MAX = 300;
const REASON_LENGTH_MAX = 2_000;

/** `here`: the drill that is played in this channel. One that is named wins. Throws Problem. */
export function readDrill(text: string, here: string | null): { drill: string | null; said: DrillSaid } {
  const { first, rest: after } = firstOf(text);
  const { first: word, rest: behind } = firstOf(after);
  const named = isExercise(word.toUpperCase()) ? word.toUpperCase() : null;
  const drill = named ?? (here !== null && isExercise(here) ? here : null);
  const verb = first.toLowerCase();
  if (verb === 'start' && named !== null && behind !== '')
    throw wrong(`${named} is planned with its people.`, `drill start ${named}`);
  if (verb === '') return { drill, said: { do: 'running' } };
  if (!Object.hasOwn(VERBS, verb))
    throw wrong(`"drill ${first}" is not a command of Tocsin.${meant(verb, Object.keys(VERBS))}`, 'drill help');
  return { drill, said: VERBS[verb as keyof typeof VERBS](named === null ? after : behind) };
}

const VERBS = {
  help: (rest: string): DrillSaid => alone('help', rest, { do: 'help' }),
  list: (rest: string): DrillSaid => alone('list', rest, { do: 'list' }),
  plan: (rest: string): DrillSaid => ({ do: 'plan', plan: readPlan(rest, 'plan') }),
  start: (rest: string): DrillSaid => ({ do: 'start', plan: rest === '' ? null : readPlan(rest, 'start') }),
  open: openBy,
  seen: (rest: string): DrillSaid => {
    const { number, text } = numbered(rest);
    if (text !== '') throw wrong(`"${rest}" is not the number of an inject.`, 'drill seen 3');
    return { do: 'seen', number };
  },
  answer: (rest: string): DrillSaid => {
    const { number, text } = numbered(rest);
    return { do: 'answer', number, text: unquoted(text) || null };
  },
  'no-duff': (rest: string): DrillSaid => ({ do: 'no-duff', reason: unquoted(rest) || null }),
  pause: (rest: string): DrillSaid =>
    telling({ type: 'drill-pause', reason: reasonIn(rest, 'pause') }, 'The clock of the scenario stands still.'),
  resume: (rest: string): DrillSaid =>
    alone('resume', rest, telling({ type: 'drill-resume' }, 'The clock of the scenario runs.')),
  pace: (rest: string): DrillSaid => {
    const rate = Number(rest || Number.NaN);
    if (!(rate >= 1 && rate <= RATE_MAX)) throw wrong(`The pace is from 1 to ${RATE_MAX}.`, 'drill pace 4');
    return telling({ type: 'drill-pace', rate }, `Its pace is ${rate}. While somebody is asked it is 1.`);
  },
  jump: (rest: string): DrillSaid => {
    const far = rest.toLowerCase();
    if (far === '' || far === 'next') return { do: 'ask', ask: { check: 'drill-jump', aheadMs: null } };
    if (!Duration.safeParse(far).success)
      throw wrong(`"${rest}" is not how far ahead. Without it the next thing that is due comes.`, 'drill jump 5m');
    return { do: 'ask', ask: { check: 'drill-jump', aheadMs: milliseconds(far) } };
  },
  end: (rest: string): DrillSaid => ({ do: 'ask', ask: { check: 'endex', reason: reasonIn(rest, 'end') } }),
  board: (rest: string): DrillSaid => alone('board', rest, { do: 'board' }),
  now: (rest: string): DrillSaid => {
    const { first, rest: more } = firstOf(rest);
    if (first === '' || more !== '') throw wrong('Say which inject comes now: one.', 'drill now reporter-asks');
    return { do: 'ask', ask: { check: 'inject-now', inject: first.toLowerCase() } };
  },
  skip: (rest: string): DrillSaid => {
    const { first, rest: why } = firstOf(rest);
    if (first === '') throw wrong('Say which inject is passed over, and why.', SKIP_EXAMPLE);
    return { do: 'ask', ask: { check: 'inject-skip', inject: first.toLowerCase(), reason: reasonIn(why, 'skip') } };
  },
  hint: (rest: string): DrillSaid => {
    const { first, rest: more } = firstOf(rest);
    const text = unquoted(more);
    if (text === '')
      throw wrong('Say for whom the hint is, and what it says.', 'drill hint legal-counsel Who must be told by noon?');
    return telling({ type: 'hint', to: rolesIn(first), text, about: null }, 'The hint is given.');
  },
  say: sayBy,
} as const;

const SKIP_EXAMPLE = 'drill skip reporter-asks They told the press already';

const telling = (command: ExerciseCommand, done: string): DrillSaid => ({ do: 'tell', command, done });

/** It takes no more words. */
function alone(verb: string, rest: string, said: DrillSaid): DrillSaid {
  if (rest === '') return said;
  throw wrong(`"${rest}" is not understood behind "drill ${verb}".`, `drill ${verb}`);
}

const firstOf = (text: string): { first: string; rest: string } => {
  const [, first = '', rest = ''] = /^\s*(\S*)\s*([\s\S]*?)\s*$/.exec(text) ?? [];
  return { first, rest };
};

const rolesIn = (text: string): string[] => text.toLowerCase().split(',').filter(Boolean);

function reasonIn(rest: string, verb: string): string | null {
  const reason = unquoted(rest);
  if (reason.length > REASON_LENGTH_MAX)
    throw wrong('The reason is longer than 2,000 characters.', `drill ${verb} A question about the rules`);
  return reason.trim() || null;
}

const SAY_EXAMPLE = 'drill say as "Maria Foss, radio" by phone to legal-counsel: Are you on air with us?';
const VOICES = CHANNELS.filter((channel) => channel !== 'alert');

/** `as "NAME" TEXT`; between the name and a colon may stand by what it comes, and to whom. */
function sayBy(rest: string): DrillSaid {
  const found = /^as\s+["“”]([^"“”]+)["“”](?:(?:\s+by\s+([\w-]+))?(?:\s+to\s+([\w,-]+))?\s*:)?\s+([\s\S]+)$/i.exec(
    rest,
  );
  const [, as = '', by = 'slack', to = 'everybody', text = ''] = found ?? [];
  const name = as.trim();
  if (!found || name === '' || name.length > LINE_LENGTH_MAX)
    throw wrong('Say as whom you speak, in quotation marks, and what is said.', SAY_EXAMPLE);
  const channel = VOICES.find((one) => one === by.toLowerCase());
  if (channel === undefined)
    throw wrong(`Nothing is said by "${by}": ${VOICES.join(', ')}.${meant(by, VOICES)}`, SAY_EXAMPLE);
  return telling(
    { type: 'voice', as: name, by: channel, to: rolesIn(to), text: unquoted(text) },
    `${name} has spoken.`,
  );
}

function openBy(rest: string): DrillSaid {
  const { words, options } = wordsOf(rest);
  const title = words.join(' ').trim();
  const example = 'drill open Odd answers about payouts --system customer-assistant';
  for (const option of options.keys())
    if (option !== 'system') throw wrong(`"--${option}" is not known here.${meant(option, ['system'], '--')}`, example);
  if (title === '') throw wrong('Say what is wrong.', example);
  return { do: 'open', title, system: options.get('system') || null };
}

function numbered(rest: string): { number: number | null; text: string } {
  const [, digits, text = ''] = /^(\d{1,4})(?:\s+([\s\S]*))?$/.exec(rest) ?? [];
  return digits === undefined ? { number: null, text: rest } : { number: Number(digits), text: text.trim() };
}
