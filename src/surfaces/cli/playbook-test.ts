import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import type { Inventory } from '../../inventory/inventory.ts';
import { formatDiagnostic } from '../../playbook/diagnostics.ts';
import { span } from '../../playbook/graph/words.ts';
import { didYouMean } from '../../playbook/names.ts';
import { type Coverage, coverageOf, percent, sumOf } from '../../simulator/trial/coverage.ts';
import { junitXml } from '../trial/junit.ts';
import { type Failure, type ScenarioResult, type Trial, tryScenarios } from '../trial/scenarios.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import type { PlanOfFile } from './playbook-named.ts';
import { paint, table } from './print.ts';

type Options = { inventory?: string; coverage?: boolean; minCoverage?: string; junit?: string };
export type Tested = { playbook: string; file: string | null } & Trial;

/** Plays the scenarios that stand beside playbooks. Needs no server, and touches nothing. */
export function testCommand(
  playbook: Command,
  cli: Cli,
  planOfFile: PlanOfFile,
  inventoryFor: (given: string | undefined) => Inventory,
): void {
  playbook
    .command('test')
    .argument('[file...]', 'playbooks, or files of scenarios; every playbook of playbooks/ if absent')
    .option('--coverage', 'show which steps and branches no scenario reaches')
    .option('--min-coverage <percent>', 'fail when fewer of the steps, or of the branches, of a playbook are reached')
    .option('--junit <file>', 'write the results as JUnit XML, too')
    .option('--inventory <file>', 'the inventory to play in (TOCSIN_INVENTORY, else tocsin.yaml here or above)')
    .description('play the scenarios of playbooks (tests/<playbook>.yaml), in memory')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook test',
        'tocsin playbook test playbooks/supply-chain-tampered-artifact.yaml --coverage',
        'tocsin playbook test --min-coverage 80 --junit scenarios.xml',
      ),
    )
    .action(async (given: string[], options: Options, command: Command) => {
      const least = leastCoverage(options.minCoverage);
      const inventory = inventoryFor(options.inventory);
      const tested: Tested[] = [];
      for (const { file, name, scenarios } of chosen(cli, given)) {
        const plan = planOfFile(file, options.inventory);
        const none = { diagnostics: [], scenarios: [], coverage: coverageOf(plan, []) };
        const trial = scenarios
          ? await tryScenarios(readFileSync(scenarios.path, 'utf8'), scenarios.shown, plan, inventory)
          : none;
        tested.push({ playbook: name, file: scenarios?.shown ?? null, ...trial });
      }
      if (options.junit !== undefined) write(cli, options.junit, junitXml(tested));
      const withCoverage = options.coverage === true || least !== null;
      cli.show(command, { tested, coverage: totals(tested) }, () => testedText(cli, tested, withCoverage));
      verdict(tested, least);
    });
}

function leastCoverage(given: string | undefined): number | null {
  if (given === undefined) return null;
  const least = Number(given);
  if (given.trim() !== '' && least >= 0 && least <= 100) return least;
  throw new CliError(EXIT.usage, `--min-coverage must be a number from 0 to 100, not "${given}".`);
}

type Chosen = { file: string; name: string; scenarios: { path: string; shown: string } | null };

/** What to try: playbooks that are named, by their own file or by that of their scenarios, or the whole folder. */
function chosen(cli: Cli, given: readonly string[]): Chosen[] {
  if (given.length > 0) return given.map((one) => named(cli, one));
  const folder = resolve(cli.io.cwd, 'playbooks');
  if (!existsSync(folder))
    throw new CliError(EXIT.usage, 'There is no folder playbooks/ here.', 'Name playbooks: tocsin playbook test FILE');
  const names = (dir: string) =>
    existsSync(dir) ? readdirSync(dir).flatMap((file) => (isYaml(file) ? [nameOf(file)] : [])) : [];
  const playbooks = names(folder).sort();
  const strays = names(join(folder, 'tests')).filter((name) => !playbooks.includes(name));
  if (strays[0] !== undefined) throw stray(`playbooks/tests/${strays[0]}.yaml`, strays[0], playbooks);
  return playbooks.map((name) => beside(cli, join('playbooks', `${name}.yaml`)));
}

function named(cli: Cli, given: string): Chosen {
  const path = resolve(cli.io.cwd, given);
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `There is no file ${path}.`);
  if (basename(dirname(path)) !== 'tests') {
    const found = beside(cli, given);
    if (found.scenarios) return found;
    throw new CliError(
      EXIT.notFound,
      `${given} has no scenarios.`,
      `Write them in ${join(dirname(given), 'tests', basename(given))}.`,
    );
  }
  const folder = dirname(dirname(path));
  const name = nameOf(path);
  if (existsSync(join(folder, `${name}.yaml`)))
    return { file: join(dirname(given), '..', `${name}.yaml`), name, scenarios: { path, shown: given } };
  throw stray(given, name, readdirSync(folder).filter(isYaml).map(nameOf));
}

