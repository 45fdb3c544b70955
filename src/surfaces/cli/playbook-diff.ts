import type { Command } from 'commander';
import { counted } from '../../incident/phrases.ts';
import { diffPlans } from '../../playbook/diff/diff.ts';
import type { Plan } from '../../playbook/plan.ts';
import { type Cli, examples } from './context.ts';
import { changesText } from './diff-text.ts';
import { CliError, EXIT } from './io.ts';
import { INVENTORY, isFile, type PlanOfFile, planNamed, publishedPlan, WHICH } from './playbook-named.ts';
import { paint } from './print.ts';

/** What another version of a playbook means for those who respond with it. */
export function diffCommand(playbook: Command, cli: Cli, planOfFile: PlanOfFile): void {
  playbook
    .command('diff')
    .argument('<before>', WHICH)
    .argument('[after]', 'the same; left out: <before> is a file, compared with what is published')
    .option('--inventory <file>', INVENTORY)
    .description('say what changes for a responder, the most dangerous first; ends with 1 where something does')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook diff playbooks/supply-chain-tampered-artifact.yaml',
        'tocsin playbook diff supply-chain-tampered-artifact@1 supply-chain-tampered-artifact@2',
        'tocsin playbook diff supply-chain-tampered-artifact playbooks/supply-chain-tampered-artifact.yaml --json',
      ),
    )
    .action(async (given: string, other: string | undefined, options: { inventory?: string }, command: Command) => {
      const [before, after] = await both(cli, given, other, options, planOfFile);
      const changes = diffPlans(before, after);
      const shown = { before: nameOf(before), after: nameOf(after), changes };
      const { bold } = paint(cli.io);
      cli.show(command, shown, () => `${bold(heading(before, after))}\n${changesText(cli.io, changes)}`);
      const worse = changes.filter(({ danger }) => danger).length;
      if (changes.length > 0)
        throw new CliError(
          EXIT.failure,
          `${counted(changes.length, 'change')} for a responder${worse > 0 ? `, ${worse} of them more dangerous` : ''}.`,
        );
    });
}

async function both(
  cli: Cli,
  given: string,
  other: string | undefined,
  options: { inventory?: string },
  planOfFile: PlanOfFile,
): Promise<[before: Plan, after: Plan]> {
  if (other !== undefined) {
    // With a file beside a published one, the inventory is the file's.
    const [a, b] = [isFile(cli, given), isFile(cli, other)];
    const before = await planNamed(cli, given, a || !b ? options : {}, planOfFile);
    return [before, await planNamed(cli, other, b || !a ? options : {}, planOfFile)];
  }
  if (!isFile(cli, given))
    throw new CliError(
      EXIT.usage,
      `With what is "${given}" to be compared?`,
      'Name a second one, or give a file: it is compared with what is published.',
    );
  const after = planOfFile(given, options.inventory);
  return [await publishedPlan(cli, after.playbook), after];
}

const nameOf = ({ playbook, version, hash }: Plan) => ({ playbook, version, hash });

const heading = (before: Plan, after: Plan): string => {
  const of = ({ playbook, version, hash }: Plan) => `${playbook} v${version} (${hash.slice(0, 12)})`;
  return `${of(before)} → ${of(after)}`;
};
