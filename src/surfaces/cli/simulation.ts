import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { type Diagnostic, formatDiagnostic, hasErrors } from '../../playbook/diagnostics.ts';
import type { CheckedSimulation } from '../../simulator/script/library.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint, table } from './print.ts';
import { simulationExportCommand } from './simulation-export.ts';
import { checkedFile, type Script, scriptOf, type Where, whereOptions } from './simulation-file.ts';
import { simulationFmtCommand } from './simulation-fmt.ts';
import { simulationImportCommand } from './simulation-import.ts';
import { simulationNewCommand } from './simulation-new.ts';
import { simulationProveCommand } from './simulation-prove.ts';

/** Simulations as files; needs no server. */
export function simulationCommands(program: Command, cli: Cli): void {
  const simulation = program.command('simulation').description('write, check and read simulations: what drills play');

  whereOptions(simulation.command('check'))
    .argument('<file...>', 'simulations')
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

  whereOptions(simulation.command('show'))
    .argument('<file>', 'a simulation')
    .option('--length <length>', 'how long it is played; the longest if absent')
    .option('--truth', 'also what only facilitators and evaluators may know', false)
    .description('what a simulation is about, its objectives and its MSEL')
    .addHelpText(
      'after',
      examples(
        'tocsin simulation show simulations/supply-chain-tampered-artifact.yaml',
        'tocsin simulation show simulations/supply-chain-tampered-artifact.yaml --length 15m --truth',
      ),
    )
    .action((file: string, options: Where & { length?: string; truth: boolean }, command: Command) => {
      const script = scriptOf(cli, file, options);
      cli.show(command, options.truth ? script : withoutTruth(script), () => shown(cli, script, options.truth));
    });

  simulationProveCommand(simulation, cli);
  simulationFmtCommand(simulation, cli);
  simulationNewCommand(simulation, cli);
  simulationExportCommand(simulation, cli);
  simulationImportCommand(simulation, cli);
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
