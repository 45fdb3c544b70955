import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type Command, Option } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { linesOf, type VerifyResult, verifyExport } from '../../store/verify.ts';
import { type Cli, examples, incidentArgument, incidentPath } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint, utc } from './print.ts';

type Event = { seq: number; at: number; path: string; type: string; text: string };

export function timelineCommands(program: Command, cli: Cli): void {
  const timeline = program.command('timeline').description('read, export and verify timelines');

  timeline
    .command('show')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .option('--after <number>', 'only events after this one', '0')
    .description('print the timeline, oldest first')
    .addHelpText('after', examples('tocsin timeline show 147', 'tocsin timeline show 147 --after 40 --json'))
    .action(async (given: string, { after }: { after: string }, command: Command) => {
      const path = `${incidentPath(incidentArgument(cli.io, given))}/events?after=${encodeURIComponent(after)}&limit=10000`;
      const found = await cli.client().get<{ events: Event[] }>(path);
      cli.show(command, found, () => found.events.map((event) => eventLine(cli, event)).join('\n') || 'No events.');
    });

  timeline
    .command('export')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .addOption(
      new Option('--format <format>', 'jsonl can be verified; html and md are the incident report, for reading')
        .choices(['jsonl', 'html', 'md', 'json'])
        .default('jsonl'),
    )
    .option('-o, --output <file>', 'write to a file; it must not exist')
    .description('write the timeline out: signed, or as an incident report')
    .addHelpText(
      'after',
      examples(
        'tocsin timeline export 147 -o INC-2026-0147.jsonl',
        'tocsin timeline export 147 --format html -o INC-2026-0147.html',
        'tocsin timeline export 147 --format md',
      ),
    )
    .action(async (given: string, { format, output }: { format: string; output?: string }) => {
      const response = await cli
        .client()
        .open(`${incidentPath(incidentArgument(cli.io, given))}/timeline?format=${format}`);
      const body = Readable.fromWeb(response.body as ReadableStream);
      if (output === undefined) {
        for await (const chunk of body.setEncoding('utf8')) cli.io.out(String(chunk));
        return;
      }
      const file = resolve(cli.io.cwd, output);
      if (existsSync(file))
        throw new CliError(EXIT.failure, `${file} exists already.`, 'Name another file, or remove it.');
      await pipeline(body, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
      cli.io.err(`Written to ${file}\n`);
    });

  timeline
    .command('verify')
    .argument('<file>', 'an export in jsonl')
    .option('--key <key>', "public key you know from elsewhere to be this installation's: a file, or the key itself")
    .option('--all-heads', 'check every signature, not only the latest')
    .description('check that an export is whole and unchanged; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin timeline verify INC-2026-0147.jsonl',
        'tocsin timeline verify INC-2026-0147.jsonl --key head-0001.pub.pem',
      ),
    )
    .action(async (given: string, { key, allHeads }: { key?: string; allHeads?: boolean }, command: Command) => {
      const file = resolve(cli.io.cwd, given);
      if (!existsSync(file))
        throw new CliError(EXIT.notFound, `There is no file ${file}.`, 'Export one: tocsin timeline export.');
      const pinnedKey = key === undefined ? undefined : keyFrom(cli, key);
      const result = await verifyExport(readLines(file), {
        ...(pinnedKey ? { pinnedKey } : {}),
        ...(allHeads ? { allHeads } : {}),
      });
      cli.show(command, result, () => verdict(cli, result));
      if (!result.ok)
        throw new CliError(
          EXIT.failure,
          'The timeline does not verify.',
          'Do not rely on it; export it again from the source.',
        );
    });
}

async function* readLines(file: string): AsyncGenerator<string> {
  yield* linesOf(createReadStream(file));
}

const keyFrom = (cli: Cli, key: string): string => {
  const file = resolve(cli.io.cwd, key);
  return existsSync(file) ? readFileSync(file, 'utf8') : key;
};

function eventLine(cli: Cli, event: Event): string {
  const { dim } = paint(cli.io);
  return `${dim(`${utc(event.at)}  #${event.seq}`.padEnd(27))}${plainText(event.text)}`;
}

function verdict(cli: Cli, result: VerifyResult): string {
  const { bold, act } = paint(cli.io);
  const problems = result.problems.map(
    ({ seq, problem }) => `  ${seq === null ? 'file' : `event ${seq}`}: ${plainText(problem)}`,
  );
  if (!result.ok) return [act(bold('Not consistent.')), ...problems].join('\n');
  const author =
    result.author === 'proven'
      ? 'author proven by the key you gave'
      : 'author unproven: give --key with a public key you know from elsewhere';
  const redacted = result.redacted.length > 0 ? [`  redacted: ${result.redacted.join(', ')}`] : [];
  return [
    bold(`${result.incident ?? 'The timeline'} is consistent, ${author}.`),
    `  ${result.events} events, head ${result.head?.hash ?? 'none'}`,
    ...redacted,
  ].join('\n');
}
