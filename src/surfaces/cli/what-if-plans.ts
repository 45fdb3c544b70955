import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { NumberedEvent } from '../../incident/events.ts';
import { plainText } from '../../incident/phrases.ts';
import { type Inventory, surroundingsOf } from '../../inventory/inventory.ts';
import { SourceError } from '../../playbook/diagnostics.ts';
import { hashPlan } from '../../playbook/hash.ts';
import { checkPlaybook, readLibrary } from '../../playbook/library.ts';
import { Plan } from '../../playbook/plan.ts';
import type { Cli } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { publishedPlan } from './playbook-named.ts';

type Wanted = { id: string; version: number; hash: string };
export type PlanSources = {
  /** Files with plans, as `playbook show HASH --json` prints them. */
  files: readonly string[];
  /** A folder of playbooks, and what they are checked against; null: there is none. */
  library: { folder: string; inventory: Inventory } | null;
  /** Whether the shelf of a server is asked. */
  server: boolean;
};

/** The plans that an incident ran, each by its hash: from files, from playbooks that give this very plan, or from the server's shelf. */
export async function plansOf(
  cli: Cli,
  events: readonly NumberedEvent[],
  sources: PlanSources,
): Promise<(hash: string) => Plan> {
  const found = new Map(sources.files.map((file) => planOfFile(cli, file)).map((plan) => [plan.hash, plan]));
  for (const wanted of wantedIn(events)) {
    if (found.has(wanted.hash)) continue;
    const plan = fromLibrary(wanted, sources.library) ?? (sources.server ? await fromServer(cli, wanted) : null);
    if (!plan) throw missing(wanted, sources);
    found.set(wanted.hash, plan);
  }
  return (hash) => {
    const plan = found.get(hash);
    if (!plan) throw new Error(`The plan ${hash} was not looked for.`);
    return plan;
  };
}

function wantedIn(events: readonly NumberedEvent[]): Wanted[] {
  return events.flatMap((event) =>
    (event.type === 'incident.opened' || event.type === 'plan.added') && event.data.playbook
      ? [event.data.playbook]
      : [],
  );
}

const Shown = z.looseObject({ plan: z.unknown() });

function planOfFile(cli: Cli, given: string): Plan {
  const file = resolve(cli.io.cwd, given);
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`);
  const none = new CliError(
    EXIT.failure,
    `${given} holds no plan.`,
    'Make one on the server: tocsin playbook show HASH --json > FILE.',
  );
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw none;
    throw error;
  }
  const plan = Plan.safeParse(Shown.safeParse(value).data?.plan ?? value).data;
  if (!plan) throw none;
  if (hashPlan(plan) === plan.hash) return plan;
  throw new CliError(
    EXIT.failure,
    `The plan of ${given} is not the one that its hash names: it was changed.`,
    none.next,
  );
}

function fromLibrary({ id, hash }: Wanted, library: PlanSources['library']): Plan | null {
  if (!library || !existsSync(library.folder)) return null;
  try {
    const read = readLibrary(library.folder);
    if (!Object.hasOwn(read.playbooks, id)) return null;
    const { plan } = checkPlaybook(id, read, surroundingsOf(library.inventory));
    return plan?.hash === hash ? plan : null;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new CliError(EXIT.failure, plainText(error.message), 'Say --playbooks FOLDER.');
  }
}

async function fromServer(cli: Cli, { hash }: Wanted): Promise<Plan | null> {
  try {
    const plan = await publishedPlan(cli, hash);
    return plan.hash === hash ? plan : null;
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.notFound) return null;
    throw error;
  }
}

function missing({ id, version, hash }: Wanted, { server, library }: PlanSources): CliError {
  const looked = [
    ...(library ? [`${id}.yaml of ${library.folder} gives another plan, or is not there`] : []),
    ...(server ? ['the server has none of that hash'] : []),
  ];
  const why = looked.length > 0 ? `: ${looked.join('; ')}` : '';
  return new CliError(
    EXIT.notFound,
    `The plan that ran is not here: ${id} v${version}, ${hash.slice(0, 12)}${why}.`,
    `Get it where the incident ran: tocsin playbook show ${hash} --json > plan.json; then --plan plan.json.`,
  );
}
