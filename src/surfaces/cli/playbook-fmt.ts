import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { plainText } from '../../incident/phrases.ts';
import { type Diagnostic, formatDiagnostic } from '../../playbook/diagnostics.ts';
import { type FormattedText, formatPlaybook } from '../../playbook/format.ts';
import { readYaml } from '../../playbook/yaml.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';

type Formatted = { file: string; changed: boolean; diagnostics: Diagnostic[] };

/** One form for all playbooks, so that a review shows what changed and nothing else. */
export function fmtCommand(playbook: Command, cli: Cli): void {
  playbook
    .command('fmt')
    .argument('<file...>', 'playbooks')
    .option('--check', 'write nothing; end with 1 if a file is not in this form')
    .description('write playbooks in their canonical form; comments and meaning stay; needs no server')
    .addHelpText(
      'after',
      examples('tocsin playbook fmt playbooks/*.yaml', 'tocsin playbook fmt --check playbooks/*.yaml'),
    )
    .action((files: string[], options: { check?: boolean }, command: Command) =>
      formatFiles(cli, command, { files, check: options.check ?? false, form: formatPlaybook }),
    );
}

type Form = (text: string, file: string) => FormattedText;

/** Brings files into the form of their language, or says which are not in it. */
export function formatFiles(
  cli: Cli,
  command: Command,
  { files, check, form }: { files: readonly string[]; check: boolean; form: Form },
): void {
  const formatted = files.map((given) => format(cli, given, check, form));
  cli.show(command, { formatted }, () => formatted.flatMap((one) => linesOf(one, check)).join('\n'));
  const broken = formatted.filter(({ diagnostics }) => diagnostics.length > 0).length;
  const changed = formatted.filter((one) => one.changed).length;
  if (broken > 0)
    throw new CliError(EXIT.failure, `${broken} of ${files.length} could not be formatted and stayed as they are.`);
  if (check && changed > 0)
    throw new CliError(
      EXIT.failure,
      `${changed} of ${files.length} ${changed === 1 ? 'is' : 'are'} not in the canonical form.`,
      'Run the same without --check.',
    );
}

function format(cli: Cli, given: string, check: boolean, form: Form): Formatted {
  const path = resolve(cli.io.cwd, given);
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `There is no file ${path}.`);
  const bytes = readFileSync(path);
  // Read as something else than it is, it would be written back with other letters in it.
  if (!isUtf8(bytes)) return { file: given, changed: false, diagnostics: readYaml(bytes, given).diagnostics };
  const before = bytes.toString('utf8');
  const { text, diagnostics } = form(before, given);
  const changed = text !== null && text !== before;
  if (changed && !check) writeFileSync(path, text);
  return { file: given, changed, diagnostics };
}

function linesOf({ file, changed, diagnostics }: Formatted, check: boolean): string[] {
  if (diagnostics.length > 0) return diagnostics.map((one) => plainText(formatDiagnostic(one)));
  if (!changed) return [`${file} is as it should be.`];
  return [check ? `${file} would be changed.` : `${file} is changed.`];
}
