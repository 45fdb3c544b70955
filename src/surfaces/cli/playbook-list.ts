import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { counted, plainText } from '../../incident/phrases.ts';
import type { Plan } from '../../playbook/plan.ts';
import { everyPlanStep } from '../../playbook/plan.ts';
import type { Checked } from '../playbook-desk.ts';
import { type Cli, examples } from './context.ts';
import { CliError, EXIT } from './io.ts';
import { paint, table, when } from './print.ts';

type Version = {
  version: number;
  hash: string;
  publishedAt: number;
  publishedBy: string[];
  drilled: { words: string };
};
type Summary = Version & {
  playbook: string;
  title: string;
  running: { incident: string; version: number; hash: string }[];
};
type Shown = Summary & { versions: (Version & { running: string[] })[]; plan: Plan };

/** A file that says something else than what is published under its name, or that nobody published. */
type Draft = {
  file: string;
  playbook: string;
  version: number | null;
  hash: string | null;
  status: 'published' | 'older' | 'changed' | 'new' | 'broken';
};

/** Checks the playbook of a file; null where there is no inventory to check against. */
export type CheckFile = (file: string, inventory: string | undefined) => Checked;

export function listCommands(playbook: Command, cli: Cli, checkFile: CheckFile): void {
  playbook
    .command('list')
    .option('--drafts [folder]', 'also the files of this folder (playbooks) that are not as published')
    .option('--inventory <file>', 'the inventory to check them against')
    .description('list published playbooks, and which open incidents run which version')
    .addHelpText(
      'after',
      examples('tocsin playbook list', 'tocsin playbook list --drafts', 'tocsin playbook list --drafts team/playbooks'),
    )
    .action(async ({ drafts, inventory }: { drafts?: string | true; inventory?: string }, command: Command) => {
      const { playbooks } = await cli.client().get<{ playbooks: Summary[] }>('/api/playbooks');
      const found =
        drafts === undefined
          ? []
          : await draftsIn(cli, drafts === true ? 'playbooks' : drafts, (file) => checkFile(file, inventory));
      const shown = drafts === undefined ? { playbooks } : { playbooks, drafts: found };
      cli.show(command, shown, () => [publishedText(cli, playbooks), ...draftsText(cli, drafts, found)].join('\n'));
    });

  playbook
    .command('show')
    .argument('<name>', 'its name, NAME@VERSION, or the hash of any version')
    .description('show a published playbook: its steps, its versions, and the incidents that run them')
    .addHelpText(
      'after',
      examples(
        'tocsin playbook show supply-chain-tampered-artifact',
        'tocsin playbook show supply-chain-tampered-artifact@1',
      ),
    )
    .action(async (given: string, _: unknown, command: Command) => {
      const [, name = given, version] = /^(.+)@v?(\d+)$/.exec(given) ?? [];
      const query = version === undefined ? '' : `?version=${version}`;
      const found = await cli.client().get<Shown>(`/api/playbooks/${encodeURIComponent(name)}${query}`);
      cli.show(command, found, () => planText(cli, found));
    });
}

function publishedText(cli: Cli, playbooks: readonly Summary[]): string {
  if (playbooks.length === 0) return 'No playbook is published.';
  const rows = playbooks.map((one) => [
    one.playbook,
    String(one.version),
    one.hash.slice(0, 12),
    when(one.publishedAt, cli.io.now()),
    one.publishedBy.join(', '),
    runningText(one),
    one.drilled.words,
    one.title,
  ]);
  return table(cli.io, ['PLAYBOOK', 'VERSION', 'HASH', 'PUBLISHED', 'BY', 'RUNNING', 'DRILLED', 'TITLE'], rows);
}

/** `2 × v3, 1 × v2`: an incident keeps the version that it began with. */
function runningText({ running }: Summary): string {
  const counts = new Map<number, number>();
  for (const { version } of running) counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => b - a)
    .map(([version, count]) => `${count} × v${version}`)
    .join(', ');
}

/** Every playbook of a folder, beside what the server has of that name. */
async function draftsIn(cli: Cli, folder: string, checkFile: (file: string) => Checked): Promise<Draft[]> {
  const path = resolve(cli.io.cwd, folder);
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `There is no folder ${path}.`);
  const found: Draft[] = [];
  for (const entry of readdirSync(path)
    .filter((one) => one.endsWith('.yaml'))
    .sort()) {
    const file = relative(cli.io.cwd, join(path, entry)) || entry;
    const playbook = entry.slice(0, -'.yaml'.length);
    const { plan } = checkFile(file);
    if (!plan) {
      found.push({ file, playbook, version: null, hash: null, status: 'broken' });
      continue;
    }
    const versions = await versionsOf(cli, playbook);
    found.push({ file, playbook, version: plan.version, hash: plan.hash, status: statusOf(plan, versions) });
  }
  return found;
}

async function versionsOf(cli: Cli, playbook: string): Promise<readonly Version[]> {
  try {
    return (await cli.client().get<Shown>(`/api/playbooks/${encodeURIComponent(playbook)}`)).versions;
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.notFound) return [];
    throw error;
  }
}

function statusOf({ hash }: Plan, versions: readonly Version[]): Draft['status'] {
  const at = versions.findIndex((one) => one.hash === hash);
  if (at < 0) return versions.length === 0 ? 'new' : 'changed';
  return at === 0 ? 'published' : 'older';
}

const STATUS: Record<Draft['status'], string> = {
  published: 'as published',
  older: 'an older version than what is published',
  changed: 'differs from what is published',
  new: 'not published',
  broken: 'does not hold: tocsin playbook check says why',
};

function draftsText(cli: Cli, asked: string | true | undefined, found: readonly Draft[]): string[] {
  if (asked === undefined) return [];
  const drafts = found.filter(({ status }) => status !== 'published');
  const same = found.length - drafts.length;
  const rest = `${counted(same, 'file')} ${same === 1 ? 'is' : 'are'} as published.`;
  if (drafts.length === 0) return ['', rest];
  const rows = drafts.map((one) => [one.file, one.version === null ? '–' : String(one.version), STATUS[one.status]]);
  return ['', table(cli.io, ['DRAFT', 'VERSION', 'IS'], rows), rest];
}

function planText(cli: Cli, { plan, versions }: Shown): string {
  const { bold } = paint(cli.io);
  const lines = [...everyPlanStep(plan)].map((step) => {
    const depth = step.path.split('/').length - 1;
    return `${'  '.repeat(depth + 1)}${step.kind.padEnd(9)}${plainText(step.title)}  (${step.path})`;
  });
  const rows = versions.map(({ version, hash, publishedAt, publishedBy, running, drilled }) => [
    `v${version}`,
    hash.slice(0, 12),
    when(publishedAt, cli.io.now()),
    publishedBy.join(', '),
    running.join(', '),
    drilled.words,
  ]);
  return [
    bold(`${plan.playbook} v${plan.version}: ${plainText(plan.title)}`),
    `  plan ${plan.hash}`,
    ...lines,
    '',
    table(cli.io, ['VERSION', 'HASH', 'PUBLISHED', 'BY', 'RUN BY', 'DRILLED'], rows),
  ].join('\n');
}
