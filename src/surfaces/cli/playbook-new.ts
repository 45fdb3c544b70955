import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { Name } from '../../incident/ids.ts';
import { capitalised, listed, plainText } from '../../incident/phrases.ts';
import { formatDiagnostic } from '../../playbook/diagnostics.ts';
import { formatPlaybook } from '../../playbook/format.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { didYouMean } from '../../playbook/names.ts';
import {
  containing,
  copiedPlaybook,
  newPlaybook,
  TEMPLATES,
  type Template,
  type Wanted,
} from '../../playbook/new-playbook.ts';
import type { Surroundings } from '../../playbook/surroundings.ts';
import type { Library } from '../../playbook/unit.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { INVENTORY } from './playbook-named.ts';

type Options = {
  from?: string;
  title?: string;
  alert?: string;
  system?: string;
  decides?: string;
  act?: string;
  output?: string;
  yes?: boolean;
  inventory?: string;
};

/** A playbook to begin with, that holds here: what it needs is asked, or given. */
export function newCommand(playbook: Command, cli: Cli, around: (inventory: string | undefined) => Surroundings): void {
  playbook
    .command('new')
    .argument('<name>', 'what it is called, and its file')
    .option('--from <template>', `${TEMPLATES.join(' or ')}, or a playbook to copy: its name or file`)
    .option('--title <text>', 'what people read')
    .option('--alert <kind>', 'the kind of alert that opens it; none: people do')
    .option('--system <id>', 'the AI system it is for where nobody says which')
    .option('--decides <role>', 'who decides')
    .option('--act <capability>', 'what contains: model.isolate, agent.stop and the like')
    .option('-o, --output <file>', 'where to write it; playbooks/<name>.yaml if absent')
    .option('--yes', 'ask nothing: what is not given is as proposed')
    .option('--inventory <file>', INVENTORY)
    .description('write a new playbook that holds, with comments that explain it; needs no server')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook new odd-answers',
        'tocsin playbook new stop-the-agent --act agent.stop --alert agent.odd --yes',
        'tocsin playbook new our-leak --from pii-leak-output --title "A leak at our house" --yes',
      ),
    )
    .action(async (name: string, options: Options, command: Command) => {
      if (!Name.safeParse(name).success)
        throw new CliError(
          EXIT.usage,
          `"${name}" is no name: use lower-case letters, digits and hyphens.`,
          'For example: odd-answers',
        );
      const target = resolve(cli.io.cwd, options.output ?? join('playbooks', `${name}.yaml`));
      const shown = relative(cli.io.cwd, target);
      if (existsSync(target))
        throw new CliError(EXIT.refused, `${shown} is there already.`, 'Choose another name, or another file with -o.');
      const surroundings = around(options.inventory);
      const library = libraryOf(dirname(target));
      const text = await written(cli, name, options, surroundings, library);
      const { plan, diagnostics } = checkPlaybook(
        name,
        { ...library, playbooks: { ...library.playbooks, [name]: { text, file: shown } } },
        surroundings,
      );
      if (!plan)
        throw new CliError(
          EXIT.failure,
          [
            ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
            'It would not hold here, and is not written.',
          ].join('\n'),
        );
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { flag: 'wx' });
      cli.show(command, { file: shown, playbook: name, hash: plan.hash, diagnostics }, () =>
        [
          ...diagnostics.map((one) => plainText(formatDiagnostic(one))),
          `${shown} is written, and holds.`,
          `Make it yours; then: tocsin playbook explain ${shown}`,
        ].join('\n'),
      );
    });
}

function libraryOf(folder: string): Library {
  return existsSync(folder) ? readLibrary(folder) : { playbooks: {}, templates: {}, rules: {} };
}

