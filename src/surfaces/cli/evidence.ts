import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import type { Mapped } from '../evidence/mapping.ts';
import { eventsText, STATES } from '../evidence/mapping.ts';
import { type PackResult, verifyPack } from '../evidence/verify.ts';
import { type Cli, drillArgument, drillPath, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint } from './print.ts';

export function evidenceCommands(program: Command, cli: Cli): void {
  const evidence = program.command('evidence').description('what a drill is evidence of, for auditors');

  evidence
    .command('show')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .option('--framework <text>', 'only requirements in whose framework or reference this stands: pci, DORA, A.5.27')
    .description('list requirements, what the drill showed of each, and what is missing')
    .addHelpText('after', examples('tocsin evidence show 3', 'tocsin evidence show 3 --framework pci --json'))
    .action(async (given: string, { framework }: { framework?: string }, command: Command) => {
      const { requirements } = await cli
        .client()
        .get<{ requirements: Mapped[] }>(drillPath(drillArgument(cli.io, given), '/evidence'));
      const some = requirements.filter((one) => framework === undefined || isOf(one, framework));
      if (some.length === 0) throw unknownFramework(framework ?? '', requirements);
      cli.show(command, { requirements: some }, () => some.map((one) => mappedText(cli, one)).join('\n\n'));
    });

  evidence
    .command('pack')
    .argument('<drill>', 'EX-2026-0003, or 3')
    .option('-o, --output <file>', 'the file to write; EX-2026-0003-evidence.zip if absent. It must not exist')
    .description('write the evidence of a drill as a signed zip: plan, attendance, MSEL, timeline, rubric, report …')
    .addHelpText('after', examples('tocsin evidence pack 3', 'tocsin evidence pack 3 -o q4-exercise.zip'))
    .action(async (given: string, { output }: { output?: string }, command: Command) => {
      const drill = drillArgument(cli.io, given);
      const file = resolve(cli.io.cwd, output ?? `${drill}-evidence.zip`);
      if (existsSync(file))
        throw new CliError(EXIT.failure, `${file} exists already.`, 'Name another file, or remove it.');
      const response = await cli.client().open(drillPath(drill, '/evidence.zip'));
      const bytes = new Uint8Array(await response.arrayBuffer());
      writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 });
      cli.show(command, { drill, file, bytes: bytes.length }, () => `Written to ${file}`);
    });

  evidence
    .command('verify')
    .argument('<file>', 'an evidence pack')
    .option(
      '--key <key>',
      'public key, known from elsewhere, with which that installation signs packs: a file, or the key',
    )
    .option('--timeline-key <key>', 'the same for its timelines')
    .description('check that a pack is whole and unchanged; needs no server')
    .addHelpText('after', examples('tocsin evidence verify EX-2026-0003-evidence.zip --key vote-0001.pub.pem'))
    .action(async (given: string, options: { key?: string; timelineKey?: string }, command: Command) => {
      const file = resolve(cli.io.cwd, given);
      if (!existsSync(file))
        throw new CliError(EXIT.notFound, `There is no file ${file}.`, 'Make one: tocsin evidence pack.');
      const keys = { pack: keyFrom(cli, options.key), timeline: keyFrom(cli, options.timelineKey) };
      const result = await verifyPack(readFileSync(file), keys);
      cli.show(command, result, () => verdict(cli, result));
      if (!result.ok)
        throw new CliError(EXIT.failure, 'The pack does not verify.', 'Do not rely on it; ask for it again.');
    });
}

const keyFrom = (cli: Cli, key: string | undefined): string | undefined => {
  if (key === undefined) return undefined;
  const file = resolve(cli.io.cwd, key);
  return existsSync(file) ? readFileSync(file, 'utf8') : key;
};

const isOf = ({ framework, reference, id }: Mapped, asked: string): boolean =>
  `${framework} ${reference} ${id}`.toLowerCase().includes(asked.toLowerCase());

function unknownFramework(asked: string, all: readonly Mapped[]): CliError {
  const names = [...new Set(all.map(({ framework }) => framework))].join('; ');
  return new CliError(EXIT.usage, `No requirement is of "${plainText(asked)}".`, `There are: ${names}.`);
}

const SIGNS = { shown: '●', partly: '◐', missing: '○' } as const;

function mappedText(cli: Cli, { framework, reference, asks, elements, not }: Mapped): string {
  const { bold, dim } = paint(cli.io);
  return [
    bold(`${framework}, ${reference}`),
    `${asks}.`,
    ...elements.flatMap(({ asks: wanted, state, shows, lacks }) => [
      `  ${SIGNS[state]} ${wanted}: ${STATES[state].toLowerCase()}`,
      ...shows.map(({ text, cites }) => `      ${plainText(text)}${dim(eventsText(cites))}`),
      ...lacks.map((text) => `      missing: ${plainText(text)}`),
    ]),
    ...(not.length > 0 ? [dim(`  No drill shows: ${not.join(' ')}`)] : []),
  ].join('\n');
}

function verdict(cli: Cli, { ok, drill, files, madeAt, author, timeline, score, problems }: PackResult): string {
  const { bold, act } = paint(cli.io);
  if (!ok) return [act(bold('Not whole.')), ...problems.map((problem) => `  ${plainText(problem)}`)].join('\n');
  const by =
    author === 'proven'
      ? 'author proven by the key you gave'
      : 'author unproven: give --key with a public key you know from elsewhere';
  return [
    bold(`The evidence of ${drill} is whole, ${by}.`),
    `  ${files} files, made ${madeAt}`,
    `  timeline: ${timeline?.events ?? 0} events, head ${timeline?.head?.hash ?? 'none'}, author ${timeline?.author}`,
    `  score: ${score === 'follows' ? 'found again from the timeline, the same' : 'not compared: events were redacted, or it has none'}`,
  ].join('\n');
}
