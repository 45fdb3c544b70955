import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startLocalSlack } from '../../src/embedded/slack/start.ts';
import { parseInventory } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { readConfig } from '../../src/main/config.ts';
import { localWorkspace, runLocalSlack } from '../../src/main/local-slack.ts';
import { lastSlackPort, localSlackReferences, localSlackSecrets } from '../../src/main/local-slack-secrets.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { readManifest } from '../../src/main/slack-manifest.ts';
import { slackSettings } from '../../src/main/slack-settings.ts';
import { welcome } from '../../src/main/welcome.ts';
import { testFolder } from '../support/folder.ts';

const sample = loadInventory(join(packageRoot, 'tocsin.yaml'));

describe('the workspace of local Slack is the inventory', () => {
  const start = (inventory: Parameters<typeof localWorkspace>[0]) =>
    startLocalSlack({
      port: 0,
      file: null,
      ...localWorkspace(inventory),
      app: { ...readManifest(), requestUrl: null },
    });

  it('people with their addresses and titles, groups with the holders of their roles, the channel', async () => {
    const slack = await start(sample);
    try {
      const { workspace } = slack;
      const priya = workspace.users().find(({ name }) => name === 'priya-raman');
      expect(priya).toMatchObject({
        real_name: 'Priya Raman',
        email: 'priya.raman@halden.example',
        title: 'ML on-call, Security on-call',
        tz: 'Europe/Oslo',
      });
      const group = workspace.groups().find(({ handle }) => handle === 'ml-on-call');
      const names = group?.users.map((id) => workspace.user(id)?.name);
      expect(names).toEqual(['tomas-okafor', 'priya-raman']);
      expect(workspace.channels().map(({ name }) => name)).toContain('incidents');
    } finally {
      await slack.stop();
    }
  });

  it('keeps the ids that the inventory writes down', async () => {
    const { inventory } = parseInventory(
      `organisation: { name: A, timezone: UTC }
roles: { lead: { title: Lead, slack-group: S0LEADS } }
people: { ada: { name: Ada, roles: [lead], slack: U0ADA } }
systems: { chat: { name: Chat, tier: low, owner: lead, model: { name: m } } }
slack: { channel: C0INCIDENTS }
`,
      't.yaml',
    );
    const slack = await start(inventory ?? sample);
    try {
      expect(slack.workspace.user('U0ADA')).toMatchObject({ real_name: 'Ada', email: null });
      expect(slack.workspace.groups()).toMatchObject([{ id: 'S0LEADS', handle: 'lead', users: ['U0ADA'] }]);
      expect(slack.workspace.channel('C0INCIDENTS')?.name).toBe('incidents');
    } finally {
      await slack.stop();
    }
  });
});

describe('the secrets of local Slack', () => {
  it('are made once, for the owner alone, and are what the server is pointed at', () => {
    const dataDir = testFolder();
    const made = localSlackSecrets(dataDir);
    expect(localSlackSecrets(dataDir)).toEqual(made);
    const folder = join(dataDir, 'slack');
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(slackSettings(localSlackReferences(dataDir, 7374))).toEqual({
      botToken: made.botToken,
      appToken: made.appToken,
      signingSecret: null,
      apiUrl: 'http://127.0.0.1:7374/api/',
      local: true,
    });
    expect(localSlackSecrets(testFolder())).not.toEqual(made);
  });

  it('a folder that others could read is closed to them', () => {
    const dataDir = testFolder();
    mkdirSync(join(dataDir, 'slack'), { mode: 0o755 });
    localSlackSecrets(dataDir);
    expect(statSync(join(dataDir, 'slack')).mode & 0o077).toBe(0);
  });
});

it('runs by itself, answers an app with its tokens, and says when its port is taken', async () => {
  const dataDir = testFolder();
  const config = readConfig({ TOCSIN_DATA: dataDir, TOCSIN_LOG_LEVEL: 'error' });
  const running = await runLocalSlack(config, { type: 'go', slackPort: 0 });
  try {
    const port = lastSlackPort(dataDir) ?? 0;
    const { apiUrl, botToken } = slackSettings(localSlackReferences(dataDir, port));
    const answer = await fetch(`${apiUrl}auth.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}` },
    });
    expect(await answer.json()).toMatchObject({ ok: true, team: 'Halden Mutual' });
    expect(Object.keys(running.ready.as ?? {})).toEqual(sample.people.map(({ id }) => id));
    await expect(runLocalSlack(config, { type: 'go', slackPort: port })).rejects.toMatchObject({
      code: 'slack-port-taken',
      message: expect.stringContaining(`port ${port}`),
    });
  } finally {
    await running.stop();
  }
  const state = readFileSync(join(dataDir, 'slack', 'state.json'), 'utf8');
  expect(state).toContain('mara.lindqvist@halden.example');
  writeFileSync(join(dataDir, 'slack', 'state.json'), '{"half": ');
  await expect(runLocalSlack(config, { type: 'go', slackPort: 0 })).rejects.toMatchObject({
    code: 'local-slack-file',
  });
});

describe('the lines that npm start ends with', () => {
  const plain = { bold: (text: string) => text, dim: (text: string) => text };
  const up = {
    config: readConfig({}),
    found: null,
    postgres: null,
    temporal: null,
    tookMs: 3_000,
    ready: {
      url: 'http://127.0.0.1:7373',
      signIn: 'http://127.0.0.1:7373/sign-in/x',
      incident: 'INC-2026-0001',
      asked: [
        { person: 'mara', name: 'Mara' },
        { person: 'tomas', name: 'Tomas' },
      ],
    },
    slack: { url: 'http://127.0.0.1:7374/?key=k', as: { mara: 'http://mara', tomas: 'http://tomas' } },
  };
  const text = (more: object) => welcome(plain, { ...up, ...more }).join('\n');

  it('send a newcomer into Slack as everybody whose voice it needs, then into the console', () => {
    expect(text({})).toContain('Slack (local) http://127.0.0.1:7374/?key=k');
    expect(text({})).toContain(`Try this first: decide in Slack what waits in INC-2026-0001, as Mara:
  http://mara
and as Tomas, whose voice it needs too:
  http://tomas

Then see it in the console; this signs you in:
  http://127.0.0.1:7373/sign-in/x`);
  });

  it('without a local Slack, or with nothing that asks, offer the console', () => {
    const console = 'Try this first: sign in and decide what waits in INC-2026-0001.';
    expect(text({ slack: null })).toContain(console);
    expect(text({ ready: { ...up.ready, asked: [] } })).toContain(console);
    expect(text({ slack: null, ready: { signIn: 'http://s' } })).toContain('Sign in here:\n  http://s');
  });
});
