import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig, resolveReference } from '../../src/main/config.ts';
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
