import type { Command } from 'commander';
import type { z } from 'zod';
import { plainText } from '../../incident/phrases.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { PlanBody } from '../http/schemas.ts';
import { inputsFromTexts } from '../inputs.ts';
import { doneWords } from '../model/plans.ts';
import { type Cli, examples, incidentArgument, incidentPath } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint } from './print.ts';

export type ShownPlan = z.infer<typeof PlanBody>;

/** How each plan of an incident stands: what is done, what is under way, and what is still to come. */
export function planLines(cli: Cli, plans: readonly ShownPlan[]): string[] {
  const { bold } = paint(cli.io);
  return plans.flatMap(({ playbook, state, added, steps }) => {
    const lines = [
      '',
      `${bold(plainText(playbook.title))}  ${playbook.id} v${playbook.version}, ${playbook.hash.slice(0, 12)}, ${state}`,
    ];
    if (added) lines.push(`  added by ${added.person ?? 'Tocsin'}: ${plainText(added.reason)}`);
    if (!steps) return [...lines, '  Its plan is not on the shelf of this server, so its steps cannot be told.'];
    const titles = (of: typeof steps.now) => of.map(({ title }) => plainText(title)).join(', ');
    lines.push(`  ${doneWords(steps)}`);
    if (steps.now.length > 0) lines.push(`  now: ${titles(steps.now)}`);
    for (const [i, { title }] of steps.then.entries()) lines.push(`  ${i === 0 ? 'then' : '    '} ${plainText(title)}`);
    return lines;
  });
}

type Options = { input: string[]; reason: string };

export function addPlaybookCommand(incident: Command, cli: Cli): void {
  incident
    .command('add-playbook')
    .argument('<incident>', 'INC-2026-0147, or 147')
    .argument('<playbook>', 'a published playbook; its latest version runs')
    .option('--input <name=value>', 'an input of the playbook; may be given several times', collected, [])
    .requiredOption('--reason <text>', 'why; it goes on the timeline')
    .description('run another playbook in an open incident, beside those that it has')
    .addHelpText(
      'after',
      examples(
        'tocsin incident add-playbook 147 notify-legal --reason "Personal data may have left"',
        'tocsin incident add-playbook 147 preserve-evidence --input target=claims-triage --reason "Counsel asked"',
      ),
    )
    .action(async (given: string, playbook: string, { input, reason }: Options, command: Command) => {
      const id = incidentArgument(cli.io, given);
      const inputs = input.length > 0 ? await inputsOf(cli, playbook, input) : {};
      const result = await cli.client().post(`${incidentPath(id)}/playbooks`, { playbook, inputs, reason });
      cli.show(command, result, () => `${id}: ${playbook} was added and runs.`);
    });
}

const collected = (one: string, before: string[]): string[] => [...before, one];

/** Read by what the playbook says of each: `3` is a number where it asks for one. */
async function inputsOf(cli: Cli, playbook: string, given: readonly string[]) {
  const texts = Object.fromEntries(given.map(pairOf));
  const found = await cli.client().get<{ plan: Plan }>(`/api/playbooks/${encodeURIComponent(playbook)}`);
  return inputsFromTexts(found.plan.inputs, texts);
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CliError(EXIT.usage, `--input "${text}" names no value.`, 'Write --input name=value.');
}
