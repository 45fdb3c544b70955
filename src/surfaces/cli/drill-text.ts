import { roleInWords } from '../../incident/decision.ts';
import { plainText } from '../../incident/phrases.ts';
import type { Offer } from '../drills/contract.ts';
import type { Cli } from './context.ts';
import type { Drill } from './drill.ts';
import { paint, table, when } from './print.ts';

/** Drills in a terminal. */

export function offersText(cli: Cli, offers: readonly Offer[]): string {
  if (offers.length === 0) return 'There are no simulations. Write one: tocsin simulation new.';
  const playable = ({ problems }: Offer) => problems.every(({ severity }) => severity !== 'error');
  return [
    table(
      cli.io,
      ['SIMULATION', 'LENGTHS', 'SEATS', 'TITLE'],
      offers.map((one) => [
        one.simulation,
        one.lengths.map(({ name }) => name).join(', ') || '-',
        one.seats.map(({ role }) => role).join(', ') || '-',
        playable(one) ? one.title : 'cannot be played',
      ]),
    ),
    ...offers
      .filter((one) => !playable(one))
      .flatMap(({ simulation, problems }) => [
        '',
        ...problems.map(({ message }) => plainText(`${simulation}: ${message}`)),
      ]),
  ].join('\n');
}

export function listText(cli: Cli, drills: readonly Drill[]): string {
  if (drills.length === 0) return 'No such drill. Plan one: tocsin drill plan.';
  return table(
    cli.io,
    ['DRILL', 'STATUS', 'BEGINS', 'LENGTH', 'PEOPLE', 'TITLE'],
    drills.map((one) => [
      one.id,
      one.status,
      beginning(cli, one),
      one.length.name,
      String(new Set([...one.players, ...one.staff].map(({ person }) => person)).size),
      `EXERCISE: ${one.title}`,
    ]),
  );
}

const beginning = (cli: Cli, { startedAt, at }: Drill): string =>
  startedAt !== null ? when(startedAt, cli.io.now()) : at !== null ? when(at, cli.io.now()) : 'not settled';

export function drillText(cli: Cli, drill: Drill): string {
  const { bold } = paint(cli.io);
  const { seats, staff, playbook, you, note } = drill;
  const facts: [string, string][] = [
    ['Status', drill.cancelledBecause === null ? drill.status : `called off: ${drill.cancelledBecause}`],
    ['Simulation', `${drill.simulation} v${drill.version}, ${drill.length.title}`],
    ['Exercises', `${playbook.id} v${playbook.version}, plan ${playbook.hash.slice(0, 12)}`],
    ['Begins', beginning(cli, drill)],
    ...seats.map(({ role, players, bot }): [string, string] => [roleInWords(role), bot ? 'a bot' : players.join(', ')]),
    ...staff.map(({ role, person }): [string, string] => [role, person]),
    ...(note === null ? [] : ([['Note', note]] as [string, string][])),
    ['Console', drill.link],
  ];
  return [
    bold(`${drill.id}  EXERCISE: ${plainText(drill.title)}`),
    ...facts.map(([name, value]) => `  ${name.padEnd(22)}${plainText(value).replace(/\s+/g, ' ')}`),
    ...(drill.status === 'ended' || drill.status === 'cancelled' ? [] : briefs(you.briefs)),
  ].join('\n');
}

const briefs = (own: Drill['you']['briefs']): string[] =>
  own.flatMap(({ role, brief }) => ['', `You are ${roleInWords(role)}. You know:`, plainText(brief.trim())]);

export const plannedText = (cli: Cli, drill: Drill): string =>
  [
    drillText(cli, drill),
    '',
    ...(drill.at === null ? [] : [`For calendars:  tocsin drill calendar ${drill.id} -o ${drill.id}.ics`]),
    `To read before: tocsin drill briefing ${drill.id} -o briefing.html`,
    `To begin:       tocsin drill start ${drill.id}`,
  ].join('\n');

/** What whoever starts it does next. */
export function startedText(cli: Cli, drill: Drill): string {
  const { id, you } = drill;
  const plays = you.plays.length > 0;
  return [
    drillText(cli, drill),
    '',
    'It runs. What happens comes to you here:',
    `  tocsin drill watch ${id}`,
    `  ${drill.link}`,
    ...(plays
      ? [
          'Play as in an incident:',
          `  tocsin decide ${id} 1 approve`,
          `  tocsin drill open ${id} "What is wrong"     if no alert has opened the incident`,
        ]
      : []),
    ...(you.staff.includes('facilitator') ? ['Run it:', `  tocsin drill board ${id}`] : []),
    ...(you.mayRun
      ? [
          'Hold it, go on, jump to what comes next, end it:',
          `  tocsin drill pause ${id}; tocsin drill resume ${id}; tocsin drill jump ${id}; tocsin drill end ${id}`,
        ]
      : []),
    'If something real happens, stop it at once:',
    `  tocsin drill no-duff ${id}`,
  ].join('\n');
}
