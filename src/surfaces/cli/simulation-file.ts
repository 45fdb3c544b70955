import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { contracts } from '../../capabilities/contracts.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Inventory, surroundingsOf, systemSnapshot } from '../../inventory/inventory.ts';
import { formatDiagnostic, SourceError } from '../../playbook/diagnostics.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Ground } from '../../simulator/script/checking.ts';
import { type CheckedSimulation, checkSimulationFile } from '../../simulator/script/library.ts';
import type { Cli } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { inventoryFor } from './playbook.ts';

export type Script = NonNullable<CheckedSimulation['scripts']>[string];
export type Where = { inventory?: string; playbooks?: string };

/** Where a simulation is checked. */
export const whereOptions = (command: Command): Command =>
  command
    .option('--inventory <file>', 'the inventory to check against (TOCSIN_INVENTORY, else tocsin.yaml here or above)')
    .option('--playbooks <folder>', 'the folder of playbooks (else playbooks/ beside the folder of the simulation)');

export function groundOf(cli: Cli, file: string, { inventory: named, playbooks }: Where): Ground {
  const inventory = inventoryFor(cli, named);
  const folder = playbooks ? resolve(cli.io.cwd, playbooks) : join(dirname(dirname(file)), 'playbooks');
  try {
    const library = readLibrary(folder);
    const surroundings = surroundingsOf(inventory);
    return {
      contracts,
      playbooks: Object.keys(library.playbooks),
      planOf: (name) => checkPlaybook(name, library, surroundings).plan,
      systems: snapshots(inventory),
      rules: Object.keys(library.rules),
    };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new CliError(EXIT.failure, plainText(error.message), 'Say --playbooks FOLDER.');
  }
}

const snapshots = (inventory: Inventory): Ground['systems'] =>
  Object.fromEntries(
    inventory.systems.flatMap(({ id }) => {
      const snapshot = systemSnapshot(inventory, id);
      return snapshot ? [[id, snapshot]] : [];
    }),
  );

/** Checks a file. Throws CliError when it is not there. */
export function checkedFile(cli: Cli, given: string, where: Where): CheckedSimulation & { given: string } {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`);
  const checked = checkSimulationFile(file, groundOf(cli, file, where));
  return { ...checked, given, diagnostics: checked.diagnostics.map((one) => ({ ...one, file: given })) };
}

/** The script of a file that holds, at one of its lengths: the longest if none is named. */
export function scriptOf(cli: Cli, given: string, options: Where & { length?: string }): Script {
  const { scripts, diagnostics } = checkedFile(cli, given, options);
  if (!scripts) throw doesNotHold(given, diagnostics);
  const longest = Object.values(scripts).sort((a, b) => b.length.ms - a.length.ms)[0] as Script;
  const wanted = options.length ?? longest.length.name;
  const script = scripts[wanted];
  if (script) return script;
  const near = didYouMean(wanted, Object.keys(scripts));
  throw new CliError(
    EXIT.notFound,
    `It cannot be played in ${wanted}${near ? `; did you mean ${near}?` : '.'}`,
    `It has ${Object.keys(scripts).join(', ')}.`,
  );
}

/** A file that holds, at each of its lengths, with the plan of the playbook that it exercises. */
export function playableLengths(cli: Cli, given: string, where: Where): { script: Script; plan: Plan }[] {
  const { scripts, diagnostics } = checkedFile(cli, given, where);
  if (!scripts) throw doesNotHold(given, diagnostics);
  const ground = groundOf(cli, resolve(cli.io.cwd, given), where);
  return Object.values(scripts).map((script) => ({ script, plan: planOf(ground, script) }));
}

function planOf(ground: Ground, { playbook }: Script): Plan {
  const plan = ground.planOf(playbook);
  if (!plan) throw new Error(`${playbook} was checked, and has no plan.`);
  return plan;
}

function doesNotHold(given: string, diagnostics: CheckedSimulation['diagnostics']): CliError {
  const lines = diagnostics.map((one) => plainText(formatDiagnostic(one)));
  return new CliError(EXIT.failure, [...lines, `${given} does not hold.`].join('\n'));
}

/** The same with the plan of the playbook that it exercises. */
export function playable(
  cli: Cli,
  given: string,
  options: Where & { length?: string },
): { script: Script; plan: Plan } {
  const script = scriptOf(cli, given, options);
  return { script, plan: planOf(groundOf(cli, resolve(cli.io.cwd, given), options), script) };
}

/** Throws CliError when a name that was given is not one of those there are. */
export function knownName(what: string, name: string | undefined, names: readonly string[]): void {
  if (name === undefined || names.includes(name)) return;
  const near = didYouMean(name, names);
  throw new CliError(
    EXIT.notFound,
    `unknown ${what} "${name}"${near === undefined ? '.' : `; did you mean "${near}"?`}`,
    `There are ${names.join(', ') || 'none'}.`,
  );
}
