import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { type Diagnostic, formatDiagnostic, hasErrors } from '../../playbook/diagnostics.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { checkLibraryRules } from '../../playbook/obligation-rule.ts';
import type { Surroundings } from '../../playbook/surroundings.ts';
import type { Library } from '../../playbook/unit.ts';
import { githubOf, sarifOf } from './check-report.ts';
import { type Cli, examples, wantsJson } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { jsonText } from './print.ts';

export type CheckedFile = { file: string; ok: boolean; hash: string | null; diagnostics: Diagnostic[] };

const FORMATS = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof FORMATS)[number];
type Options = { inventory?: string; format: Format; output?: string };

export function checkCommand(
  playbook: Command,
  cli: Cli,
  around: (inventory: string | undefined) => Surroundings,
  explained: <T>(read: () => T) => T,
): void {
  playbook
    .command('check')
    .argument('<file...>', 'playbooks, and rules of notices (rules/*.yaml)')
    .option('--inventory <file>', 'the inventory to check against (TOCSIN_INVENTORY, else tocsin.yaml here or above)')
    .addOption(
      new Option('--format <format>', 'how to say it: sarif for services that review code, github for workflows')
        .choices(FORMATS)
        .default('text'),
    )
    .option('-o, --output <file>', 'write it to a file')
    .description('check playbooks; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook check playbooks/supply-chain-tampered-artifact.yaml',
        'tocsin playbook check playbooks/*.yaml --json',
        'tocsin playbook check playbooks/*.yaml --format sarif -o playbooks.sarif',
      ),
    )
    .action((files: string[], options: Options, command: Command) => {
      const surroundings = around(options.inventory);
      const folders = new Map<string, Library>();
      const checked = files.map((file) => explained(() => checkOne(cli, file, surroundings, folders)));
      say(cli, options.output, reportOf(cli, checked, wantsJson(command) ? 'json' : options.format));
      const broken = checked.filter(({ ok }) => !ok).length;
      if (broken > 0)
        throw new CliError(
          EXIT.failure,
          `${broken} of ${checked.length} ${checked.length === 1 ? 'file does' : 'files do'} not hold.`,
        );
    });
}

function say(cli: Cli, output: string | undefined, text: string): void {
  if (output === undefined) cli.io.out(text);
  else writeFileSync(resolve(cli.io.cwd, output), text);
}

function reportOf(cli: Cli, checked: readonly CheckedFile[], format: Format): string {
  const diagnostics = checked.flatMap((one) => one.diagnostics);
  switch (format) {
    case 'text':
      return `${checked.flatMap(linesOf).join('\n')}\n`;
    case 'json':
      return `${jsonText({ checked })}\n`;
    case 'sarif':
      return `${jsonText(sarifOf(diagnostics, cli.version))}\n`;
    case 'github':
      return githubOf(diagnostics);
    default:
      return format satisfies never;
  }
}

const linesOf = ({ file, ok, hash, diagnostics }: CheckedFile): string[] => [
  ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
  ...(ok ? [hash === null ? `${file} holds.` : `${file} holds. Plan ${hash.slice(0, 12)}.`] : []),
];

function checkOne(cli: Cli, given: string, surroundings: Surroundings, folders: Map<string, Library>): CheckedFile {
  const path = resolve(cli.io.cwd, given);
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `There is no file ${path}.`);
  // Rules of notices stand in a folder of their own, beside the templates.
  if (basename(dirname(path)) === 'rules') {
    const diagnostics = checkRule(given, path);
    return { file: given, ok: !hasErrors(diagnostics), hash: null, diagnostics };
  }
  const name = basename(path).replace(/\.ya?ml$/, '');
  const library = withFile(folderOf(cli, path, folders), name, given, path);
  const { diagnostics, plan } = checkPlaybook(name, library, surroundings);
  return { file: given, ok: !hasErrors(diagnostics), hash: plan?.hash ?? null, diagnostics };
}

const checkRule = (given: string, path: string): Diagnostic[] =>
  checkLibraryRules({
    playbooks: {},
    templates: {},
    rules: { [basename(path).replace(/\.ya?ml$/, '')]: { text: readFileSync(path, 'utf8'), file: given } },
  });

/** A folder is read once for all its files, which then share what they run. Its files are named from where the command runs. */
function folderOf(cli: Cli, path: string, folders: Map<string, Library>): Library {
  const folder = dirname(path);
  const known = folders.get(folder);
  if (known) return known;
  const named = (files: Library['playbooks']) =>
    Object.fromEntries(
      Object.entries(files).map(([name, { text, file }]) => [name, { text, file: fromHere(cli, file) }]),
    );
  const { playbooks, templates, rules } = readLibrary(folder);
  const library = { playbooks: named(playbooks), templates: named(templates), rules: named(rules) };
  folders.set(folder, library);
  return library;
}

function fromHere(cli: Cli, file: string): string {
  const path = relative(cli.io.cwd, file);
  return path.startsWith('..') ? file : path;
}

/** The file that was named counts, under the name that it was given. */
function withFile(library: Library, name: string, given: string, path: string): Library {
  const there = library.playbooks[name];
  if (there?.file === given) return library;
  return {
    ...library,
    playbooks: { ...library.playbooks, [name]: { text: readFileSync(path, 'utf8'), file: given } },
  };
}
