import type { StaffRole } from '../../../incident/events.ts';
import { Duration } from '../../../playbook/duration.ts';
import type { Problem } from '../../problem.ts';
import { meant, usage } from './command-words.ts';

/** `who`: `me`, a mention, or the id of somebody of the inventory. */
export type PlanSaid = {
  simulation: string;
  length: string | null;
  players: { role: string; who: string }[];
  staff: { role: StaffRole; who: string }[];
};

/** What is not understood of a drill is marked as said of one. */
export const wrong = (message: string, example: string): Problem => usage(message, example, { drill: true });

const STAFF: Readonly<Record<string, StaffRole>> = {
  facilitated: 'facilitator',
  evaluated: 'evaluator',
  observed: 'observer',
};
const WORDS = ['as', 'with', 'and', 'for', ...Object.keys(STAFF)];

const isPerson = (word: string): boolean => word.startsWith('<@') || word.startsWith('@');
const isLength = (word: string): boolean => Duration.safeParse(word.toLowerCase()).success;
const endsRole = (word: string): boolean => WORDS.includes(word.toLowerCase()) || isPerson(word) || isLength(word);

/** `SIMULATION as ROLE 15m with @mara as ROLE, @ingrid as ROLE facilitated by @sofia`, in any order behind the simulation. */
export function readPlan(text: string, verb: 'plan' | 'start'): PlanSaid {
  const example = `drill ${verb} pii-leak-output 15m as incident-commander with @ingrid as legal-counsel facilitated by @sofia`;
  const [simulation = '', ...words] = text
    .replace(/,(?=\s|$)/g, ' ')
    .split(/\s+/)
    .filter(Boolean);
  const plan: PlanSaid = { simulation: simulation.toLowerCase(), length: null, players: [], staff: [] };
  const next = (missing: string): string => {
    const word = words.shift();
    if (word === undefined) throw wrong(missing, example);
    return word;
  };
  const role = (): string => {
    const end = words.findIndex(endsRole);
    const named = words
      .splice(0, end < 0 ? words.length : end)
      .join('-')
      .toLowerCase();
    if (named === '') throw wrong('Say which seat.', example);
    return named;
  };
  const seat = (who: string): void => {
    if (next(`Say in which seat ${who} plays.`).toLowerCase() !== 'as')
      throw wrong(`Say in which seat ${who} plays.`, example);
    plan.players.push({ who, role: role() });
  };
  while (words.length > 0) {
    const said = next('');
    const word = said.toLowerCase();
    const staff = Object.hasOwn(STAFF, word) ? STAFF[word] : undefined;
    if (isLength(said)) plan.length = word;
    else if (isPerson(said)) seat(said);
    else if (word === 'as') plan.players.push({ who: 'me', role: role() });
    else if (word === 'with' || word === 'and') {
      // "and facilitated by" reads as well as "with @mara as".
      if (!Object.hasOwn(STAFF, words[0]?.toLowerCase() ?? '')) seat(next('Say who plays.'));
    } else if (staff !== undefined) {
      if (words[0]?.toLowerCase() === 'by') words.shift();
      plan.staff.push({ role: staff, who: next(`Say by whom it is ${word}.`) });
    } else if (word !== 'for' || !isLength(words[0] ?? ''))
      throw wrong(`"${said}" is not understood here.${meant(word, WORDS)}`, example);
  }
  if (plan.players.length + plan.staff.length === 0) throw wrong('Say which seat you take, or who plays.', example);
  return plan;
}
