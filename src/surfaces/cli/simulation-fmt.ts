import type { Command } from 'commander';
import { formatSimulation } from '../../simulator/exchange/format.ts';
import { type Cli, examples } from './context.ts';
import { formatFiles } from './playbook-fmt.ts';

/** One form for all simulations, so that a review shows what changed and nothing else. */
export function simulationFmtCommand(simulation: Command, cli: Cli): void {
  simulation
    .command('fmt')
    .argument('<file...>', 'simulations')
    .option('--check', 'write nothing; end with 1 if a file is not in this form')
    .description('write simulations in their canonical form; comments and meaning stay; needs no server')
    .addHelpText(
      'after',
      examples('tocsin simulation fmt simulations/*.yaml', 'tocsin simulation fmt --check simulations/*.yaml'),
    )
    .action((files: string[], options: { check?: boolean }, command: Command) =>
      formatFiles(cli, command, { files, check: options.check ?? false, form: formatSimulation }),
    );
}
