import type { KnownBlock } from '@slack/types';
import { roleInWords } from '../../../incident/decision.ts';
import { counted } from '../../../incident/phrases.ts';
import type { Drill, Offer } from '../../drills/contract.ts';
import { sentenceCase } from '../../model/describe.ts';
import { type BoardRow, plannedText } from '../../model/msel.ts';
import { COMMAND, type Replies } from '../contract.ts';
import { context, type Fact, facts, header, post, section } from './blocks.ts';
import { fullTime, markOf, markWord } from './facts.ts';
import { fitted, joined, link, listText, type Markup, md, moment } from './text.ts';

/** Words for whoever arranges and runs drills. EXERCISE comes before anything else. */
type People = ReadonlyMap<string, string>;

const MARK = markWord('exercise');
const mark = (...more: readonly (string | Markup)[]): KnownBlock => context(md`*${markOf('exercise') ?? ''}*`, ...more);

/** Slack takes a message of 40,000 characters, of which quotation marks are two. */
const LISTED_MAX = 12;

export function drillList({ offers, drills, people, now }: Parameters<Replies['drillList']>[0]) {
  const words = `${counted(offers.length, 'simulation')}, ${counted(drills.length, 'drill')} planned or running`;
  return post(joined([MARK, md`${words}`], ''), [
    mark(),
    header(`EXERCISE: ${words}`),
    ...facts(drills.slice(0, LISTED_MAX).map((drill) => drillFact(drill, people))),
    ...(offers.length === 0 ? [section('There is no simulation to play.')] : []),
    ...facts(offers.slice(0, LISTED_MAX).map(offerFact)),
    ...(Math.max(drills.length, offers.length) > LISTED_MAX ? [context('There are more: see the console.')] : []),
    context(
      `Alone, among bots: ${COMMAND} drill start SIMULATION as ROLE 15m.`,
      `With others: … with @person as ROLE facilitated by @person. What is planned: ${COMMAND} drill start EX-…`,
      `Checked at ${fullTime(now)}.`,
    ),
  ]);
}

function drillFact(drill: Drill, people: People): Fact {
  const { id, status, script, at } = drill;
  const begins =
    status === 'running'
      ? md`runs`
      : at === null
        ? md`planned, not settled when`
        : md`planned for ${fullTime(at)} (for you: ${moment(at, fullTime(at))})`;
  const who = rosterLines(drill, people).join(', ');
  return [`${id}: ${fitted(script.title, 200)}`, md`${script.length.name}, ${begins}. ${fitted(who, 300)}`];
}

function offerFact({ simulation, title, lengths, seats, problems }: Offer): Fact {
  const broken = problems.find(({ severity }) => severity === 'error');
  if (broken) return [simulation, fitted(`cannot be played: ${broken.message}`, 400)];
  const roles = seats.map(({ role }) => role).join(', ');
  return [simulation, fitted(`${title}\n${lengths.map(({ name }) => name).join(', ')} · ${roles}`, 500)];
}

const nameOf = (people: People, person: string): string => people.get(person) ?? person;

const rosterLines = ({ players, staff }: Pick<Drill, 'players' | 'staff'>, people: People): string[] =>
  [...players, ...staff].map(({ role, person }) => `${sentenceCase(roleInWords(role))}: ${nameOf(people, person)}`);

export function drillPlanned({ drill, people, url }: Parameters<Replies['drillPlanned']>[0]) {
  const { id, script, players, status } = drill;
  const begun = status !== 'planned';
  const words = `${id} ${begun ? 'begins' : 'is planned'}: ${fitted(script.title, 300)}, ${script.length.name}.`;
  const bots = script.seats.filter((seat) => !players.some(({ role }) => role === seat.role));
  return post(joined([MARK, md`${words}`], ''), [
    mark(),
    section(words),
    section(listText(rosterLines(drill, people), 1_500, 30)),
    ...(bots.length === 0
      ? []
      : [section(`Bots: ${fitted(bots.map(({ role }) => roleInWords(role)).join(', '), 900)}.`)]),
    section(
      begun
        ? 'What happens arrives in its channel, and in the console.'
        : `When everybody is there: ${COMMAND} drill start ${id}`,
    ),
    context(link(url, 'Open in the console')),
  ]);
}

/** As people think of them: first what anybody does, then who plays, then who runs it. */
const HOW: readonly (readonly [does: string, example: string])[] = [
  ['What is played now', 'drill'],
  ['What can be played, what is planned', 'drill list'],
  ['Start one alone, among bots', 'drill start pii-leak-output as legal-counsel 15m'],
  [
    'With others; plan keeps it for later',
    'drill plan pii-leak-output as incident-commander with @ingrid as legal-counsel facilitated by @sofia',
  ],
  ['Start one that is planned', 'drill start EX-2026-0003'],
  ['Play: open the incident', 'drill open Odd answers about payouts'],
  ['Play: what has arrived', 'drill seen 3, drill answer 3 We call back at four'],
  ['Run it: the clock', 'drill pause WHY, resume, pace 4, jump, jump 5m'],
  ['Run it: end it', 'drill end WHY'],
  ['Facilitate: what is to come', 'drill board, drill now INJECT, drill skip INJECT WHY'],
  ['Facilitate: hints', 'drill hint legal-counsel Who must be told by noon?'],
  ['Facilitate: the world outside', 'drill say as "Maria Foss" by phone to legal-counsel: Are you on air?'],
  ['Everybody: something real happens', 'drill no-duff The real gateway is down'],
];

export const drillHelp = () =>
  post(joined([MARK, md`How to use ${COMMAND} drill`], ''), [
    mark(),
    ...facts(HOW.map(([does, example]) => [does, `${COMMAND} ${example}`])),
    context('In the channel of a drill its number may be left out; elsewhere it stands behind the verb.'),
  ]);

const ROWS_MAX = 15;

export function drillBoard(...[story, rows, jumpsTo]: Parameters<Replies['drillBoard']>) {
  const { view, url } = story;
  const paused = view.exercise?.paused === true;
  const words = `${view.id}: ${counted(rows.length, 'inject')} to come${paused ? '; it is paused' : ''}.`;
  return post(joined([MARK, md`${words}`], ''), [
    mark('For the staff of this drill alone.'),
    section(words),
    ...facts(rows.slice(0, ROWS_MAX).map(rowFact)),
    ...(rows.length > ROWS_MAX ? [context('There are more: see the console.')] : []),
    context(
      ...(jumpsTo === null ? [] : [`Somebody is asked: no jump passes ${fullTime(jumpsTo)} in the scenario.`]),
      `${COMMAND} drill now INJECT, skip INJECT WHY, jump.`,
      link(url, 'Open in the console'),
    ),
  ]);
}

function rowFact(row: BoardRow): Fact {
  const { id, title, from, to, by } = row.inject;
  return [id, fitted(`${standing(row)} · ${title}\n${by} from ${from} to ${to.join(', ')}`, 500)];
}

function standing(row: BoardRow): string {
  switch (row.state.kind) {
    case 'due':
      return 'due now';
    case 'next':
      return `next, ${fullTime(row.state.at)}`;
    case 'planned':
      return fullTime(row.state.at);
    case 'by-hand':
      return row.state.turn ? 'waits for you now' : 'waits for you';
    case 'armed':
      return `waits: ${plannedText(row)}`;
    default:
      return row.state.kind;
  }
}
