import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { APP_SCOPE, BOT_SCOPES, SPARE_SCOPES } from '../../../src/surfaces/slack/check/scopes.ts';
import { COMMAND, SHORTCUTS } from '../../../src/surfaces/slack/contract.ts';

const root = join(import.meta.dirname, '../../..');

/** The parts of Slack's manifest that we use, with its documented bounds. Anything else is an error: Slack would not take it. */
const Manifest = z.strictObject({
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().regex(/^[\w.-]{1,80}$/), always_online: z.boolean() }),
    shortcuts: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(24),
          type: z.enum(['global', 'message']),
          callback_id: z.string().min(1).max(255),
          description: z.string().min(1).max(150),
        }),
      )
      .max(10),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().startsWith('/').max(32),
          description: z.string().min(1).max(2_000),
          usage_hint: z.string().max(1_000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, 'slack-manifest.json'), 'utf8')));
const scopes = manifest.oauth_config.scopes.bot;

/** What each method that the Slack surface calls needs, after Slack's documentation. */
const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'blocks.validate': [],
  'apps.connections.open': [APP_SCOPE],
  'bots.info': ['users:read'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.archive': ['channels:manage', 'groups:write'],
  'conversations.create': ['channels:manage', 'groups:write'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.invite': ['channels:manage', 'groups:write'],
  'conversations.join': ['channels:join'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.setTopic': ['channels:manage', 'groups:write'],
  'conversations.unarchive': ['channels:manage', 'groups:write'],
  'pins.add': ['pins:write'],
  'usergroups.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'users.list': ['users:read'],
  'users.lookupByEmail': ['users:read', 'users:read.email'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

/** Everything of the Slack surface as one text. */
const code = sources(join(root, 'src/surfaces/slack'))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

const METHOD =
  '(?:api|apps|auth|blocks|bots|chat|conversations|files|pins|reactions|team|usergroups|users|views)(?:\\.[a-zA-Z]+)+';

/** As a call of the client, or by name for the outbox. */
const called = new Set(
  [...code.matchAll(new RegExp(`\\bclient\\s*\\.(${METHOD})\\(|'(${METHOD})'`, 'g'))].map(
    ([, call, name]) => call ?? name ?? '',
  ),
);

it('asks for every scope that a call needs, and says why for each', () => {
  expect([...called].sort()).toEqual(Object.keys(METHOD_SCOPES).sort());
  const needed = new Set([...called].flatMap((method) => METHOD_SCOPES[method] ?? []));
  needed.delete(APP_SCOPE);
  expect([...needed].filter((scope) => !scopes.includes(scope))).toEqual([]);
  expect(scopes).toEqual([...Object.keys(BOT_SCOPES), ...SPARE_SCOPES].sort());
});

it('asks for no scope without use, but for those it names as spare', () => {
  const used = new Set(['commands', ...[...called].flatMap((method) => METHOD_SCOPES[method] ?? [])]);
  expect(Object.keys(BOT_SCOPES).filter((scope) => !used.has(scope))).toEqual([]);
});

it('reads no conversations', () => {
  expect(scopes.filter((scope) => scope.includes('history'))).toEqual([]);
  expect(manifest.settings.event_subscriptions.bot_events.filter((event) => event.startsWith('message'))).toEqual([]);
});

it('has the command and the shortcuts that the code answers', () => {
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([COMMAND]);
  expect(manifest.features.shortcuts.map(({ callback_id, type }) => [callback_id, type])).toEqual([
    [SHORTCUTS.report, 'global'],
    [SHORTCUTS.reportMessage, 'message'],
  ]);
});

it('subscribes to the events that the code hears, and to no others', () => {
  const heard = new Set(
    [...code.matchAll(/'(app_home_opened|user_change|team_join|subteam_[a-z_]+)'/g)].map(([, name]) => name),
  );
  expect([...heard].sort()).toEqual(manifest.settings.event_subscriptions.bot_events);
});

it('uses sockets, so that nothing need be opened to the internet', () => {
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  expect(manifest.features.app_home.home_tab_enabled).toBe(true);
});
