import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { drillMeasuresOf } from '../../simulator/scoring/measures-of.ts';
import { BadDrillExport, readDrillExport } from '../../simulator/scoring/read-export.ts';
import { scoreOf } from '../../simulator/scoring/score-of.ts';
import { verifyExport } from '../../store/verify.ts';
import type { Scored } from '../drills/score.ts';
import { type Cli, drillArgument, drillPath, examples } from './context.ts';
import { scoreText } from './drill-score-text.ts';
import { CliError, EXIT } from './io.ts';

/** What is known of the file that a score was found from. */
export type Source = { redacted: number[]; author: 'proven' | 'unproven' | 'unsigned' };

export function scoreCommand(drill: Command, cli: Cli): void {
  drill
    .command('score')
    .argument('<drill>', 'EX-2026-0003, or 3; or a file: its export in jsonl, or what rehearse --timeline wrote')
    .option('--key <key>', "of a file: the public key that you know to be that installation's: a file, or the key")
    .description('what a drill came to: results, ratings by objective, measures, each with its events')
    .addHelpText(
      'after',
      examples('tocsin drill score 3', 'tocsin drill score EX-2026-0003.jsonl', 'tocsin drill score run.jsonl --json'),
    )
    .action(async (given: string, { key }: { key?: string }, command: Command) => {
      if (!isFile(cli, given)) {
        const scored = await cli.client().get<Scored>(drillPath(drillArgument(cli.io, given), '/score'));
        cli.show(command, scored, () => scoreText(cli, scored, null));
        return;
      }
      const { source, ...scored } = await scoreOfFile(cli, given, key);
      cli.show(command, { ...scored, source }, () => scoreText(cli, scored, source));
    });
}

/** Drills have no dots and no slashes in their names. */
export const isFile = (cli: Cli, given: string): boolean =>
  /[./\\]/.test(given) || existsSync(resolve(cli.io.cwd, given));

async function scoreOfFile(cli: Cli, given: string, key?: string): Promise<Scored & { source: Source }> {
  const { script, events, source } = await drillOfFile(cli, given, key);
  const score = scoreOf(script, events);
  return { score, measures: drillMeasuresOf(script, events, score), source };
}

/** A drill out of a file, verified where it is signed. */
export async function drillOfFile(cli: Cli, given: string, key?: string) {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file))
    throw new CliError(EXIT.notFound, `There is no file ${file}.`, 'Export one: tocsin timeline export EX-2026-0003.');
  const text = readFileSync(file, 'utf8');
  const { script, events, redacted, head, isSigned } = read(text);
  if (!isSigned) return { script, events, head, source: { redacted, author: 'unsigned' } satisfies Source };
  const keyFile = key === undefined ? null : resolve(cli.io.cwd, key);
  const pinnedKey = keyFile !== null && existsSync(keyFile) ? readFileSync(keyFile, 'utf8') : key;
  const verified = await verifyExport(
    text.replace(/\n$/, '').split('\n'),
    pinnedKey === undefined ? {} : { pinnedKey },
  );
  if (!verified.ok)
    throw new CliError(
      EXIT.failure,
      [`${given} does not verify:`, ...verified.problems.map(({ problem }) => `  ${problem}`)].join('\n'),
      'Nothing was made of it. Export it again from the source.',
    );
  return { script, events, head, source: { redacted, author: verified.author } satisfies Source };
}

function read(text: string): ReturnType<typeof readDrillExport> {
  try {
    return readDrillExport(text);
  } catch (error) {
    if (!(error instanceof BadDrillExport)) throw error;
    throw new CliError(EXIT.failure, error.message, error.next);
  }
}
