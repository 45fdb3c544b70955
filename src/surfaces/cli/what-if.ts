import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { JsonObject } from '../../incident/json.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Inventory, systemSnapshot } from '../../inventory/inventory.ts';
import { BadImport } from '../../simulator/exchange/bad-import.ts';
import { BadChange } from '../../simulator/what-if/changes.ts';
import { namedWorld } from '../../simulator/what-if/named-world.ts';
import { BadRecord, type ReadRecord, readRecord } from '../../simulator/what-if/read-record.ts';
import { whatIf } from '../../simulator/what-if/what-if.ts';
import { verifyExport } from '../../store/verify.ts';
import { type Cli, examples, incidentArgument, incidentPath, jsonArgument } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { inventoryFor } from './playbook.ts';
import { isFile } from './playbook-named.ts';
import { scriptOf } from './simulation-file.ts';
import { type PlanSources, plansOf } from './what-if-plans.ts';
import { shownWhatIf, whatIfText } from './what-if-text.ts';

type Options = {
  answer: string[];
  answered: string[];
  never: string[];
  delay: string[];
  world?: string;
  plan: string[];
  playbooks?: string;
  inventory?: string;
  inputs?: string;
};

const BYTES_MAX = 100 * 1024 * 1024;
const several = (one: string, before: string[]): string[] => [...before, one];

/** Replays a real incident with something changed. */
export function whatIfCommand(program: Command, cli: Cli): void {
  program
    .command('what-if')
    .argument('<incident>', 'INC-2026-0147 or 147 of the server, or a timeline that was exported: a file')
    .option(
      '--answer <question=answer>',
      'what it would have been answered; a question by its number, or by its step',
      several,
      [],
    )
    .option(
      '--answered <question=time>',
      '+5m: so much later than it was, -5m: earlier, 4m: so long after it was asked',
      several,
      [],
    )
    .option('--never <question>', 'nobody would have answered it', several, [])
    .option('--delay <step=time>', '+10m: its act takes so much longer, -10m: shorter, 2m: that long', several, [])
    .option('--world <simulation>', 'whose world says how acts come out that were never taken: FILE or FILE:LENGTH')
    .option('--plan <file>', 'a plan that ran, where neither server nor playbooks have it', several, [])
    .option('--playbooks <folder>', 'the folder of playbooks to look for the plan in (playbooks)')
    .option(
      '--inventory <file>',
      'the inventory to check them against (TOCSIN_INVENTORY, else tocsin.yaml here or above)',
    )
    .option('--inputs <json>', 'inputs of the playbook that were given by hand when the incident was opened')
    .description('replay an incident with another decision or delay: how long would it have taken to contain it?')
    .addHelpText(
      'after',
      examples(
        'tocsin what-if 147',
        'tocsin what-if 147 --answered 2=+15m',
        'tocsin what-if INC-2026-0147.jsonl --answer 3=deny --delay rollback=+10m',
        'tocsin what-if 147 --never 1 --world simulations/supply-chain-tampered-artifact.yaml:60m --json',
      ),
    )
    .action((given: string, options: Options, command: Command) => explained(() => run(cli, given, options, command)));
}

async function run(cli: Cli, given: string, options: Options, command: Command): Promise<void> {
  const fromFile = isFile(cli, given) || /\.jsonl$/.test(given);
  const record = fromFile ? await recordOfFile(cli, given) : await recordOfServer(cli, given);
  const inventory = inventoryIfAny(cli, options.inventory);
  const opened = record.events.find((event) => event.type === 'incident.opened');
  const system = opened?.type === 'incident.opened' ? (opened.data.system?.id ?? null) : null;
  const result = await whatIf({
    events: record.events,
    redacted: record.redacted,
    readAt: record.readAt,
    planByHash: await plansOf(cli, record.events, sourcesOf(cli, options, inventory, fromFile)),
    inputs: options.inputs === undefined ? {} : (jsonArgument(options.inputs, '--inputs') as JsonObject),
    written: options,
    named: options.world === undefined ? null : namedWorld(scriptNamed(cli, options.world, options), system),
    calendar: inventory?.calendar ?? null,
    systems: inventory ? inventory.systems.flatMap(({ id }) => systemSnapshot(inventory, id) ?? []) : [],
  });
  cli.show(command, shownWhatIf(result), () => whatIfText(cli, result));
  if (!result.faithful)
    throw new CliError(
      EXIT.failure,
      'The replay of the unchanged incident parts from the record, so nothing can be said about what would have been.',
      'See what stands there. Inputs that were given by hand are not on a timeline: --inputs.',
    );
  if (result.stopped && result.comparison.measures.whatIf.contain.ms === null)
    throw new CliError(
      EXIT.failure,
      `It cannot say when it would have been contained: nobody knows how ${result.stopped.capability} at ${result.stopped.path} would have come out.`,
      options.world === undefined ? 'Name a world that says it: --world SIMULATION.' : null,
    );
}

