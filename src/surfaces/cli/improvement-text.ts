import { capitalised, plainText } from '../../incident/phrases.ts';
import type { ImprovementBody } from '../http/improvement-schemas.ts';
import { goalWords } from '../improvements/words.ts';
import type { Cli } from './context.ts';
import { paint, table, utc, when } from './print.ts';

/** Improvement items in a terminal. */

/** Red is for what is late. */
const dueWords = (cli: Cli, { due, overdue }: ImprovementBody): string =>
  overdue ? paint(cli.io).act(`${due}, overdue`) : due;

export function listText(cli: Cli, items: readonly ImprovementBody[]): string {
  if (items.length === 0) return 'No such improvement item. Write one: tocsin improvement new.';
  return table(
    cli.io,
    ['ITEM', 'STATUS', 'DUE', 'OWNER', 'FROM', 'ACTION'],
    items.map((one) => [
      one.id,
      one.status,
      one.overdue ? `${one.due} overdue` : one.due,
      one.owner,
      one.from,
      one.reached === null ? one.action : `${one.reached.drill} reached it: close it? ${one.action}`,
    ]),
  );
}

export function itemText(cli: Cli, item: ImprovementBody): string {
  const { bold, dim } = paint(cli.io);
  const { from, about, objective, goal, redrills, linked, unsynced, reached, closed } = item;
  const facts: [string, string][] = [
    ['Status', item.status],
    ['Owner', item.owner],
    ['Due', dueWords(cli, item)],
    ...(item.start === null ? [] : ([['Start', item.start]] as [string, string][])),
    [
      'Learnt in',
      `${from}${about.length > 0 ? `, events ${about.join(', ')}` : ''}${objective ? `, ${objective}` : ''}`,
    ],
    ['Goal', goalWords(goal)],
    ...(redrills.length > 0 ? ([['Re-drills', redrills.join(', ')]] as [string, string][]) : []),
    ...(linked
      ? ([[capitalised(linked.system), `${linked.key}, ${linked.state}, ${linked.url}`]] as [string, string][])
      : []),
    ...(unsynced === null ? [] : ([['Not synced', unsynced]] as [string, string][])),
    ...(closed ? ([['Closed', `by ${closed.by}: ${closed.drill ?? closed.reason ?? ''}`]] as [string, string][]) : []),
    ['Console', item.link],
  ];
  return [
    bold(`${item.id}  ${plainText(item.action)}`),
    `  ${plainText(item.issue)}`,
    '',
    ...facts.map(
      ([name, value]) => `  ${name.padEnd(12)}${name === 'Due' ? value : plainText(value).replace(/\s+/g, ' ')}`,
    ),
    ...(reached
      ? [
          '',
          `${reached.drill} reached it (${reached.rating}). Close it: tocsin improvement close ${item.id} --drill ${reached.drill}`,
        ]
      : []),
    '',
    dim('History'),
    ...item.history.map(({ at, by, what }) => `  ${utc(at).slice(0, 16)}  ${plainText(by)}: ${plainText(what)}`),
  ].join('\n');
}

export const changedText = (cli: Cli, { id, status, history }: ImprovementBody): string => {
  const last = history.at(-1);
  return `${id} is ${status}. ${last ? `${when(last.at, cli.io.now())}: ${plainText(last.what)}` : ''}`;
};

export function syncedText(
  cli: Cli,
  { over, improvements }: { over: boolean; improvements: readonly ImprovementBody[] },
): string {
  const rows = improvements.map(({ id, status, linked, unsynced }) => [
    ...[id, status, linked?.key ?? '-', linked?.state ?? '-'],
    unsynced ?? linked?.url ?? '',
  ]);
  return [
    rows.length === 0
      ? 'No item stands in the tracker.'
      : table(cli.io, ['ITEM', 'STATUS', 'ISSUE', 'STATE', 'WHERE, OR WHY NOT'], rows),
    ...(over ? [] : ['It goes on: tocsin improvement list shows what comes of it.']),
  ].join('\n');
}
