import { Command, CommanderError } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { accountCommands, type InDatabase } from './account.ts';
import { alertCommands } from './alert.ts';
import { checkCommands } from './check.ts';
import { createCli, examples, wantsJson } from './context.ts';
import { decideCommand } from './decide.ts';
import { type DemoCommands, demoCommands } from './demo.ts';
import { drillCommands } from './drill.ts';
import { evidenceCommands } from './evidence.ts';
import { improvementCommands } from './improvement.ts';
import { incidentCommands } from './incident.ts';
import { CliError, EXIT, type ExitCode, type Io } from './io.ts';
import { playbookCommands } from './playbook.ts';
import { paint } from './print.ts';
import { rehearseCommand } from './rehearse.ts';
import { simulationCommands } from './simulation.ts';
import { type SlackCommands, slackCommands } from './slack.ts';
import { timelineCommands } from './timeline.ts';
import { whatIfCommand } from './what-if.ts';

/** Commands that need more of the house than surfaces may know. */
export type LocalCommands = {
  start(args: string[]): Promise<void>;
  worker(): Promise<void>;
  server(): Promise<void>;
  drillWorker(): Promise<void>;
  localSlack(): Promise<void>;
  /** What was found, and how to mend it. */
  doctor(): Promise<Finding[]>;
} & InDatabase &
  SlackCommands &
  DemoCommands;

export type Finding = { check: string; status: 'ok' | 'warning' | 'problem'; message: string; fix: string | null };

/** Runs one command line and answers with the exit code. */
export async function runCli(argv: string[], io: Io, version: string, local: LocalCommands): Promise<ExitCode> {
  const program = createProgram(io, version, local);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return report(error, io, argv.includes('--json'));
  }
}

export function createProgram(io: Io, version: string, local: LocalCommands): Command {
  const cli = createCli(io, version);
  const program = new Command('tocsin')
    .description('Incident response for AI systems')
    .version(version)
    .option('--json', 'print JSON')
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for how to use it.')
    .addHelpText(
      'after',
      `${examples('tocsin start', 'tocsin incident list', 'tocsin decide 147 1 approve')}
Reaches the server of TOCSIN_URL with TOCSIN_TOKEN, else the one that runs in this folder.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 not found, 5 unreachable.`,
    );
  incidentCommands(program, cli);
  alertCommands(program, cli);
  decideCommand(program, cli);
  playbookCommands(program, cli);
  simulationCommands(program, cli);
  rehearseCommand(program, cli);
  drillCommands(program, cli);
  improvementCommands(program, cli);
  evidenceCommands(program, cli);
  whatIfCommand(program, cli);
  timelineCommands(program, cli);
  checkCommands(program.command('check').description('checks of AI systems: signatures and planted secrets'), cli);
  accountCommands(program, cli, local);
  slackCommands(program, cli, local);
  demoCommands(program, local);
  localCommands(program, io, local);
  prepare(program, io);
  return program;
}

function localCommands(program: Command, io: Io, local: LocalCommands): void {
  program
    .command('start')
    .description('run everything on this machine: PostgreSQL, Temporal, worker, server and a local Slack')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[args...]')
    .action((args: string[]) => local.start(args));
  program
    .command('worker')
    .description('run a worker (production)')
    .action(() => local.worker());
  program
    .command('server')
    .description('run a server (production)')
    .action(() => local.server());
  program
    .command('drill-worker')
    .description('run a worker of drills (production): it can reach nothing that is real')
    .action(() => local.drillWorker());
  program
    .command('local-slack')
    .description('run only the Slack of this machine, for trying and for tests')
    .addHelpText('after', examples('tocsin local-slack', 'TOCSIN_SLACK_PORT=8374 tocsin local-slack'))
    .action(() => local.localSlack());
  program
    .command('doctor')
    .description('look for what keeps Tocsin from running here')
    .addHelpText('after', examples('tocsin doctor'))
    .action(async (_: unknown, command: Command) => {
      const findings = await local.doctor();
      io.out(`${wantsJson(command) ? JSON.stringify({ findings }, null, 2) : findingsText(io, findings)}\n`);
      if (findings.some(({ status }) => status === 'problem'))
        throw new CliError(EXIT.failure, 'Something keeps Tocsin from running here.', 'Mend what is named above.');
    });
}

function findingsText(io: Io, findings: Finding[]): string {
  const { act, soon } = paint(io);
  const shown = { ok: (text: string) => text, warning: soon, problem: act };
  return findings
    .flatMap(({ check, status, message, fix }) => [
      `${shown[status](status.padEnd(9))}${check}: ${message}`,
      ...(fix ? [`         ${fix}`] : []),
    ])
    .join('\n');
}

/** These run until they are stopped, and print nothing to read. */
const PROCESSES: ReadonlySet<string> = new Set(['start', 'worker', 'server', 'drill-worker', 'local-slack', 'story']);

/** The same for every command: output by `io`, errors thrown instead of ending the process, --json accepted everywhere. */
function prepare(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    getOutHelpWidth: () => io.columns,
    getErrHelpWidth: () => io.columns,
  });
  for (const child of command.commands) {
    if (child.commands.length === 0 && !PROCESSES.has(child.name())) child.option('--json', 'print JSON');
    child.showSuggestionAfterError().showHelpAfterError('Add --help for how to use it.');
    prepare(child, io);
  }
}

function report(error: unknown, io: Io, json: boolean): ExitCode {
  // Help and version end this way, too; commander has written what it had to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { message, exit, next, problem } = error instanceof CliError ? error : unexpected(error);
  if (json) io.err(`${JSON.stringify(problem ?? { detail: message, next }, null, 2)}\n`);
  // A problem may repeat what came from outside.
  else io.err(`${paint(io).bold(plainText(message))}\n${next ? `${plainText(next)}\n` : ''}`);
  return exit;
}

/** Errors of our own that know what to do carry `fix`; others are shown whole, for a report. */
function unexpected(error: unknown): Pick<CliError, 'message' | 'exit' | 'next' | 'problem'> {
  if (!(error instanceof Error)) return { message: String(error), exit: EXIT.failure, next: null, problem: null };
  if ('fix' in error && typeof error.fix === 'string')
    return { message: error.message, exit: EXIT.failure, next: error.fix, problem: null };
  return { message: error.stack ?? error.message, exit: EXIT.failure, next: null, problem: null };
}
