import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { rehearseOften, replay } from '../../simulator/rehearsal/rehearsals.ts';
import { minutes, RehearsalReport, type Spread, worseThan } from '../../simulator/rehearsal/summary.ts';
import { type Cli, examples, wantsJson } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { jsonText, paint, table } from './print.ts';
import { playable, type Where, whereOptions } from './simulation-file.ts';

type Options = Where & {
  length?: string;
  runs: string;
  seed: string;
  timeline?: string;
  save?: string;
  assert?: string;
};

const RUNS_MAX = 100_000;
const SEED_MAX = 2_147_483_647;

/** Bots play a simulation by themselves, in virtual time; needs no server. */
export function rehearseCommand(program: Command, cli: Cli): void {
  whereOptions(program.command('rehearse'))
    .argument('<simulation>', 'a file')
    .option('--length <length>', 'how long it is played; the longest if absent')
    .option('--runs <number>', 'how often', '100')
    .option('--seed <number>', 'what chance follows from in the first run; the others follow', '1')
    .option('--timeline <file>', 'write the events of the first run, one JSON a line, and the script')
    .option('--save <file>', 'keep the report, for --assert')
    .option('--assert <file>', 'fail when something got worse than in a report that was kept')
    .description('let bots play a simulation many times, and see what mostly happens')
    .addHelpText(
      'after',
      examples(
        'tocsin rehearse simulations/supply-chain-tampered-artifact.yaml --runs 1000 --seed 7',
        'tocsin rehearse simulations/supply-chain-tampered-artifact.yaml --save rehearsal.json',
        'tocsin rehearse simulations/supply-chain-tampered-artifact.yaml --assert rehearsal.json',
      ),
    )
    .action(async (file: string, options: Options, command: Command) => {
      const runs = wholeNumber(options.runs, '--runs', 1, RUNS_MAX);
      const firstSeed = wholeNumber(options.seed, '--seed', 0, SEED_MAX - runs);
      const before = options.assert === undefined ? null : readReport(cli, options.assert);
      const { script, plan } = playable(cli, file, options);
      if (before)
        refuseOther(before, { simulation: script.simulation, version: script.version, length: script.length.name });
      const report = await rehearseOften({ script, plan, runs, firstSeed, progress: progressOn(cli, command, runs) });
      if (options.timeline !== undefined) {
        const events = await replay(script, plan, firstSeed);
        writeFileSync(
          resolve(cli.io.cwd, options.timeline),
          [...events, { script }].map((line) => `${JSON.stringify(line)}\n`).join(''),
        );
      }
      if (options.save !== undefined) writeFileSync(resolve(cli.io.cwd, options.save), `${jsonText(report)}\n`);
      const worse = before ? worseThan(before, report) : [];
      cli.show(command, before ? { ...report, worse } : report, () => reportText(cli, report));
      if (worse.length > 0)
        throw new CliError(
          EXIT.failure,
          [`It got worse than in ${options.assert}:`, ...worse.map((line) => `  ${line}`)].join('\n'),
          `Replay a seed: --runs 1 --seed N --timeline FILE. If it is meant: --save ${options.assert}.`,
        );
    });
}

function wholeNumber(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new CliError(EXIT.usage, `${option} must be a whole number from ${min} to ${max}, not "${text}".`);
}

function readReport(cli: Cli, given: string): RehearsalReport {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`, 'Make one with --save.');
  try {
    return RehearsalReport.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new CliError(EXIT.failure, `${given} is no report of a rehearsal.`, 'Make one with --save.');
  }
}

type About = Pick<RehearsalReport, 'simulation' | 'version' | 'length'>;
function refuseOther(before: RehearsalReport, now: About): void {
  const name = ({ simulation, version, length }: About) => `${simulation} v${version}, ${length}`;
  if (name(before) === name(now)) return;
  throw new CliError(
    EXIT.failure,
    `The report is of ${name(before)}; this is ${name(now)}. Only runs of the same version and length compare.`,
    'Make a new one with --save.',
  );
}

/** A line that is written over, where somebody looks on. */
function progressOn(cli: Cli, command: Command, runs: number): (done: number) => void {
  const step = Math.max(1, Math.floor(runs / 50));
  return (done) => {
    if (!cli.io.interactive || wantsJson(command) || (done % step !== 0 && done !== runs)) return;
    cli.io.err(done === runs ? '\r\u001b[K' : `\r${done} of ${runs} runs`);
  };
}

function reportText(cli: Cli, report: RehearsalReport): string {
  const { bold } = paint(cli.io);
  const { playbook, runs, firstSeed } = report;
  const spreads = [
    ['to contain', report.contained],
    ['to recover', report.recovered],
  ] as const;
  return [
    bold(
      `${report.simulation} v${report.version}, ${report.length}: ${runs} runs, seeds ${firstSeed} to ${firstSeed + runs - 1}`,
    ),
    `${playbook.name} v${playbook.version}, plan ${playbook.hash.slice(0, 12)}; script ${report.script.slice(0, 12)}`,
    '',
    table(
      cli.io,
      ['TIME', 'RUNS', 'QUICKEST', 'HALF', '9 OF 10', 'SLOWEST'],
      [
        ...spreads.map(([what, spread]) => spreadRow(what, spread)),
        ...report.waited.map(({ role, spread }) => spreadRow(`waited for ${role}`, spread)),
      ],
    ),
    '',
    table(
      cli.io,
      ['EXPECTED', 'MET', 'LATE', 'MISSED', 'SEEDS'],
      report.expectations.map((one) => [
        plainText(one.title),
        one.notObserved === runs ? 'by evaluators' : share(one.met, runs),
        share(one.late, runs),
        share(one.missed, runs),
        one.seeds.join(', '),
      ]),
    ),
    '',
    ...findings(report),
  ].join('\n');
}

const spreadRow = (what: string, spread: Spread | null): string[] =>
  spread
    ? [what, String(spread.n), ...[spread.min, spread.p50, spread.p90, spread.max].map(minutes)]
    : [what, '0', '–', '–', '–', '–'];

const share = (count: number, runs: number): string => (count === 0 ? '–' : `${Math.round((count / runs) * 100)} %`);

function findings({ waited, dutiesMissed, silent, runs, contained, slowestSeed }: RehearsalReport): string[] {
  const [first] = waited;
  return [
    ...(first ? [`The plan waited longest for ${first.role}: ${minutes(first.spread.p50)} in half of the runs.`] : []),
    ...(silent > 0 ? [`In ${share(silent, runs)} of the runs nobody answered some question in time.`] : []),
    ...(dutiesMissed > 0 ? [`In ${share(dutiesMissed, runs)} of the runs a duty to notify was missed.`] : []),
    ...((contained?.n ?? 0) < runs
      ? [`In ${share(runs - (contained?.n ?? 0), runs)} of the runs it was never contained.`]
      : []),
    ...(slowestSeed === null
      ? []
      : [`The worst run has seed ${slowestSeed}: --runs 1 --seed ${slowestSeed} --timeline FILE.`]),
  ];
}
