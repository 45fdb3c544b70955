import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { loadInventory } from '../../src/inventory/load.ts';
import { type Config, readConfig, resolveReference } from '../../src/main/config.ts';
import { requireAllowed } from '../../src/main/local-allowed.ts';
import { packageRoot } from '../../src/main/package-root.ts';
import { testFolder } from '../support/folder.ts';

function refusal(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('the environment was accepted');
}

test('an empty environment gives a local set-up', () => {
  const config = readConfig({}, '/somewhere');
  expect(config).toMatchObject({
    dataDir: '/somewhere/.tocsin',
    host: '127.0.0.1',
    port: 7373,
    publicUrl: 'http://127.0.0.1:7373',
    keys: '/somewhere/.tocsin/keys',
    databaseUrl: null,
    temporal: { address: null, namespace: 'default', apiKey: null, tls: null },
  });
});

test('a misspelt setting is refused with what was meant', () => {
  expect(refusal({ TOCSIN_PROT: '80' })).toContain('TOCSIN_PROT is not a setting; did you mean TOCSIN_PORT?');
});

test('everything wrong is said at once', () => {
  const said = refusal({
    TOCSIN_PORT: '99999',
    TOCSIN_LOG_LEVEL: 'loud',
    TEMPORAL_ADDRESS: 'http://temporal',
    DATABASE_URL: 'mysql://x',
  });
  for (const name of ['TOCSIN_PORT', 'TOCSIN_LOG_LEVEL', 'TEMPORAL_ADDRESS', 'DATABASE_URL'])
    expect(said).toContain(name);
});

test('a secret in clear is refused and not repeated', () => {
  const said = refusal({ TEMPORAL_API_KEY: 'hunter2-hunter2' });
  expect(said).toContain('TEMPORAL_API_KEY must be a reference');
  expect(said).not.toContain('hunter2');
});

test('DATABASE_URL may be an address, or a reference to one', () => {
  const url = 'postgresql://tocsin:secret@db.example/tocsin';
  const file = join(testFolder(), 'database-url');
  writeFileSync(file, `${url}\n`);
  expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  expect(readConfig({ DATABASE_URL: `file:${file}` }).databaseUrl).toBe(url);
  expect(readConfig({ DATABASE_URL: 'env:ELSEWHERE', ELSEWHERE: url }).databaseUrl).toBe(url);
  expect(refusal({ DATABASE_URL: 'env:NOWHERE' })).toContain('env:NOWHERE: that variable is not set');
});

test('half a client certificate is refused', () => {
  expect(refusal({ TEMPORAL_TLS_CLIENT_CERT_PATH: '/cert.pem' })).toContain('go together');
});

test('a missing secret file is named by its reference', () => {
  expect(() => resolveReference('file:/no/such/file')).toThrow('file:/no/such/file: that file cannot be read');
});

