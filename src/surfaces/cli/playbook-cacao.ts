import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { type Imported, importCacao } from '../../playbook/cacao/import.ts';
import { exportPlaybook } from '../../playbook/cacao/keep.ts';
import { formatDiagnostic, SourceError } from '../../playbook/diagnostics.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { didYouMean } from '../../playbook/names.ts';
import { PlaybookSource } from '../../playbook/schema.ts';
import type { Surroundings } from '../../playbook/surroundings.ts';
import { readYaml } from '../../playbook/yaml.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';

export type Around = (inventory: string | undefined) => Surroundings;

/** Playbooks to and from the format of other tools. */
export function cacaoCommands(playbook: Command, cli: Cli, around: Around): void {
  playbook
    .command('export')
    .argument('<playbook>', 'a file, or the name of a playbook in playbooks/')
    .addOption(new Option('--to <format>', 'the format').choices(['cacao']).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write it; standard output if absent')
    .option('--inventory <file>', 'the inventory to check against (TOCSIN_INVENTORY, else tocsin.yaml here or above)')
    .description('write a playbook as CACAO 2.0; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook export supply-chain-tampered-artifact --to cacao -o tampered.cacao.json',
        'tocsin playbook export playbooks/notify-legal.yaml --to cacao',
      ),
    )
    .action((given: string, { output, inventory }: { output?: string; inventory?: string }, command: Command) => {
      const text = `${JSON.stringify(
        exported(cli, given, () => around(inventory)),
        null,
        2,
      )}\n`;
      if (output === undefined) return cli.io.out(text);
      const file = resolve(cli.io.cwd, output);
      writeFileSync(file, text);
      cli.show(command, { file }, () => `${output} is written.`);
    });

  playbook
    .command('import')
    .argument('<file>', 'a document of CACAO 2.0 (JSON)')
    .addOption(new Option('--from <format>', 'the format').choices(['cacao']).makeOptionMandatory())
    .option('-o, --output <file>', 'where to write the playbook; <its name>.yaml here if absent')
    .option('--force', 'write over files that say something else')
    .description('read a playbook of CACAO; what cannot be run is done by people; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook import tampered.cacao.json --from cacao -o playbooks/supply-chain-tampered-artifact.yaml',
        'tocsin playbook import theirs.json --from cacao --json',
      ),
    )
    .action((given: string, { output, force }: { output?: string; force?: boolean }, command: Command) => {
      const path = resolve(cli.io.cwd, given);
      if (!existsSync(path)) throw new CliError(EXIT.notFound, `There is no file ${path}.`);
      const { imported, repairs, diagnostics } = importCacao(readFileSync(path, 'utf8'), given);
      if (imported === null) {
        cli.show(command, { playbook: null, files: [], repairs, diagnostics }, () => '');
        throw new CliError(EXIT.failure, diagnostics.map((one) => plainText(formatDiagnostic(one))).join('\n'));
      }
      const target = resolve(cli.io.cwd, output ?? `${imported.playbook}.yaml`);
      const files = filesOf(imported, target);
      if (force !== true) refuseOther(files);
      for (const { file, text } of files) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      cli.show(
        command,
        { playbook: imported.playbook, files: files.map(({ file }) => file), repairs, diagnostics },
        () =>
          [
            ...repairs.map(({ path, message }) => plainText(`${given} ${path}: ${message}`)),
            ...files.map(({ file }) => `${file} is written.`),
            `Check it before you publish it: tocsin playbook check ${output ?? `${imported.playbook}.yaml`}`,
          ].join('\n'),
      );
    });
}

function exported(cli: Cli, given: string, around: () => Surroundings) {
  const file = fileOf(cli, given);
  const name = basename(file).replace(/\.ya?ml$/, '');
  const library = libraryIn(dirname(file));
  const { plan, diagnostics } = checkPlaybook(name, library, around());
  if (plan === null)
    throw new CliError(
      EXIT.failure,
      [...diagnostics.map((one) => plainText(formatDiagnostic(one))), `${given} does not hold.`].join('\n'),
    );
  const { text } = library.playbooks[name] as { text: string };
  const beside = join(dirname(file), `${name}.cacao.json`);
  const original = existsSync(beside) ? originalOf(beside) : null;
  const modified = new Date(statSync(file).mtimeMs).toISOString();
  const value = PlaybookSource.parse(readYaml(text, file).value);
  return exportPlaybook({ value, text, library, original }, { created: modified, modified });
}

function originalOf(file: string) {
  const { imported, diagnostics } = importCacao(readFileSync(file, 'utf8'), file);
  if (imported === null)
    throw new CliError(
      EXIT.failure,
      diagnostics.map((one) => plainText(formatDiagnostic(one))).join('\n'),
      'It stands beside the playbook as what that was imported from. Mend it, or take it away.',
    );
  return imported.original;
}

function fileOf(cli: Cli, given: string): string {
  const file = resolve(cli.io.cwd, given);
  if (existsSync(file) && statSync(file).isFile()) return file;
  const folder = join(cli.io.cwd, 'playbooks');
  const named = join(folder, `${given}.yaml`);
  if (!given.includes('/') && existsSync(named)) return named;
  const known = existsSync(folder) ? Object.keys(libraryIn(folder).playbooks) : [];
  const meant = didYouMean(given, known);
  throw new CliError(
    EXIT.notFound,
    `There is no playbook ${given}.`,
    meant === undefined ? null : `Did you mean ${meant}?`,
  );
}

function libraryIn(folder: string) {
  try {
    return readLibrary(folder);
  } catch (error) {
    if (error instanceof SourceError) throw new CliError(EXIT.failure, plainText(error.message));
    throw error;
  }
}

type Written = { file: string; text: string };

/** The playbook, what it brought along, and the original beside it. */
function filesOf({ text, library, original }: Imported, target: string): Written[] {
  const folder = dirname(target);
  const beside = target.replace(/\.ya?ml$/, '');
  return [
    { file: target, text },
    ...library.map(({ file, text }) => ({ file: join(folder, file), text })),
    ...(original === null ? [] : [{ file: `${beside}.cacao.json`, text: `${JSON.stringify(original, null, 2)}\n` }]),
  ];
}

function refuseOther(files: readonly Written[]): void {
  const other = files.filter(({ file, text }) => existsSync(file) && readFileSync(file, 'utf8') !== text);
  if (other.length > 0)
    throw new CliError(
      EXIT.refused,
      `${other.map(({ file }) => file).join(', ')} already ${other.length === 1 ? 'says' : 'say'} something else.`,
      'Write elsewhere with -o, or over it with --force.',
    );
}
