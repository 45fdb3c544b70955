import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { surroundingsOf } from '../../inventory/inventory.ts';
import { loadInventory } from '../../inventory/load.ts';
import { formatDiagnostic, SourceError } from '../../playbook/diagnostics.ts';
import { readLibrary } from '../../playbook/library.ts';
import type { Plan } from '../../playbook/plan.ts';
import { checkSources } from '../playbook-check.ts';
import type { Checked, Publication, Sources } from '../playbook-desk.ts';
import { type Cli, examples } from './context.ts';
import { changesText } from './diff-text.ts';
import { CliError, EXIT } from './io.ts';
import { cacaoCommands } from './playbook-cacao.ts';
import { checkCommand } from './playbook-check.ts';
import { diffCommand } from './playbook-diff.ts';
import { dryRunCommand } from './playbook-dry-run.ts';
import { fmtCommand } from './playbook-fmt.ts';
import { listCommands } from './playbook-list.ts';
import type { PlanOfFile } from './playbook-named.ts';
import { newCommand } from './playbook-new.ts';
import { seeCommands } from './playbook-see.ts';
import { testCommand } from './playbook-test.ts';

export function playbookCommands(program: Command, cli: Cli): void {
  const playbook = program.command('playbook').description('check, publish and read playbooks');

  listCommands(playbook, cli, (file, inventory) => checkFile(cli, file, inventory));

  checkCommand(playbook, cli, (inventory) => surroundingsOf(inventoryFor(cli, inventory)), explained);

  playbook
    .command('publish')
    .argument('<file>', 'a playbook; those it runs are taken from its folder')
    .description('publish a playbook, so that it can run')
    .addHelpText('after', examples('tocsin playbook publish playbooks/supply-chain-tampered-artifact.yaml'))
    .action(async (given: string, _: unknown, command: Command) => {
      const publication = await publish(cli, sourcesOf(cli, given));
      cli.show(command, publication, () => publicationText(cli, publication));
    });

  cacaoCommands(playbook, cli, (inventory) => surroundingsOf(inventoryFor(cli, inventory)));
  const planOf: PlanOfFile = (file, inventory) => planOfFile(cli, file, inventory);
  seeCommands(playbook, cli, planOf);
  diffCommand(playbook, cli, planOf);
  fmtCommand(playbook, cli);
  newCommand(playbook, cli, (inventory) => surroundingsOf(inventoryFor(cli, inventory)));
  const inventoryOf = (given: string | undefined) => inventoryFor(cli, given);
  testCommand(playbook, cli, planOf, inventoryOf);
  dryRunCommand(playbook, cli, planOf, inventoryOf);
}

function checkFile(cli: Cli, given: string, inventory: string | undefined): Checked {
  const around = surroundingsOf(inventoryFor(cli, inventory));
  return checkSources(sourcesOf(cli, given), around, { playbooks: {}, templates: {}, rules: {} });
}

/** The plan of a file that holds, or every reason why there is none. */
function planOfFile(cli: Cli, given: string, inventory: string | undefined): Plan {
  const { diagnostics, plan } = checkFile(cli, given, inventory);
  if (plan) return plan;
  const lines = diagnostics.map((one) => plainText(formatDiagnostic(one)));
  throw new CliError(EXIT.failure, [...lines, `${given} does not hold.`].join('\n'));
}

async function publish(cli: Cli, sources: Sources): Promise<Publication> {
  try {
    return await cli.client().post<Publication>('/api/playbooks/publish', sources);
  } catch (error) {
    if (!(error instanceof CliError) || error.problem?.code !== 'playbook-refused') throw error;
    const { diagnostics } = error.problem as { diagnostics: Parameters<typeof formatDiagnostic>[0][] };
    const lines = diagnostics.map((one) => plainText(formatDiagnostic(one)));
    throw new CliError(error.exit, [...lines, error.message].join('\n'), error.next, error.problem);
  }
}

function publicationText(cli: Cli, publication: Publication): string {
  const { playbook, version, hash, status, agreed, needed, against, changes } = publication;
  const told =
    status === 'published'
      ? `${playbook} v${version} is published. Plan ${hash.slice(0, 12)}.`
      : `${playbook} v${version} waits: ${agreed.join(', ')} agreed, ${needed} must. Another person runs the same command.`;
  return against ? [`Since v${against.version}:`, changesText(cli.io, changes), told].join('\n') : told;
}

export function inventoryFor(cli: Cli, given: string | undefined) {
  const named = given ?? cli.io.env.TOCSIN_INVENTORY;
  const path = named ? resolve(cli.io.cwd, named) : above(cli.io.cwd, 'tocsin.yaml');
  if (path === null)
    throw new CliError(
      EXIT.usage,
      'There is no tocsin.yaml here or above.',
      'Say --inventory FILE: a playbook is checked against an inventory.',
    );
  return explained(() => loadInventory(path));
}

function above(folder: string, name: string): string | null {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? null : above(dirname(folder), name);
}

/** A playbook with all that stands beside it. */
function sourcesOf(cli: Cli, given: string): Sources {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`);
  const { playbooks, templates, rules } = explained(() => readLibrary(dirname(file)));
  const name = basename(file).replace(/\.ya?ml$/, '');
  const library = [
    ...Object.entries(playbooks).flatMap(([other, { text }]) =>
      other === name ? [] : [{ file: `${other}.yaml`, source: text }],
    ),
    ...Object.entries(templates).map(([other, { text }]) => ({ file: other, source: text })),
    ...Object.entries(rules).map(([rule, { text }]) => ({ file: `rules/${rule}.yaml`, source: text })),
  ];
  return { file: given, source: readFileSync(file, 'utf8'), library };
}

function explained<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(EXIT.failure, plainText(error.message));
    throw error;
  }
}