describe('Slack', () => {
  const bot = { TOCSIN_SLACK_BOT_TOKEN: 'env:BOT' };

  test('nothing said: a local one under npm start; and it can be turned off', () => {
    expect(readConfig({}).slack).toEqual({ references: null, local: 'default', port: null });
    expect(readConfig({ TOCSIN_SLACK: 'off' }).slack.local).toBe('off');
    expect(readConfig({ TOCSIN_SLACK: 'local', TOCSIN_SLACK_PORT: '8080' }).slack).toEqual({
      references: null,
      local: 'asked',
      port: 8080,
    });
  });

  test('a Slack of your own, by Socket Mode or by HTTP, is reached by references', () => {
    expect(readConfig({ ...bot, TOCSIN_SLACK_APP_TOKEN: 'file:/app' }).slack).toEqual({
      references: {
        botToken: 'env:BOT',
        appToken: 'file:/app',
        signingSecret: null,
        apiUrl: 'https://slack.com/api/',
      },
      local: 'off',
      port: null,
    });
    const elsewhere = { ...bot, TOCSIN_SLACK_SIGNING_SECRET: 'env:S', TOCSIN_SLACK_API_URL: 'http://127.0.0.1:9/api' };
    expect(readConfig(elsewhere).slack.references).toMatchObject({
      signingSecret: 'env:S',
      apiUrl: 'http://127.0.0.1:9/api/',
    });
    expect(readConfig({ ...elsewhere, TOCSIN_SLACK: 'off' }).slack).toMatchObject({ references: null, local: 'off' });
  });

  const wrong: [string, NodeJS.ProcessEnv, string][] = [
    ['half of it', { TOCSIN_SLACK_APP_TOKEN: 'env:APP' }, 'set without TOCSIN_SLACK_BOT_TOKEN'],
    ['no way for clicks to come', bot, 'not how clicks reach Tocsin'],
    [
      'a local one and another',
      { ...bot, TOCSIN_SLACK_APP_TOKEN: 'env:APP', TOCSIN_SLACK: 'local' },
      'take one of them away',
    ],
    [
      'tokens that would travel in clear',
      { ...bot, TOCSIN_SLACK_APP_TOKEN: 'env:APP', TOCSIN_SLACK_API_URL: 'http://slack.example/api/' },
      'TOCSIN_SLACK_API_URL must be https://',
    ],
    ['a word that is no way to have Slack', { TOCSIN_SLACK: 'on' }, 'TOCSIN_SLACK must be local or off'],
    ['an allowance for nothing known', { TOCSIN_ALLOW_LOCAL: 'slack,all' }, 'must be one or more of accounts, slack'],
  ];
  test.each(wrong)('%s is refused', (_, env, said) => {
    expect(refusal(env)).toContain(said);
  });

  test('a token in clear is refused, not repeated, and not also called missing', () => {
    const said = refusal({ TOCSIN_SLACK_BOT_TOKEN: 'xoxb-hunter2', TOCSIN_SLACK_APP_TOKEN: 'env:APP' });
    expect(said).toContain('TOCSIN_SLACK_BOT_TOKEN must be a reference');
    expect(said).not.toContain('hunter2');
    expect(said).not.toContain('without');
  });
});

describe('what is for trying decides about nothing real', () => {
  const sample = loadInventory(join(packageRoot, 'tocsin.yaml'));
  // Connectors to real systems add their names to the inventory's schema; the rule must hold before the first of them.
  const real: Inventory = { ...sample, bindings: { 'notify.mail': 'mail' } };
  const off = readConfig({ TOCSIN_SLACK: 'off' });
  const local: Pick<Config, 'slack' | 'allowLocal'> = {
    slack: {
      references: { botToken: 'env:B', appToken: 'env:A', signingSecret: null, apiUrl: 'http://127.0.0.1:7374/api/' },
      local: 'off',
      port: null,
    },
    allowLocal: [],
  };

  test('a simulated inventory may be decided about from anywhere', () => {
    expect(() => requireAllowed(local, sample)).not.toThrow();
  });

  test('a local Slack beside real systems is refused, and so are local accounts, unless that is allowed', () => {
    expect(() => requireAllowed(local, real)).toThrow(/binds real systems \(mail\).*everybody can be anybody/);
    expect(() => requireAllowed(off, real)).toThrow(/binds real systems \(mail\).*local accounts/);
    expect(() => requireAllowed({ ...local, allowLocal: ['accounts'] }, real)).toThrow(/everybody can be anybody/);
    expect(() => requireAllowed({ ...local, allowLocal: ['slack'] }, real)).toThrow(/local accounts/);
    expect(() => requireAllowed({ ...local, allowLocal: ['slack', 'accounts'] }, real)).not.toThrow();
  });

  test('a Slack of the world beside real systems needs no allowance of its own', () => {
    const slack = readConfig({ TOCSIN_SLACK_BOT_TOKEN: 'env:B', TOCSIN_SLACK_APP_TOKEN: 'env:A' }).slack;
    expect(() => requireAllowed({ slack, allowLocal: ['accounts'] }, real)).not.toThrow();
  });
});
