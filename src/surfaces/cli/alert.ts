import { type Command, Option } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { ALERT_STATUS, alertTitle } from '../model/alert.ts';
import type { InboxAlert } from '../ports.ts';
import { type Cli, examples } from './context.ts';
import { paint, table, when } from './print.ts';

/** The inbox of alerts. */
export function alertCommands(program: Command, cli: Cli): void {
  const alert = program.command('alert').description('read the inbox of alerts');
  alert
    .command('list')
    .description('list alerts: unmatched ones that still fire first, then the newest')
    .addOption(new Option('--status <status>', 'only these').choices(Object.keys(ALERT_STATUS)))
    .option('--limit <count>', 'how many at most', '50')
    .addHelpText('after', examples('tocsin alert list', 'tocsin alert list --status unmatched --json'))
    .action(async (options: { status?: string; limit: string }, command: Command) => {
      const query = new URLSearchParams({ limit: options.limit, ...(options.status && { status: options.status }) });
      const found = await cli.client().get<{ alerts: InboxAlert[] }>(`/api/alerts?${query}`);
      cli.show(command, found, () => {
        const rows = found.alerts.map((one) => [
          one.id,
          when(one.lastAt, cli.io.now()),
          String(one.count),
          plainText(one.source),
          one.incident ?? `${ALERT_STATUS[one.status]}${one.resolvedAt === null ? '' : ', over'}`,
          plainText(alertTitle(one.alert)),
        ]);
        return rows.length > 0
          ? table(cli.io, ['ALERT', 'LAST', 'TIMES', 'SOURCE', 'LED TO', 'TITLE'], rows)
          : 'There is no such alert in the inbox.';
      });
    });

  alert
    .command('show')
    .argument('<alert>', 'its number')
    .description('show one alert as it came')
    .addHelpText('after', examples('tocsin alert show 17'))
    .action(async (id: string, _: unknown, command: Command) => {
      const one = await cli.client().get<InboxAlert>(`/api/alerts/${encodeURIComponent(id)}`);
      cli.show(command, one, () => alertText(cli, one));
    });
}

function alertText(cli: Cli, one: InboxAlert): string {
  const at = (ms: number): string => when(ms, cli.io.now());
  const facts: [string, string | null][] = [
    ['led to', one.incident === null ? ALERT_STATUS[one.status] : `${ALERT_STATUS[one.status]} ${one.incident}`],
    ['because', one.because],
    ['source', one.source],
    ['came', `${one.count === 1 ? 'once' : `${one.count} times`}, first ${at(one.receivedAt)}, last ${at(one.lastAt)}`],
    ['fires since', one.startsAt === null ? null : at(one.startsAt)],
    ['over since', one.resolvedAt === null ? null : at(one.resolvedAt)],
    ['key', one.key],
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`  ${name.padEnd(12)}${plainText(value)}`]));
  const title = paint(cli.io).bold(plainText(alertTitle(one.alert)));
  return [title, ...lines, plainText(JSON.stringify(one.alert, null, 2))].join('\n');
}