/** The text in its canonical form, once everything is known that it says. */
async function written(
  cli: Cli,
  name: string,
  options: Options,
  around: Surroundings,
  library: Library,
): Promise<string> {
  const asking = options.yes !== true;
  const given = asker(cli, asking);
  const from = await given(options.from, {
    option: '--from',
    question: `What is it to begin with: ${TEMPLATES.join(', ')}, or a playbook to copy?`,
    proposed: 'containment',
    known: [...TEMPLATES, ...Object.keys(library.playbooks)],
    more: (text) => existsSync(resolve(cli.io.cwd, text)),
  });
  const title = await given(options.title, {
    option: '--title',
    question: 'What do people read as its title?',
    proposed: capitalised(name.replaceAll('-', ' ')),
  });
  const isTemplate = (TEMPLATES as readonly string[]).includes(from);
  const kind = await given(options.alert, {
    option: '--alert',
    question: `Which kind of alert opens it (none: people do)?`,
    proposed: 'none',
  });
  const alert = kind === 'none' ? null : kind;
  const text = isTemplate
    ? newPlaybook(
        from as Template,
        { name, title, alert, ...(await rest(given, options, from as Template, around)) },
        around,
      )
    : copiedPlaybook(sourceOf(cli, from, library), { name, title, alert });
  const { text: formatted } = formatPlaybook(text, `${name}.yaml`);
  if (formatted === null) throw new Error('a template is YAML');
  return formatted;
}

type Given = ReturnType<typeof asker>;

async function rest(
  given: Given,
  options: Options,
  template: Template,
  around: Surroundings,
): Promise<Pick<Wanted, 'system' | 'decides' | 'act'>> {
  const roles = Object.keys(around.roles);
  const system = await given(options.system, {
    option: '--system',
    question: `Which AI system is it for, where nobody says which (none, ${Object.keys(around.systems).join(', ')})?`,
    proposed: 'none',
    known: ['none', ...Object.keys(around.systems)],
  });
  const decides = await given(options.decides, {
    option: '--decides',
    question: `Who decides (${roles.join(', ')})?`,
    proposed: roles.includes('incident-commander') ? 'incident-commander' : (roles[0] ?? 'incident-commander'),
    known: roles,
  });
  const acts = containing(around).map((contract) => contract.name);
  const act =
    template === 'containment'
      ? await given(options.act, {
          option: '--act',
          question: `What contains (${acts.join(', ')})?`,
          proposed: 'model.isolate',
          known: acts,
        })
      : 'model.isolate';
  return { system: system === 'none' ? null : system, decides, act };
}

type Question = {
  option: string;
  question: string;
  proposed: string;
  known?: readonly string[];
  more?: (text: string) => boolean;
};

/** What was given, or answered by a person; where nobody is to be asked, what is proposed. An unknown name is told. */
function asker(cli: Cli, asking: boolean) {
  return async (value: string | undefined, { option, question, proposed, known, more }: Question): Promise<string> => {
    const wrong = (text: string): string | null => {
      if (!known || known.includes(text) || more?.(text)) return null;
      const near = didYouMean(text, known);
      return `"${text}" is not known${near ? `; did you mean "${near}"?` : `: ${listed([...known])}.`}`;
    };
    if (value !== undefined) {
      const problem = wrong(value);
      if (problem !== null) throw new CliError(EXIT.usage, `${option}: ${problem}`);
      return value;
    }
    if (!asking) return proposed;
    if (!cli.io.interactive)
      throw new CliError(
        EXIT.usage,
        `${option} is not given, and nobody is there to be asked.`,
        'Give it, or say --yes for what is proposed.',
      );
    for (;;) {
      const answer = (await cli.io.ask(`${question} [${proposed}] `)).trim() || proposed;
      const problem = wrong(answer);
      if (problem === null) return answer;
      cli.io.err(`${problem}\n`);
    }
  };
}

function sourceOf(cli: Cli, from: string, library: Library): string {
  const file = resolve(cli.io.cwd, from);
  return library.playbooks[from]?.text ?? readFileSync(file, 'utf8');
}
