import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { didYouMean } from '../../playbook/names.ts';
import { csvText } from '../../simulator/exchange/csv.ts';
import { MSEL_COLUMNS, mselCells, mselOf } from '../../simulator/exchange/msel.ts';
import { evaluationGuide } from '../papers/eeg.tsx';
import { facilitatorGuide } from '../papers/facilitator.tsx';
import { playerGuide, situationManual } from '../papers/situation.tsx';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { type Script, scriptOf, type Where, whereOptions } from './simulation-file.ts';
import { type Written, writeFiles } from './simulation-write.ts';
import { xlsxOf } from './simulation-xlsx.ts';

const FORMATS = ['msel-csv', 'msel-xlsx', 'manual', 'facilitator', 'eeg', 'player'] as const;
type Format = (typeof FORMATS)[number];
type Options = Where & { to: Format; length?: string; role?: string; output: string; force?: boolean };

/** A simulation for those who work with spreadsheets and paper. */
export function simulationExportCommand(simulation: Command, cli: Cli): void {
  whereOptions(simulation.command('export'))
    .argument('<file>', 'a simulation')
    .addOption(
      new Option(
        '--to <format>',
        'MSEL; situation manual and players’ guides, for everybody; facilitator’s guide and evaluation guide (EEG), with what is to come',
      )
        .choices(FORMATS)
        .makeOptionMandatory(),
    )
    .option('--length <length>', 'how long it is played; the longest if absent')
    .option('--role <role>', 'with --to player: the guide of this seat; of every seat if absent, into a folder')
    .requiredOption('-o, --output <file>', 'where to write it; a folder for the guides of all players')
    .option('--force', 'write over files that say something else')
    .description('write the MSEL, or the papers of a drill (HTML that prints well); needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin simulation export simulations/tampered-model-artifact.yaml --to msel-xlsx -o msel.xlsx',
        'tocsin simulation export simulations/tampered-model-artifact.yaml --to manual --length 15m -o manual.html',
        'tocsin simulation export simulations/tampered-model-artifact.yaml --to eeg -o eeg.html',
        'tocsin simulation export simulations/tampered-model-artifact.yaml --to player -o guides',
      ),
    )
    .action(async (file: string, options: Options, command: Command) => {
      if (options.role !== undefined && options.to !== 'player')
        throw new CliError(EXIT.usage, '--role belongs to --to player.');
      const files = await exported(scriptOf(cli, file, options), options);
      const names = writeFiles(cli, files, options.force === true);
      cli.show(command, { files: names }, () => names.map((name) => `${name} is written.`).join('\n'));
    });
}

async function exported(script: Script, { to, role, output }: Options): Promise<Written[]> {
  switch (to) {
    case 'msel-csv':
      return [{ file: output, data: csvText(mselTable(script)) }];
    case 'msel-xlsx':
      return [{ file: output, data: await xlsxOf('MSEL', mselTable(script)) }];
    case 'manual':
      return [{ file: output, data: situationManual(script) }];
    case 'facilitator':
      return [{ file: output, data: facilitatorGuide(script) }];
    case 'eeg':
      return [{ file: output, data: evaluationGuide(script) }];
    case 'player':
      return role === undefined
        ? script.seats.map((seat) => ({
            file: join(output, `${seat.role}.html`),
            data: playerGuide(script, seat.role),
          }))
        : [{ file: output, data: playerGuide(script, seatOf(script, role)) }];
    default:
      return to satisfies never;
  }
}

const mselTable = (script: Script): string[][] => [
  [...MSEL_COLUMNS],
  ...mselOf(script).map((row) => mselCells(script, row)),
];

function seatOf({ seats }: Script, role: string): string {
  const roles = seats.map((seat) => seat.role);
  if (roles.includes(role)) return role;
  const near = didYouMean(role, roles);
  throw new CliError(
    EXIT.notFound,
    `Nobody sits as ${role}${near === undefined ? '.' : `; did you mean ${near}?`}`,
    `It has ${roles.join(', ')}.`,
  );
}