function beside(cli: Cli, file: string): Chosen {
  const shown = join(dirname(file), 'tests', basename(file));
  const path = resolve(cli.io.cwd, shown);
  return { file, name: nameOf(file), scenarios: existsSync(path) ? { path, shown } : null };
}

function stray(file: string, name: string, playbooks: readonly string[]): CliError {
  const near = didYouMean(name, playbooks);
  return new CliError(
    EXIT.failure,
    `${file} is about a playbook "${name}", which does not stand beside the folder tests/.`,
    near === undefined ? null : `Did you mean "${near}"?`,
  );
}

const isYaml = (file: string): boolean => file.endsWith('.yaml');
const nameOf = (file: string): string => basename(file).replace(/\.ya?ml$/, '');

const totals = (tested: readonly Tested[]) => ({
  steps: sumOf(tested.map(({ coverage }) => coverage.steps)),
  branches: sumOf(tested.map(({ coverage }) => coverage.branches)),
});

function write(cli: Cli, file: string, text: string): void {
  try {
    writeFileSync(resolve(cli.io.cwd, file), text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.failure, `${file} cannot be written: ${why}`);
  }
}

function verdict(tested: readonly Tested[], least: number | null): void {
  const broken = tested.filter(({ diagnostics }) => diagnostics.length > 0).length;
  const scenarios = tested.flatMap((one) => one.scenarios);
  const failed = scenarios.filter(({ ok }) => !ok).length;
  const said = [
    ...(broken > 0 ? [`${broken} ${broken === 1 ? 'file of scenarios is' : 'files of scenarios are'} wrong.`] : []),
    ...(failed > 0
      ? [`${failed} of ${scenarios.length} ${scenarios.length === 1 ? 'scenario does' : 'scenarios do'} not hold.`]
      : []),
    ...(least === null ? [] : tested.filter((one) => isBelow(one.coverage, least)).map(belowText(least))),
  ];
  if (said.length > 0) throw new CliError(EXIT.failure, said.join('\n'));
}

const isBelow = ({ steps, branches }: Coverage, least: number): boolean =>
  percent(steps) < least || percent(branches) < least;
const belowText =
  (least: number) =>
  ({ playbook, coverage: { steps, branches } }: Tested): string =>
    `${playbook}: ${percent(steps)} % of the steps and ${percent(branches)} % of the branches are reached, ${least} % must be.`;

function testedText(cli: Cli, tested: readonly Tested[], withCoverage: boolean): string {
  const { bold } = paint(cli.io);
  const blocks = tested
    .filter(({ scenarios, diagnostics }) => scenarios.length + diagnostics.length > 0)
    .map(({ playbook, scenarios, diagnostics }) =>
      [
        bold(playbook),
        ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
        ...scenarios.flatMap((one) => scenarioLines(cli, one)),
      ].join('\n'),
    );
  const without = tested.flatMap(({ playbook, file }) => (file === null ? [playbook] : []));
  return [
    ...blocks,
    ...(without.length > 0 ? [`Without scenarios: ${without.join(', ')}.`] : []),
    ...(withCoverage ? [coverageText(cli, tested)] : []),
  ].join('\n\n');
}

function scenarioLines(cli: Cli, { scenario, title, ok, failures }: ScenarioResult): string[] {
  const { act } = paint(cli.io);
  const about = title === null ? '' : `  ${plainText(title)}`;
  const verdict = ok ? 'holds ' : act('FAILED');
  return [`  ${verdict}  ${scenario}${about}`, ...failures.flatMap((one) => failureLines(cli, one))];
}

function failureLines(cli: Cli, { expected, seen, timeline }: Failure): string[] {
  const { dim } = paint(cli.io);
  const clock = (ms: number) => `+${ms === 0 ? '0 s' : span(ms)}`.padEnd(12);
  return [
    `    expected  ${plainText(expected)}`,
    `    seen      ${plainText(seen)}`,
    ...timeline.map((one) => dim(`      ${String(one.seq).padStart(4)}  ${clock(one.afterMs)}${plainText(one.text)}`)),
  ];
}

function coverageText(cli: Cli, tested: readonly Tested[]): string {
  const share = (one: Coverage['steps']) => `${percent(one)} % (${one.reached} of ${one.of})`;
  const all = totals(tested);
  const rows = tested.map(({ playbook, coverage }) => [playbook, share(coverage.steps), share(coverage.branches)]);
  const missed = tested.flatMap(({ playbook, coverage }) =>
    coverage.missed.map(({ path, way }) => [playbook, path, way ?? 'the step itself']),
  );
  return [
    table(cli.io, ['PLAYBOOK', 'STEPS', 'BRANCHES'], [...rows, ['all', share(all.steps), share(all.branches)]]),
    missed.length === 0
      ? 'Every step and every branch is reached.'
      : table(cli.io, ['NOT REACHED', 'STEP', 'BRANCH'], missed),
  ].join('\n\n');
}
