import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { contracts } from '../../capabilities/contracts.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Inventory, surroundingsOf, systemSnapshot } from '../../inventory/inventory.ts';
import { type Diagnostic, formatDiagnostic, hasErrors, SourceError } from '../../playbook/diagnostics.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { didYouMean } from '../../playbook/names.ts';
import type { Ground } from '../../simulator/script/checking.ts';
import { type CheckedSimulation, checkSimulationFile } from '../../simulator/script/library.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { inventoryFor } from './playbook.ts';
import { paint, table } from './print.ts';

type Script = NonNullable<CheckedSimulation['scripts']>[string];
type Where = { inventory?: string; playbooks?: string };
const INVENTORY = 'the inventory to check against (TOCSIN_INVENTORY, else tocsin.yaml here or above)';
const PLAYBOOKS = 'the folder of playbooks (else playbooks/ beside the folder of the simulation)';

/** Simulations as files; needs no server. */
export function simulationCommands(program: Command, cli: Cli): void {
  const simulation = program.command('simulation').description('check and read simulations: what drills play');

  simulation
    .command('check')
    .argument('<file...>', 'simulations')
    .option('--inventory <file>', INVENTORY)
    .option('--playbooks <folder>', PLAYBOOKS)
    .description('check simulations; needs no server')
    .addHelpText('after', examples('tocsin simulation check simulations/*.yaml'))
    .action((files: string[], where: Where, command: Command) => {
      const checked = files.map((file) => checkedFile(cli, file, where)).map(asResult);
      cli.show(command, { checked }, () => checked.flatMap(checkLines).join('\n'));
      const broken = checked.filter(({ ok }) => !ok).length;
      if (broken > 0)
        throw new CliError(
          EXIT.failure,
          `${broken} of ${checked.length} ${checked.length === 1 ? 'simulation does' : 'simulations do'} not hold.`,
        );
    });

  simulation
    .command('show')
    .argument('<file>', 'a simulation')
    .option('--length <length>', 'how long it is played; the longest if absent')
    .option('--truth', 'also what only facilitators and evaluators may know', false)
    .option('--inventory <file>', INVENTORY)
    .option('--playbooks <folder>', PLAYBOOKS)
    .description('what a simulation is about, its objectives and its MSEL')
    .addHelpText(
      'after',
      examples(
        'tocsin simulation show simulations/tampered-model-artifact.yaml',
        'tocsin simulation show simulations/tampered-model-artifact.yaml --length 15m --truth',
      ),
    )
    .action((file: string, options: Where & { length?: string; truth: boolean }, command: Command) => {
      const script = scriptOf(cli, file, options);
      cli.show(command, options.truth ? script : withoutTruth(script), () => shown(cli, script, options.truth));
    });
}

function groundOf(cli: Cli, file: string, { inventory: named, playbooks }: Where): Ground {
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

function checkedFile(cli: Cli, given: string, where: Where): CheckedSimulation & { given: string } {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`);
  const checked = checkSimulationFile(file, groundOf(cli, file, where));
  return { ...checked, given, diagnostics: checked.diagnostics.map((one) => ({ ...one, file: given })) };
}

type Result = { file: string; ok: boolean; hashes: Record<string, string> | null; diagnostics: Diagnostic[] };

const asResult = ({ given, scripts, diagnostics }: CheckedSimulation & { given: string }): Result => ({
  file: given,
  ok: !hasErrors(diagnostics),
  hashes: scripts && Object.fromEntries(Object.entries(scripts).map(([length, { hash }]) => [length, hash])),
  diagnostics,
});

const checkLines = ({ file, hashes, diagnostics }: Result): string[] => [
  ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
  ...(hashes
    ? [
        `${file} holds. ${Object.entries(hashes)
          .map(([length, hash]) => `${length}: script ${hash.slice(0, 12)}`)
          .join(', ')}.`,
      ]
    : []),
];

function scriptOf(cli: Cli, given: string, options: Where & { length?: string }): Script {
  const { scripts, diagnostics } = checkedFile(cli, given, options);
  if (!scripts) {
    const lines = diagnostics.map((one) => plainText(formatDiagnostic(one)));
    throw new CliError(EXIT.failure, [...lines, `${given} does not hold.`].join('\n'));
  }
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

/** What players may see before the drill. */
const withoutTruth = ({
  simulation,
  title,
  version,
  hash,
  length,
  playbook,
  references,
  about,
  objectives,
  seats,
}: Script) => ({
  ...{ simulation, title, version, hash, length, playbook, references, about, objectives },
  players: seats.map(({ role, needed }) => ({ role, needed })),
});

function shown(cli: Cli, script: Script, truth: boolean): string {
  const { bold } = paint(cli.io);
  const section = (title: string, lines: readonly string[]) => ['', bold(title), ...lines.map(plainText)];
  return [
    bold(`${script.simulation} v${script.version}: ${plainText(script.title)}`),
    `${script.length.title}, ${minutes(script.length.ms)}; exercises ${script.playbook}; script ${script.hash.slice(0, 12)}`,
    ...section('What it is about', [script.about.trim()]),
    ...section(
      'Objectives',
      script.objectives.flatMap(({ title, capability, tasks }) => [
        `${title} (${capability})`,
        ...tasks.map((task) => `  - ${task.title}`),
      ]),
    ),
    ...section(
      'Players',
      script.seats.map(({ role, needed }) => `${role}${needed ? '' : ' (may stay empty)'}`),
    ),
    ...(truth ? forFacilitators(cli, script, section) : []),
  ].join('\n');
}

type Section = (title: string, lines: readonly string[]) => string[];
function forFacilitators(cli: Cli, script: Script, section: Section): string[] {
  const rows = script.injects.map(({ id, kind, trigger, by, from, to, title }) => [
    due(trigger),
    id,
    kind,
    `${by}: ${plainText(from)}`,
    to.join(', '),
    plainText(title),
  ]);
  return [
    ...section('What really happened', [script.truth.trim()]),
    ...section('MSEL', []),
    table(cli.io, ['DUE', 'INJECT', 'KIND', 'FROM', 'TO', 'SYNOPSIS'], rows),
    ...section(
      'Expected',
      script.expectations.map(({ title, withinMs, since, gate }) => {
        const limit = withinMs === null ? '' : `, within ${minutes(withinMs)}${since ? ` of ${since}` : ''}`;
        return `${title}${limit} (${gate})`;
      }),
    ),
    ...section('Debrief', script.debrief),
    ...(script.guide === null ? [] : section('Guide', [script.guide.trim()])),
  ];
}

function due(trigger: Script['injects'][number]['trigger']): string {
  switch (trigger.on) {
    case 'time':
      return `+${minutes(trigger.atMs)}`;
    case 'inject':
      return `${minutes(trigger.delayMs)} after ${trigger.inject}`;
    case 'condition':
      return trigger.delayMs > 0 ? `${minutes(trigger.delayMs)} after a condition` : 'on a condition';
    case 'hand':
      return 'by hand';
    default:
      return trigger satisfies never;
  }
}

const minutes = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
