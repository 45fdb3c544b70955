import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { scoreOf, startOf } from '../../simulator/scoring/score-of.ts';
import { afterActionOf } from '../after-action/after-action.ts';
import { AfterAction, AUDIENCES, type Audience, type Beside } from '../after-action/contract.ts';
import { FORMATS, FORMS, type Format } from '../after-action/desk.ts';
import { type Cli, drillArgument, drillPath, examples } from './context.ts';
import { drillOfFile, isFile } from './drill-score.ts';
import { CliError, EXIT } from './io.ts';

type ReportOptions = {
  format: Format;
  audience: Audience;
  output?: string;
  force?: boolean;
  key?: string;
  with?: string;
};

export function reportCommand(drill: Command, cli: Cli): void {
  drill
    .command('report')
    .argument('<drill>', 'EX-2026-0003, or 3; or a file: its export in jsonl, or what rehearse --timeline wrote')
    .addOption(
      new Option('--format <format>', 'html prints well, json is the model itself').choices(FORMATS).default('html'),
    )
    .addOption(
      new Option('--audience <audience>', 'staff has figures of single persons; anonymous can be shared outside')
        .choices(AUDIENCES)
        .default('team'),
    )
    .option('-o, --output <file>', 'write to a file')
    .option('--force', 'write over a file that is there')
    .option('--key <key>', "of a file: the public key that you know to be that installation's: a file, or the key")
    .option(
      '--with <report>',
      'of a file: a report in json; what no timeline holds (names, improvements) is taken from it',
    )
    .description('the after-action report and improvement plan of a drill that is over')
    .addHelpText(
      'after',
      examples(
        'tocsin drill report 3 -o report.html',
        'tocsin drill report 3 --audience anonymous --format md',
        'tocsin drill report EX-2026-0003.jsonl --format json',
        'tocsin drill report EX-2026-0003.jsonl --format json --with report.json',
      ),
    )
    .action(async (given: string, options: ReportOptions) => {
      const { format, audience, output, force = false } = options;
      const file = output === undefined ? null : resolve(cli.io.cwd, output);
      if (file !== null && !force && existsSync(file))
        throw new CliError(EXIT.failure, `${file} exists already.`, 'Name another file, or write over it: --force.');
      const text = isFile(cli, given)
        ? FORMS[format].of(await reportOfFile(cli, given, options))
        : await reportOf(cli, given, { format, audience });
      if (file === null) cli.io.out(text);
      else {
        write(file, text);
        cli.io.err(`Written to ${file}\n`);
      }
    });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    throw new CliError(
      EXIT.failure,
      `${file} cannot be written: ${codeOf(error)}.`,
      'Name a file in a folder that is there.',
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

async function reportOf(cli: Cli, given: string, { format, audience }: Pick<ReportOptions, 'format' | 'audience'>) {
  const query = new URLSearchParams({ format, audience });
  const response = await cli.client().open(`${drillPath(drillArgument(cli.io, given), '/report')}?${query}`);
  return response.text();
}

async function reportOfFile(cli: Cli, given: string, options: ReportOptions): Promise<AfterAction> {
  const { audience, key } = options;
  const { script, events, head, source } = await drillOfFile(cli, given, key);
  const beside =
    options.with === undefined
      ? NOTHING_BESIDE
      : besideIn(resolve(cli.io.cwd, options.with), startOf(script, events).data.incident);
  const { redacted } = source;
  return afterActionOf({ script, events, redacted, head, score: scoreOf(script, events), beside, audience });
}

/** A timeline knows people by their ids, and no plans for later. Whoever reads a file cannot tell whether the hot wash goes on. */
const NOTHING_BESIDE: Beside = {
  final: false,
  ...{ timezone: 'UTC', organisation: null, people: {}, contact: null },
  ...{ improvements: [], earlier: [], incidents: [], audit: null },
};

function besideIn(file: string, drill: string): Beside {
  const wrong = (message: string) =>
    new CliError(EXIT.failure, message, `Get one: tocsin drill report ${drill} --format json -o report.json.`);
  if (!existsSync(file)) throw wrong(`There is no file ${file}.`);
  let report: AfterAction;
  try {
    report = AfterAction.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw wrong(`${file} is no report in JSON.`);
    throw wrong(`${file} cannot be read: ${codeOf(error)}.`);
  }
  // Names, improvements and comparisons of one drill must not pass for those of another.
  if (report.drill !== drill) throw wrong(`${file} is a report of ${report.drill}, and the timeline is of ${drill}.`);
  return report.beside;
}
