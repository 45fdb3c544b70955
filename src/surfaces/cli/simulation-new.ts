import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Name } from '../../incident/ids.ts';
import { capitalised, plainText } from '../../incident/phrases.ts';
import { formatDiagnostic, hasErrors } from '../../playbook/diagnostics.ts';
import { didYouMean } from '../../playbook/names.ts';
import { formatSimulation } from '../../simulator/exchange/format.ts';
import { newSimulation } from '../../simulator/exchange/new-simulation.ts';
import { checkSimulation } from '../../simulator/script/check.ts';
import type { Ground } from '../../simulator/script/checking.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { groundOf, knownName, type Where, whereOptions } from './simulation-file.ts';
import { writeFiles } from './simulation-write.ts';

type Options = Where & { playbook?: string; system?: string; title?: string; output?: string; yes?: boolean };

/** A simulation to begin with, that holds here. */
export function simulationNewCommand(simulation: Command, cli: Cli): void {
  whereOptions(simulation.command('new'))
    .argument('<name>', 'what it is called, and its file')
    .option('--playbook <name>', 'the playbook that it exercises')
    .option('--system <id>', 'the AI system of the inventory that it is about')
    .option('--title <text>', 'what people read')
    .option('-o, --output <file>', 'where to write it; simulations/<name>.yaml if absent')
    .option('--yes', 'ask nothing: what is not given is as proposed')
    .description('write a new simulation that holds, with comments that explain it; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin simulation new a-strange-morning --playbook pii-leak-output',
        'tocsin simulation new a-strange-morning --playbook pii-leak-output --system support-assistant --yes',
      ),
    )
    .action(async (name: string, options: Options, command: Command) => {
      if (!Name.safeParse(name).success)
        throw new CliError(
          EXIT.usage,
          `"${name}" is no name: use lower-case letters, digits and hyphens.`,
          'For example: a-strange-morning',
        );
      const output = options.output ?? join('simulations', `${name}.yaml`);
      if (existsSync(resolve(cli.io.cwd, output)))
        throw new CliError(
          EXIT.refused,
          `${output} is there already.`,
          'Choose another name, or another file with -o.',
        );
      const ground = groundOf(cli, resolve(cli.io.cwd, output), options);
      const text = await written(cli, name, options, ground);
      const { diagnostics } = checkSimulation(text, output, ground);
      if (hasErrors(diagnostics))
        throw new CliError(
          EXIT.failure,
          [
            ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
            'It would not hold here, and is not written.',
          ].join('\n'),
        );
      writeFiles(cli, [{ file: output, data: text }], false);
      cli.show(command, { file: output, simulation: name, diagnostics }, () =>
        [
          ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
          `${output} is written, and holds.`,
          `Make it yours; then: tocsin rehearse ${output}`,
        ].join('\n'),
      );
    });
}

async function written(cli: Cli, name: string, options: Options, ground: Ground): Promise<string> {
  const systems = Object.keys(ground.systems);
  const opening = ground.playbooks.filter((one) => ground.planOf(one)?.opensOn != null);
  const playbook = await answered(cli, options, {
    option: '--playbook',
    given: options.playbook,
    question: `Which playbook does it exercise (${opening.join(', ')})?`,
    proposed: opening[0] ?? ground.playbooks[0],
    known: ground.playbooks,
  });
  const system = await answered(cli, options, {
    option: '--system',
    given: options.system,
    question: `Which AI system is it about (${systems.join(', ')})?`,
    proposed: systems[0],
    known: systems,
  });
  const title = await answered(cli, options, {
    option: '--title',
    given: options.title,
    question: 'What do people read as its title?',
    proposed: capitalised(name.replaceAll('-', ' ')),
  });
  const text = newSimulation({ name, playbook, system, ground }, title);
  if (text === null)
    throw new CliError(EXIT.failure, `The playbook ${playbook} has errors.`, `tocsin playbook check shows them.`);
  const formatted = formatSimulation(text, options.output ?? name);
  if (formatted.text === null)
    throw new CliError(EXIT.failure, formatted.diagnostics.map((one) => plainText(formatDiagnostic(one))).join('\n'));
  return formatted.text;
}

type Question = {
  option: string;
  given: string | undefined;
  question: string;
  proposed: string | undefined;
  known?: readonly string[];
};

/** What was given, or answered by a person; where nobody is to be asked, what is proposed. */
async function answered(
  cli: Cli,
  { yes }: Options,
  { option, given, question, proposed, known }: Question,
): Promise<string> {
  if (given !== undefined) {
    if (known) knownName(option.slice(2), given, known);
    return given;
  }
  if (proposed === undefined) throw new CliError(EXIT.failure, `There is nothing to choose from for ${option}.`);
  if (yes) return proposed;
  if (!cli.io.interactive)
    throw new CliError(
      EXIT.usage,
      `${option} is not given, and nobody is there to be asked.`,
      'Give it, or say --yes for what is proposed.',
    );
  for (;;) {
    const answer = (await cli.io.ask(`${question} [${proposed}] `)).trim() || proposed;
    if (!known || known.includes(answer)) return answer;
    const near = didYouMean(answer, known);
    cli.io.err(`"${answer}" is not known${near === undefined ? '' : `; did you mean "${near}"?`}\n`);
  }
}