async function recordOfServer(cli: Cli, given: string): Promise<ReadRecord> {
  const id = incidentArgument(cli.io, given);
  const response = await cli.client().open(`${incidentPath(id)}/timeline?format=jsonl`);
  return verified(await response.text(), id);
}

async function recordOfFile(cli: Cli, given: string): Promise<ReadRecord> {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file) || statSync(file).isDirectory())
    throw new CliError(EXIT.notFound, `There is no file ${file}.`, 'Export one: tocsin timeline export 147 -o FILE.');
  if (statSync(file).size > BYTES_MAX)
    throw new CliError(
      EXIT.failure,
      `${given} is larger than 100 MB, which is more than an incident's timeline takes.`,
    );
  try {
    return await verified(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)), given);
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new CliError(EXIT.failure, `${given} is no text in UTF-8.`, 'Export the timeline again.');
    throw error;
  }
}

/** What is to be believed must be what was written. */
async function verified(text: string, name: string): Promise<ReadRecord> {
  const { ok, problems } = await verifyExport(text.replace(/\n$/, '').split('\n'));
  if (ok) return readRecord(text);
  const [first] = problems;
  throw new CliError(
    EXIT.failure,
    `${name} does not verify: ${plainText(first?.problem ?? '')}`,
    'Export it again from the source: tocsin timeline export 147 -o FILE. tocsin timeline verify says more.',
  );
}

/** Where none is named, and none is there, it is done without: the server has the plans. */
function inventoryIfAny(cli: Cli, given: string | undefined): Inventory | null {
  try {
    return inventoryFor(cli, given);
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.usage && given === undefined) return null;
    throw error;
  }
}

function sourcesOf(cli: Cli, options: Options, inventory: Inventory | null, fromFile: boolean): PlanSources {
  const folder = resolve(cli.io.cwd, options.playbooks ?? 'playbooks');
  if (options.playbooks !== undefined && !inventory)
    throw new CliError(EXIT.usage, 'There is no tocsin.yaml here or above.', 'Say --inventory FILE, too.');
  return {
    files: options.plan,
    library: inventory && (options.playbooks !== undefined || existsSync(folder)) ? { folder, inventory } : null,
    server: !fromFile,
  };
}

function scriptNamed(cli: Cli, given: string, { inventory, playbooks }: Options) {
  const [, file = given, length] = /^(.+):([0-9a-z]+)$/.exec(given) ?? [];
  const local = join('simulations', `${file}.yaml`);
  const known = existsSync(resolve(cli.io.cwd, file)) || !existsSync(resolve(cli.io.cwd, local)) ? file : local;
  return scriptOf(cli, known, {
    ...(length !== undefined && { length }),
    ...(inventory !== undefined && { inventory }),
    ...(playbooks !== undefined && { playbooks }),
  });
}

async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BadChange) throw new CliError(EXIT.usage, plainText(error.message), error.next);
    if (error instanceof BadRecord) throw new CliError(EXIT.failure, plainText(error.message), error.next);
    if (error instanceof BadImport)
      throw new CliError(EXIT.failure, `Line ${error.at}: ${plainText(error.message)}.`, 'Export the timeline again.');
    throw error;
  }
}
