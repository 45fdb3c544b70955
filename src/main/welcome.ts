import { join, relative } from 'node:path';
import type { RunningPostgres } from '../embedded/postgres.ts';
import type { RunningTemporal } from '../embedded/temporal.ts';
import type { FoundTemporal } from '../embedded/temporal-find.ts';
import type { Config } from './config.ts';
import type { Lines } from './lines.ts';
import type { Ready } from './supervised.ts';

/** What runs, for the lines that `npm start` ends with. */
export type Up = {
  config: Config;
  found: FoundTemporal | null;
  ready: Ready;
  /** Of local Slack, where it runs. */
  slack: Ready | null;
  postgres: Pick<RunningPostgres, 'port'> | null;
  temporal: Pick<RunningTemporal, 'address' | 'uiUrl'> | null;
  tookMs: number;
};

export function welcome(lines: Pick<Lines, 'bold' | 'dim'>, up: Up): string[] {
  const { bold, dim } = lines;
  return [
    '',
    `${bold('Tocsin runs')} ${dim(`(ready in ${(up.tookMs / 1000).toFixed(1)} s)`)}`,
    '',
    ...rows(lines, up),
    ...firstSteps(lines, up),
    '',
    dim('Ctrl-C stops all of it. Its state stays in the data folder.'),
  ];
}

function rows({ dim }: Pick<Lines, 'dim'>, { config, found, ready, slack, postgres, temporal }: Up): string[] {
  const where = (path: string): string => relative(process.cwd(), path) || '.';
  const row = (name: string, at: string, note = ''): string =>
    `  ${name.padEnd(14)}${at.padEnd(26)}${note === '' ? '' : dim(note)}`.trimEnd();
  const embedded = temporal && found?.kind === 'binary' ? { ...temporal, version: found.serverVersion } : null;
  const uiUrl = temporal?.uiUrl ?? null;
  return [
    row('console', ready.url ?? config.publicUrl),
    ...(slack?.url ? [row('Slack (local)', slack.url)] : []),
    ...(config.slack.references ? [row('Slack', 'yours', 'TOCSIN_SLACK_BOT_TOKEN')] : []),
    postgres
      ? row('PostgreSQL', `127.0.0.1:${postgres.port}`, `in ${where(join(config.dataDir, 'postgres'))}`)
      : row('PostgreSQL', 'yours', 'DATABASE_URL'),
    embedded
      ? row('Temporal', embedded.address, `server ${embedded.version}, in ${where(join(config.dataDir, 'temporal'))}`)
      : row('Temporal', config.temporal.address ?? '', 'TEMPORAL_ADDRESS'),
    ...(uiUrl === null ? [] : [row('Temporal UI', uiUrl)]),
    row('logs', where(join(config.dataDir, 'logs'))),
  ];
}

/** What to do now: decide where one would on a bad day, in Slack; and see all of it in the console. */
function firstSteps({ bold }: Pick<Lines, 'bold'>, { ready, slack }: Up): string[] {
  const { incident, signIn, asked = [] } = ready;
  const be = asked.flatMap(({ person, name }) => (slack?.as?.[person] ? [{ name, link: slack.as[person] }] : []));
  const [first, ...others] = be;
  const inSlack =
    incident === undefined || first === undefined
      ? []
      : [
          '',
          `Try this first: decide in Slack what waits in ${incident}, as ${first.name}:`,
          `  ${bold(first.link)}`,
          ...others.flatMap(({ name, link }) => [`and as ${name}, whose voice it needs too:`, `  ${bold(link)}`]),
        ];
  if (signIn === undefined) return inSlack;
  const console =
    inSlack.length > 0
      ? 'Then see it in the console; this signs you in:'
      : incident === undefined
        ? 'Sign in here:'
        : `Try this first: sign in and decide what waits in ${incident}.`;
  return [...inSlack, '', console, `  ${bold(signIn)}`];
}
