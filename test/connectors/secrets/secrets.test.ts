import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapabilityProvider } from '../../../src/activities/ports.ts';
import { ConnectorError } from '../../../src/connectors/contract.ts';
import { guardedProvider, redactor, rememberingSecrets } from '../../../src/connectors/secrets/redactor.ts';
import { createSecrets } from '../../../src/connectors/secrets/secrets.ts';
import { resolveReference } from '../../../src/main/config.ts';
import { testFolder } from '../../support/folder.ts';
import { aCall, aContext } from '../calls.ts';

describe('a reference to a secret', () => {
  it('is resolved from the environment, and from a file without the line break at its end', () => {
    const file = join(testFolder(), 'password');
    writeFileSync(file, 'hunter22 \n');
    const secrets = createSecrets({ PASSWORD: 'correct horse' });
    expect(secrets('env:PASSWORD')).toBe('correct horse');
    expect(secrets(`file:${file}`)).toBe('hunter22');
  });

  it('is read anew at each use, so that a secret can be changed while we run', () => {
    const file = join(testFolder(), 'password');
    const secrets = createSecrets({});
    writeFileSync(file, 'old');
    expect(secrets(`file:${file}`)).toBe('old');
    writeFileSync(file, 'new');
    expect(secrets(`file:${file}`)).toBe('new');
  });

  it.each([
    ['env:NOT_SET', 'secret-missing', 'env:NOT_SET: that variable is not set'],
    ['env:EMPTY', 'secret-missing', 'env:EMPTY: that variable is not set'],
    ['file:/no/such/file', 'secret-missing', 'file:/no/such/file: that file cannot be read'],
    ['s3cr3t-itself', 'secret-reference', 'a secret must be given as env:NAME or file:/path'],
    ['toString:x', 'secret-reference', 'a secret must be given as env:NAME or file:/path'],
  ])('that leads nowhere is refused: %s', (reference, code, message) => {
    const resolve = () => createSecrets({ EMPTY: '' })(reference);
    expect(resolve).toThrow(expect.objectContaining({ name: 'ConnectorError', code, message, effect: 'none' }));
  });

  it('to an empty file is refused: an empty secret would sign nothing', () => {
    const file = join(testFolder(), 'empty');
    writeFileSync(file, '\n');
    expect(() => createSecrets({})(`file:${file}`)).toThrow(`file:${file}: that file is empty`);
  });

  it('in the settings of Tocsin itself goes the same way, and says what to do', () => {
    expect(resolveReference('env:HERE', { HERE: 'x' })).toBe('x');
    expect(() => resolveReference('env:HERE', {})).toThrow(
      expect.objectContaining({ name: 'SetupError', code: 'secret-missing', fix: 'Set HERE for this process' }),
    );
  });
});

describe('the redactor', () => {
  it.each([
    ['as it is', (secret: string) => secret],
    ['in base64', (secret: string) => Buffer.from(secret).toString('base64')],
    ['in a login of basic authentication', (secret: string) => Buffer.from(`mlflow:${secret}`).toString('base64')],
    ['in another', (secret: string) => Buffer.from(`tocsin-1:${secret}`).toString('base64')],
    ['in an address', (secret: string) => encodeURIComponent(secret)],
    ['in JSON', (secret: string) => JSON.stringify({ secret })],
  ])('hides a secret %s', (_how, write) => {
    const secret = 'p/a+s "wörd" 0123456789';
    const cleaned = redactor(secret)(`before ${write(secret)} after`);
    expect(cleaned).toMatch(/^before .*\[secret\].* after$/);
    expect(cleaned).not.toMatch(/wörd|012345|MDEyMzQ1Njc4/);
  });

  it('hides the longer of two secrets where one begins with the other', () => {
    expect(redactor('token', 'token-of-prod')('a token-of-prod, a token')).toBe('a [secret], a [secret]');
  });

  it('leaves nothing of any secret in any text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!'[secret]'.includes(secret));
        expect(redactor(secret)(`${before}${secret}${after}`).replaceAll('[secret]', '\u0000')).not.toContain(secret);
      }),
    );
  });

  it('leaves a text without secrets as it is', () => {
    fc.assert(fc.property(fc.string(), (text) => redactor()(text) === text && redactor('')(text) === text));
  });
});

describe('a guarded provider', () => {
  const vault = rememberingSecrets(createSecrets({ TOKEN: 'tkn-0123456789' }));
  const guard = (provider: Partial<CapabilityProvider>) =>
    guardedProvider(
      {
        act: async () => ({ ok: true, outputs: {} }),
        readBack: async () => ({ state: 'not-done' }),
        ...provider,
      },
      vault.redact,
    );

  it('says no secret in outputs, faults and what it read back, however deep', async () => {
    const token = () => vault.secrets('env:TOKEN');
    const answering = guard({
      act: async () => ({ ok: true, outputs: { a: [{ [token()]: `x ${token()}` }], n: 1, none: null } }),
      readBack: async () => ({ state: 'unknown', why: `it said ${token()}` }),
    });
    const cleaned = { a: [{ '[secret]': 'x [secret]' }], n: 1, none: null };
    expect(await answering.act(aCall(), aContext())).toEqual({ ok: true, outputs: cleaned });
    expect(await answering.readBack(aCall(), aContext())).toEqual({ state: 'unknown', why: 'it said [secret]' });
    const fault = { code: 'x', message: `401 for ${token()}`, retryable: false, effect: 'none' } as const;
    const failing = guard({
      act: async () => ({ ok: false, fault }),
      readBack: async () => ({ state: 'done', outputs: { said: token() } }),
    });
    expect(await failing.act(aCall(), aContext())).toEqual({
      ok: false,
      fault: { ...fault, message: '401 for [secret]' },
    });
    expect(await failing.readBack(aCall(), aContext())).toEqual({ state: 'done', outputs: { said: '[secret]' } });
  });

  it('throws no secret, and keeps what a caller decides by', async () => {
    const thrown = (error: unknown) =>
      guard({ act: () => Promise.reject(error) })
        .act(aCall(), aContext())
        .catch((caught: unknown) => caught);
    const token = vault.secrets('env:TOKEN');
    const cause = new Error(token);
    const known = await thrown(
      new ConnectorError('timeout', `no ${token}`, { retryable: true, effect: 'unknown', cause }),
    );
    expect(known).toMatchObject({ code: 'timeout', message: 'no [secret]', retryable: true, effect: 'unknown' });
    expect((known as Error).cause).toBeUndefined();
    const other = (await thrown(new Error('harmless', { cause }))) as Error;
    expect(`${other.message} ${other.stack} ${other.cause}`).not.toContain(token);
    const harmless = new Error('the database is away');
    expect(await thrown(harmless)).toBe(harmless);
  });

  it('goes on hiding a secret that was changed', () => {
    const env: NodeJS.ProcessEnv = { TOKEN: 'first-secret' };
    const { secrets, redact } = rememberingSecrets(createSecrets(env));
    secrets('env:TOKEN');
    env.TOKEN = 'second-secret';
    secrets('env:TOKEN');
    expect(redact('first-secret second-secret')).toBe('[secret] [secret]');
  });
});
