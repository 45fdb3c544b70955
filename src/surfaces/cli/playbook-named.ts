import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../../playbook/names.ts';
import type { Plan } from '../../playbook/plan.ts';
import type { Cli } from './context.ts';
import { CliError, EXIT } from './io.ts';

/** Checks a file and gives its plan; `playbook.ts` knows where inventories and libraries are. */
export type PlanOfFile = (file: string, inventory: string | undefined) => Plan;

export const WHICH = 'a file, or a published playbook: NAME, NAME@VERSION, or a hash';
export const INVENTORY = 'the inventory to check a file against (TOCSIN_INVENTORY, else tocsin.yaml here or above)';

export const isFile = (cli: Cli, given: string): boolean =>
  /[/\\]|\.ya?ml$/.test(given) || existsSync(resolve(cli.io.cwd, given));

/** The plan of a file, or of a playbook that is published. `--inventory` means something for files alone. */
export async function planNamed(
  cli: Cli,
  given: string,
  { inventory }: { inventory?: string },
  planOfFile: PlanOfFile,
): Promise<Plan> {
  if (isFile(cli, given)) return planOfFile(given, inventory);
  if (inventory === undefined) return publishedPlan(cli, given);
  throw new CliError(
    EXIT.usage,
    `--inventory is for files, and "${given}" is no file.`,
    'A published playbook was checked when it was published.',
  );
}

export async function publishedPlan(cli: Cli, given: string): Promise<Plan> {
  const [, name = given, version] = /^(.+)@v?(\d+)$/.exec(given) ?? [];
  const path = `/api/playbooks/${encodeURIComponent(name)}${version === undefined ? '' : `?version=${version}`}`;
  try {
    return (await cli.client().get<{ plan: Plan }>(path)).plan;
  } catch (error) {
    if (!(error instanceof CliError) || error.exit !== EXIT.notFound) throw error;
    const { playbooks } = await cli.client().get<{ playbooks: { playbook: string }[] }>('/api/playbooks');
    const near = didYouMean(
      name,
      playbooks.map((one) => one.playbook).filter((one) => one !== name),
    );
    throw new CliError(error.exit, error.message, near ? `Did you mean "${near}"?` : error.next, error.problem);
  }
}
