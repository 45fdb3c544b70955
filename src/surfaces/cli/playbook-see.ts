import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { contractOf } from '../../capabilities/contracts.ts';
import { plainText } from '../../incident/phrases.ts';
import {
  type Explanation,
  explain,
  longestInWords,
  messagesInWords,
  type Note,
  worstCaseInWords,
} from '../../playbook/explain/explain.ts';
import type { Line } from '../../playbook/explain/lines.ts';
import { planMermaid } from '../../playbook/graph/mermaid.ts';
import { planSvg, WIDTH_MAX, WIDTH_MIN } from '../../playbook/graph/svg.ts';
import { line } from '../../playbook/graph/words.ts';
import { everyPlanStep, type Plan } from '../../playbook/plan.ts';
import { type Cli, examples, wantsJson } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { INVENTORY, type PlanOfFile, planNamed, WHICH } from './playbook-named.ts';
import { paint } from './print.ts';

type From = { inventory?: string };

/** What a playbook looks like and what it will do, before it runs. A file needs no server. */
export function seeCommands(playbook: Command, cli: Cli, planOfFile: PlanOfFile): void {
  playbook
    .command('graph')
    .argument('<playbook>', WHICH)
    .addOption(new Option('--format <format>', 'svg or mermaid').choices(['svg', 'mermaid']).default('svg'))
    .option('--width <pixels>', 'how wide the SVG may be', '1280')
    .option('-o, --output <file>', 'write to a file; standard output if absent')
    .option('--inventory <file>', INVENTORY)
    .description('draw a playbook')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook graph playbooks/supply-chain-tampered-artifact.yaml -o graph.svg',
        'tocsin playbook graph supply-chain-tampered-artifact --format mermaid',
      ),
    )
    .action(async (given: string, options: From & GraphOptions, command: Command) => {
      const { format } = options;
      const width = widthOf(options.width);
      const plan = await planNamed(cli, given, options, planOfFile);
      const picture = format === 'svg' ? planSvg(plan, width) : planMermaid(plan);
      if (options.output === undefined) {
        cli.io.out(
          wantsJson(command)
            ? `${JSON.stringify({ playbook: plan.playbook, hash: plan.hash, format, picture })}\n`
            : picture,
        );
        return;
      }
      writePicture(cli, options.output, picture);
      cli.show(
        command,
        { playbook: plan.playbook, hash: plan.hash, format, file: options.output },
        () => `${plan.playbook} v${plan.version} is drawn in ${options.output}.`,
      );
    });

  playbook
    .command('explain')
    .argument('<playbook>', WHICH)
    .option('--inventory <file>', INVENTORY)
    .description('say in sentences what a playbook will do')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook explain playbooks/supply-chain-tampered-artifact.yaml',
        'tocsin playbook explain supply-chain-tampered-artifact --json',
      ),
    )
    .action(async (given: string, options: From, command: Command) => {
      const plan = await planNamed(cli, given, options, planOfFile);
      const explanation = { ...explain(plan, contractOf), hash: plan.hash };
      cli.show(command, explanation, () => explanationText(cli, explanation, titles(plan)));
    });
}

type GraphOptions = { format: 'svg' | 'mermaid'; width: string; output?: string };

function widthOf(text: string): number {
  const width = Number(text);
  if (Number.isInteger(width) && width >= WIDTH_MIN && width <= WIDTH_MAX) return width;
  throw new CliError(
    EXIT.usage,
    `--width must be a whole number from ${WIDTH_MIN} to ${WIDTH_MAX}, not "${text}".`,
    'For example: --width 768',
  );
}

function writePicture(cli: Cli, output: string, picture: string): void {
  try {
    writeFileSync(resolve(cli.io.cwd, output), picture);
  } catch (error) {
    throw new CliError(
      EXIT.failure,
      `${output} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export const titles = (plan: Plan): Map<string, string> =>
  new Map([...everyPlanStep(plan)].map((step) => [step.path, line(step.title)]));

/** The longest way, as far as it matters: what takes less than a hundredth of it is left to --json. */
const PART_MIN = 0.01;

function explanationText(cli: Cli, found: Explanation & { hash: string }, names: ReadonlyMap<string, string>): string {
  const { bold } = paint(cli.io);
  const width = Math.min(cli.io.columns, 110);
  const wrapped = (words: string, first: string): string[] => filled(plainText(words), width, first);
  const section = (title: string, lines: string[]): string[] => (lines.length > 0 ? ['', bold(title), ...lines] : []);
  const bullets = (texts: readonly string[]): string[] => texts.flatMap((text) => wrapped(text, '  - '));
  const notes = (list: readonly Note[]): string[] => bullets(list.map(({ text }) => text));
  const messages = messagesInWords(found.messages);
  const { worstCase } = found;
  const parts = worstCase.parts
    .filter(({ ms, working }) => working || ms >= worstCase.ms * PART_MIN)
    .map(({ path, ...part }) => `${longestInWords(part)}: ${names.get(path) ?? path} (${path})`);
  return [
    bold(`${found.playbook} v${found.version}: ${plainText(found.title)}`),
    `  plan ${found.hash}`,
    ...section('When it opens', bullets(found.opens)),
    ...section('What it answers', bullets(found.references.map(referencesInWords))),
    ...section('What it was written from', bullets(found.sources)),
    ...section('What it does, in order', numbered(found.steps, wrapped)),
    ...section('Always, at the end', numbered(found.finally, wrapped)),
    ...section('Who is asked, and what if nobody answers', [...notes(found.questions), ...bullets([found.failedStep])]),
    ...section('What cannot be undone', notes(found.irreversible)),
    ...section('What is undone when the incident is stood down or unwound', notes(found.undone)),
    ...section('What leaves the organisation', found.outside.length > 0 ? notes(found.outside) : ['  Nothing.']),
    ...section('Who is told', messages ? wrapped(messages, '  ') : []),
    ...section('Duties and their clocks', notes(found.duties)),
    ...section(
      'Capabilities it needs',
      bullets(found.capabilities.map(({ capability, title, risk }) => `${capability} (${risk}): ${title}`)),
    ),
    ...section('At worst', [
      ...wrapped(worstCaseInWords(worstCase), '  '),
      ...bullets(parts),
      '  This assumes:',
      ...bullets(worstCase.assumes),
    ]),
  ].join('\n');
}

const referencesInWords = ({ framework, entries }: Explanation['references'][number]): string =>
  `${framework}: ${entries.map(({ id, title }) => (title ? `${id} ${title}` : id)).join('; ')}.`;

/** Steps are numbered within their block. */
function numbered(lines: readonly Line[], wrapped: (words: string, first: string) => string[]): string[] {
  const counts: number[] = [];
  return lines.flatMap(({ depth, path, text }) => {
    counts.length = depth + 1;
    const indent = '  '.repeat(depth + 1);
    if (path === null) return wrapped(text, indent);
    counts[depth] = (counts[depth] ?? 0) + 1;
    return wrapped(text, `${indent}${counts[depth]}. `);
  });
}

/** Filled lines; those after the first stand below its words. */
function filled(words: string, width: number, first: string): string[] {
  const lines: string[] = [];
  let current = first;
  let empty = true;
  for (const word of words.split(' ')) {
    if (!empty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = ' '.repeat(first.length);
      empty = true;
    }
    current += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, current];
}
