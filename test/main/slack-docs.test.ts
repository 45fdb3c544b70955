import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { readConfig, settings } from '../../src/main/config.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { slackSettings } from '../../src/main/slack-settings.ts';
import { BOT_SCOPES, SPARE_SCOPES } from '../../src/surfaces/slack/check/scopes.ts';

const read = (file: string): string => readFileSync(join(packageRoot, file), 'utf8');
const guide = read('docs/slack.md');

/** The code of a kind, as it is to be typed: without the indentation of the list it stands in. */
const samples = (page: string, kind: string): string[] =>
  [...page.matchAll(new RegExp(`^( *)\`\`\`${kind}\\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(([, indent = '', code = '']) =>
    code.replace(new RegExp(`^${indent}`, 'gm'), ''),
  );
const sampleWith = (words: string): string => {
  const found = samples(guide, 'sh').find((code) => code.includes(words));
  if (found === undefined) throw new Error(`docs/slack.md has no sample with ${words}`);
  return found;
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-slack-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/slack.md', () => {
  it('keeps the tokens for their owner alone, and the settings it names are read', () => {
    const here = (line: string): string => line.replaceAll('/etc/tocsin', join(folder, 'etc')).replace(/#.*/, '');
    const lines = sampleWith('slack-app-token').trim().split('\n').map(here);
    const pasted = (line: string) => (line.includes('bot') ? 'xoxb-pasted' : 'xapp-pasted');
    for (const line of lines.filter((one) => !one.startsWith('export ')))
      execFileSync('sh', ['-c', `echo ${pasted(line)} | ${line}`]);
    expect(statSync(join(folder, 'etc/slack-bot-token')).mode & 0o777).toBe(0o600);
    const env = Object.fromEntries(
      lines.flatMap((line) => {
        const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
        return name && value ? [[name, value]] : [];
      }),
    );
    const { references } = readConfig({ TOCSIN_DATA: folder, ...env }).slack;
    expect(references && slackSettings(references, {})).toMatchObject({
      botToken: 'xoxb-pasted',
      appToken: 'xapp-pasted',
    });
  });

  it('shows entries of tocsin.yaml that are taken', () => {
    const inventory = parse(read('tocsin.yaml'));
    for (const code of samples(guide, 'yaml')) {
      const part = parse(code);
      const { roles = {}, ...rest } = part;
      const { diagnostics } = parseInventory(
        stringify({ ...inventory, ...rest, roles: { ...inventory.roles, ...roles } }),
        'tocsin.yaml',
      );
      expect(diagnostics, code).toEqual([]);
    }
    expect(samples(guide, 'yaml')).toHaveLength(3);
  });

  it('makes a manifest for HTTP with one address for everything that Slack sends', () => {
    const made = JSON.parse(
      execFileSync('sh', ['-c', sampleWith('node -p')], {
        cwd: packageRoot,
        env: { ...process.env, TOCSIN_PUBLIC_URL: 'https://tocsin.example' },
        encoding: 'utf8',
      }),
    );
    const url = 'https://tocsin.example/slack/events';
    expect(made.settings).toMatchObject({
      socket_mode_enabled: false,
      interactivity: { is_enabled: true, request_url: url },
      event_subscriptions: { request_url: url },
    });
    expect(made.features.slash_commands).toMatchObject([{ command: '/tocsin', url }]);
  });

  it('says of every scope that is asked for what it is for', () => {
    const rows = [...guide.matchAll(/^\| ((?:`[a-z:.]+`(?:, )?)+) \| /gm)].flatMap(([, scopes = '']) =>
      [...scopes.matchAll(/`([^`]+)`/g)].map(([, scope]) => scope),
    );
    expect(rows.sort()).toEqual([...Object.keys(BOT_SCOPES), ...SPARE_SCOPES].sort());
  });
});

describe('what the documentation names', () => {
  const pages = ['README.md', 'docs/slack.md', 'docs/local-slack.md', 'docs/cli.md'];

  it.each(pages)('%s names no setting that nobody reads', (page) => {
    // Of the command line and of the tests; the rest stands in the table of settings.
    const known = [...Object.keys(settings), 'TOCSIN_URL', 'TOCSIN_TOKEN', 'TOCSIN_REQUIRE'];
    const named = [...read(page).matchAll(/\bTOCSIN_[A-Z_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(['README.md', 'docs/slack.md'])('%s shows only commands of the reference of the command line', (page) => {
    const reference = read('docs/cli.md');
    const shown = [...read(page).matchAll(/^ *npx tocsin ([a-z-]+)(?: ([a-z-]+))?/gm)].map(([, command, verb]) =>
      [command, verb].filter(Boolean).join(' '),
    );
    expect(shown.filter((words) => !reference.includes(`tocsin ${words}`))).toEqual([]);
    expect(shown).not.toEqual([]);
  });
});
