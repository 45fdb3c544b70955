import { type Command, Option } from 'commander';
import { type CheckOutcome, checkNames } from '../../incident/check.ts';
import type { CheckRun, ListedCheck } from '../checks.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { relative, table } from './print.ts';

/** Scheduled checks of AI systems. */
export function checkCommands(check: Command, cli: Cli): void {
  check
    .command('list')
    .description('what is checked, how often, and what came of it')
    .addHelpText('after', examples('tocsin check list'))
    .action(async (_: unknown, command: Command) => {
      const found = await cli.client().get<{ checks: ListedCheck[] }>('/api/checks');
      cli.show(command, found, () => {
        const now = cli.io.now();
        const rows = found.checks.map((one) => [
          one.system,
          one.check,
          one.everyMs === null ? 'on demand' : `every ${spanOf(one.everyMs)}`,
          one.paused ? 'paused' : one.nextAt === null ? '-' : relative(one.nextAt, now),
          one.last === null ? 'never' : relative(one.last.at, now),
          one.last === null ? '' : cameOf(one.last),
        ]);
        return rows.length > 0
          ? table(cli.io, ['SYSTEM', 'CHECK', 'WHEN', 'NEXT', 'LAST', 'WHAT CAME OF IT'], rows)
          : 'Nothing is checked. See "checks" in tocsin.yaml.';
      });
    });

  check
    .command('run')
    .argument('<system>', 'id of the AI system')
    .addOption(new Option('--check <check>', 'only this one').choices(checkNames))
    .description('check an AI system now, and wait for what is found')
    .addHelpText('after', examples('tocsin check run support-assistant', 'tocsin check run support-assistant --json'))
    .action(async (system: string, options: { check?: string }, command: Command) => {
      const body = options.check === undefined ? {} : { check: options.check };
      const made = await cli
        .client()
        .post<{ checks: CheckRun[] }>(`/api/systems/${encodeURIComponent(system)}/checks`, body);
      cli.show(command, made, () => {
        const rows = made.checks.map(({ check, outcome }) => [
          check,
          outcome === null ? 'still running' : saidOf(outcome),
        ]);
        return table(cli.io, ['CHECK', 'WHAT CAME OF IT'], rows);
      });
      const failed = made.checks.filter(({ outcome }) => outcome?.status === 'failed');
      if (failed.length > 0)
        throw new CliError(
          EXIT.failure,
          `${failed.map(({ check }) => check).join(' and ')} could not be checked.`,
          'That says nothing about the system. See what its connection says: tocsin doctor.',
        );
    });
}

type Last = NonNullable<ListedCheck['last']>;

function cameOf({ status, version, code, detail, failures }: Last): string {
  if (status === 'failed') return `FAILED ${failures} × (${code}): ${detail}`;
  return `${status === 'found' ? 'FOUND' : 'clean'}, version ${version}: ${detail}`;
}

function saidOf(outcome: CheckOutcome): string {
  switch (outcome.status) {
    case 'clean':
      return `clean, version ${outcome.version}: ${outcome.detail}`;
    case 'found': {
      const which = outcome.canaries.length > 0 ? ` (${outcome.canaries.join(', ')})` : '';
      return `FOUND, version ${outcome.version}: ${outcome.detail}${which}`;
    }
    case 'failed':
      return `FAILED (${outcome.code}): ${outcome.detail}`;
    default:
      return outcome satisfies never;
  }
}

/** As durations are written in tocsin.yaml. */
function spanOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('');
}
