import { isExercise } from '../../../incident/ids.ts';
import { meant, unquoted, usage, wordsOf } from './command-words.ts';

/** What somebody means by `/tocsin drill …`. `number`: which inject, counted as they came; null: the last that is for them. */
export type DrillSaid =
  | { do: 'list' }
  | { do: 'open'; title: string; system: string | null }
  | { do: 'seen'; number: number | null }
  | { do: 'answer'; number: number | null; text: string | null }
  | { do: 'no-duff'; reason: string | null };

export const DRILL_USAGE = 'drill answer 3 We call you back at four';
const DOES = ['open', 'seen', 'answer', 'no-duff'] as const;

/** `here`: the drill that is played in this channel. One that is named wins. Throws Problem. */
export function readDrill(text: string, here: string | null): { drill: string | null; said: DrillSaid } {
  const [, first = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const [, word = '', behind = ''] = /^(\S*)\s*([\s\S]*)$/.exec(after) ?? [];
  const named = isExercise(word.toUpperCase()) ? word.toUpperCase() : null;
  const drill = named ?? (here !== null && isExercise(here) ? here : null);
  return { drill, said: saidBy(first.toLowerCase(), (named === null ? after : behind).trim()) };
}

function saidBy(what: string, rest: string): DrillSaid {
  switch (what) {
    case '':
      return { do: 'list' };
    case 'open':
      return openBy(rest);
    case 'seen': {
      const { number, text } = numbered(rest);
      if (text !== '') throw usage(`"${rest}" is not the number of an inject.`, 'drill seen 3');
      return { do: 'seen', number };
    }
    case 'answer': {
      const { number, text } = numbered(rest);
      return { do: 'answer', number, text: unquoted(text) || null };
    }
    case 'no-duff':
      return { do: 'no-duff', reason: unquoted(rest) || null };
    default:
      throw usage(`"drill ${what}" is not a command of Tocsin.${meant(what, DOES)}`, DRILL_USAGE);
  }
}

function openBy(rest: string): DrillSaid {
  const { words, options } = wordsOf(rest);
  const title = words.join(' ').trim();
  const example = 'drill open Odd answers about payouts --system customer-assistant';
  for (const option of options.keys())
    if (option !== 'system') throw usage(`"--${option}" is not known here.${meant(option, ['system'], '--')}`, example);
  if (title === '') throw usage('Say what is wrong.', example);
  return { do: 'open', title, system: options.get('system') || null };
}

function numbered(rest: string): { number: number | null; text: string } {
  const [, digits, text = ''] = /^(\d{1,4})(?:\s+([\s\S]*))?$/.exec(rest) ?? [];
  return digits === undefined ? { number: null, text: rest } : { number: Number(digits), text: text.trim() };
}
