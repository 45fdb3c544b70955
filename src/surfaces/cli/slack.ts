import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT, type Io } from './io.ts';
import { paint } from './print.ts';

/** One thing that was looked at, as `tocsin slack check` prints it. */
export type SlackFinding = { level: 'ok' | 'warning' | 'error'; about: string; what: string; fix: string | null };

export type SlackCommands = {
  /** Looks at Slack from here, with the settings of this environment. */
  slackCheck(options: { live: boolean }): Promise<{ where: string; findings: SlackFinding[] }>;
};

export function slackCommands(program: Command, cli: Cli, local: SlackCommands): void {
  const slack = program.command('slack').description('how Tocsin stands with Slack');
  slack
    .command('check')
    .description('look at tokens, scopes, channel, user groups and people, and say how to mend what is amiss')
    .option('--live', 'have Slack itself look at every kind of message and view of ours (blocks.validate)')
    .addHelpText(
      'after',
      `${examples('tocsin slack check', 'tocsin slack check --live --json')}
Run it where the server runs, with its environment; without one it looks at the local Slack of an npm start. It changes nothing
in Slack. Exit code 1 when something keeps decisions in Slack from working.`,
    )
    .action(async (options: { live?: boolean }, command: Command) => {
      const { where, findings } = await local.slackCheck({ live: options.live === true });
      cli.show(command, { where, findings }, () => text(cli.io, where, findings));
      if (findings.some(({ level }) => level === 'error'))
        throw new CliError(
          EXIT.failure,
          'Decisions in Slack do not work yet.',
          'Mend what is named above, and check again.',
        );
    });
}

function text(io: Io, where: string, findings: readonly SlackFinding[]): string {
  const { act, soon, dim } = paint(io);
  const shown = { ok: (words: string) => words, warning: soon, error: act };
  // Names of channels, groups and people come from outside.
  return [
    dim(plainText(where)),
    ...findings.flatMap(({ level, about, what, fix }) => [
      `${shown[level](level.padEnd(9))}${plainText(`${about}: ${what}`)}`,
      ...(fix === null ? [] : [`         ${plainText(fix)}`]),
    ]),
  ].join('\n');
}
