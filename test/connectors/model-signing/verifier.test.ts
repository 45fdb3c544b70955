import { createHash, type KeyObject, sign } from 'node:crypto';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../../support/folder.ts';
import { type Bundle, bundleOf, newKey, SOME_FILES, signedFolder, verifierOf, writeFiles } from './made.ts';

/** Bundles and statements that no honest tool makes. */

type Statement = {
  _type: string;
  subject: unknown;
  predicateType: string;
  predicate: { resources: Record<string, unknown>[]; serialization: Record<string, unknown> };
};

const signatureOf = (folder: string) => join(folder, 'model.sig');
const bundleIn = (folder: string) => JSON.parse(readFileSync(signatureOf(folder), 'utf8')) as Bundle;
const payloadOf = ({ dsseEnvelope }: Bundle) => Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8');

/** The verdict after the bundle was changed by whoever has no key. */
async function afterChange(change: (bundle: Bundle) => unknown) {
  const { folder, publicKey } = await signedFolder();
  const bundle = bundleIn(folder);
  writeFileSync(signatureOf(folder), JSON.stringify(change(bundle) ?? bundle));
  return verifierOf({ keys: [publicKey] }).verify(folder);
}

/** The verdict when the holder of the key signs a statement of this kind. */
async function afterSigning(change: (statement: Statement) => unknown) {
  const { folder, key, publicKey } = await signedFolder();
  const statement = JSON.parse(payloadOf(bundleIn(folder))) as Statement;
  const changed = change(statement) ?? statement;
  // The digest of the whole fits again, unless that is what the change is about.
  if (changed === statement) {
    const root = createHash('sha256');
    for (const { digest } of statement.predicate.resources) root.update(String(digest), 'hex');
    Object.assign(statement, { subject: [{ name: 'model', digest: { sha256: root.digest('hex') } }] });
  }
  writeFileSync(signatureOf(folder), JSON.stringify(bundleOf(key, changed)));
  return verifierOf({ keys: [publicKey] }).verify(folder);
}

describe('a signature that is not one', () => {
  test('none at all', async () => {
    const folder = testFolder();
    writeFiles(folder, SOME_FILES);
    expect(await verifierOf({ keys: [newKey().publicKey] }).verify(folder)).toEqual({
      valid: false,
      code: 'no-signature',
      signer: '',
      files: 0,
      detail: 'There is no model.sig among the 4 artefacts.',
    });
  });

  test('a link to one', async () => {
    const [{ folder, publicKey }, other] = [await signedFolder(), await signedFolder()];
    rmSync(signatureOf(folder));
    symlinkSync(signatureOf(other.folder), signatureOf(folder));
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      code: 'no-signature',
      detail: 'model.sig is a symbolic link.',
    });
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'a signature'],
    ['no object', '[]'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe])],
    ['a hundred thousand lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a hundred thousand objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('%s', async (_, content) => {
    const { folder, publicKey } = await signedFolder();
    writeFileSync(signatureOf(folder), content);
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({ valid: false, code: 'malformed' });
  });

  test('one of more than 32 MB is not read', async () => {
    const { folder, publicKey } = await signedFolder();
    writeFileSync(signatureOf(folder), Buffer.alloc((32 << 20) + 1, ' '));
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({
      code: 'malformed',
      detail: 'model.sig is longer than 32 MB.',
    });
  });

  test.each<[string, (bundle: Bundle) => unknown]>([
    ['another kind of bundle', (bundle) => ({ ...bundle, mediaType: 'application/json' })],
    ['a field that is not known', (bundle) => ({ ...bundle, ignore: ['weights.bin'] })],
    ['no way of signing', (bundle) => ({ ...bundle, verificationMaterial: {} })],
    [
      'two ways of signing',
      (bundle) => ({
        ...bundle,
        verificationMaterial: {
          publicKey: { hint: '' },
          x509CertificateChain: { certificates: [{ rawBytes: 'AAAA' }] },
        },
      }),
    ],
    ['a payload that is no base64', (bundle) => void (bundle.dsseEnvelope.payload += '!')],
    ['a payload with spaces', (bundle) => void (bundle.dsseEnvelope.payload = ` ${bundle.dsseEnvelope.payload}`)],
    ['no signature', (bundle) => void (bundle.dsseEnvelope.signatures = [])],
    [
      'a thousand signatures',
      (bundle) => void (bundle.dsseEnvelope.signatures = Array(1_000).fill(bundle.dsseEnvelope.signatures[0])),
    ],
    ['another type of payload', (bundle) => void (bundle.dsseEnvelope.payloadType = 'text/plain')],
  ])('%s: malformed', async (_, change) => {
    expect(await afterChange(change)).toMatchObject({ valid: false, code: 'malformed', signer: '' });
  });

  test('keyless Sigstore is refused in words', async () => {
    const verdict = await afterChange((bundle) => ({
      ...bundle,
      verificationMaterial: { certificate: { rawBytes: 'AAAA' }, tlogEntries: [{}] },
    }));
    expect(verdict).toMatchObject({ code: 'untrusted', detail: expect.stringContaining('keyless Sigstore') });
  });

  test('a certificate that is none', async () => {
    const { folder, publicKey } = await signedFolder();
    const bundle = bundleIn(folder);
    bundle.verificationMaterial = { x509CertificateChain: { certificates: [{ rawBytes: 'AAAA' }] } };
    writeFileSync(signatureOf(folder), JSON.stringify(bundle));
    const authority = join(testFolder(), 'authority.pem');
    writeFileSync(authority, 'nothing');
    await expect(verifierOf({ certificates: [`file:${authority}`] }).verify(folder)).rejects.toMatchObject({
      code: 'key-unreadable',
      message: `file:${authority} holds no certificate in PEM.`,
    });
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({ code: 'untrusted' });
  });
});

describe('an envelope', () => {
  test('a payload of another type does not hold, even signed', async () => {
    const { folder, key, publicKey } = await signedFolder();
    const payload = payloadOf(bundleIn(folder));
    writeFileSync(signatureOf(folder), JSON.stringify(bundleOf(key, Buffer.from(payload), 'application/json')));
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({ code: 'malformed' });
  });

  test('a signature over the payload alone, without its type, does not hold', async () => {
    const { folder, key, publicKey } = await signedFolder();
    const bundle = bundleIn(folder);
    const bare = sign('sha256', Buffer.from(bundle.dsseEnvelope.payload, 'base64'), key).toString('base64');
    bundle.dsseEnvelope.signatures = [{ sig: bare }];
    writeFileSync(signatureOf(folder), JSON.stringify(bundle));
    expect(await verifierOf({ keys: [publicKey] }).verify(folder)).toMatchObject({ code: 'bad-signature' });
  });

  test('of several signatures one of a trusted key is enough, and none of them is not', async () => {
    const stranger = newKey().privateKey;
    const foreign = (bundle: Bundle) =>
      bundleOf(stranger, Buffer.from(payloadOf(bundle))).dsseEnvelope.signatures[0] as { sig: string };
    expect(
      await afterChange((bundle) => void bundle.dsseEnvelope.signatures.unshift(foreign(bundle), { sig: 'AAAA' })),
    ).toMatchObject({ valid: true });
    expect(
      await afterChange((bundle) => void (bundle.dsseEnvelope.signatures = [foreign(bundle), { sig: 'AAAA' }])),
    ).toMatchObject({ code: 'bad-signature' });
  });

  test.each<[string, (bundle: Bundle) => unknown]>([
    ['a key id of null', (bundle) => void Object.assign(bundle.dsseEnvelope.signatures[0] as object, { keyid: null })],
    [
      'the key itself in place of its hint',
      (bundle) => ({
        ...bundle,
        verificationMaterial: { publicKey: { rawBytes: 'AAAA', keyDetails: 'PKIX_ECDSA_P256_SHA_256' } },
      }),
    ],
    ['no list of log entries', (bundle) => void delete bundle.verificationMaterial.tlogEntries],
    [
      'the older name of the bundle',
      (bundle) => void (bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2'),
    ],
    [
      'the URL alphabet of base64',
      (bundle) => {
        const [first] = bundle.dsseEnvelope.signatures;
        if (first) first.sig = Buffer.from(first.sig, 'base64').toString('base64url');
      },
    ],
  ])('%s: valid, as older tools and others write it', async (_, change) => {
    expect(await afterChange((bundle) => change(bundle) || bundle)).toMatchObject({ valid: true });
  });

  test('the key that signed is not taken from the bundle', async () => {
    const { folder } = await signedFolder();
    const trusted = newKey();
    const bundle = bundleIn(folder);
    const own = { rawBytes: readFileSync(trusted.publicKey.slice(5)).toString('base64') };
    writeFileSync(signatureOf(folder), JSON.stringify({ ...bundle, verificationMaterial: { publicKey: own } }));
    expect(await verifierOf({ keys: [trusted.publicKey] }).verify(folder)).toMatchObject({ code: 'bad-signature' });
  });
});

describe('a statement, although a trusted key signed it', () => {
  const resources = (change: (list: Record<string, unknown>[]) => unknown) => (statement: Statement) => {
    const list = statement.predicate.resources;
    const changed = change(list);
    if (Array.isArray(changed)) statement.predicate.resources = changed as Record<string, unknown>[];
  };
  const serialization = (fields: Record<string, unknown>) => (statement: Statement) =>
    void Object.assign(statement.predicate.serialization, fields);
  const shards =
    (...names: string[]) =>
    (statement: Statement) => {
      serialization({ method: 'shards', shard_size: 10 })(statement);
      const digest = 'ab'.repeat(32);
      statement.predicate.resources = names.map((name) => ({ name, algorithm: 'sha256', digest }));
    };
  const renamed = (name: string) => resources((list) => void Object.assign(list[0] as object, { name }));

  test.each<[string, (statement: Statement) => unknown, string]>([
    ['text', () => 'a text', 'expected object'],
    ['another type', (statement) => ({ ...statement, _type: 'https://in-toto.io/Statement/v0.1' }), '_type'],
    [
      'another predicate',
      (statement) => ({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }),
      'predicateType',
    ],
    [
      'two subjects',
      (statement) => ({ ...statement, subject: [...(statement.subject as unknown[]), { name: 'b' }] }),
      'subject',
    ],
    [
      'the digest of another whole',
      (statement) => ({ ...statement, subject: [{ name: 'a', digest: { sha256: 'ab' } }] }),
      'The digest of the whole',
    ],
    ['no files', resources(() => []), 'resources'],
    ['a file twice', resources((list) => [...list, list[0]]), 'listed twice'],
    [
      'a digest that is too short',
      resources((list) => void Object.assign(list[0] as object, { digest: 'ab' })),
      'the length of sha256',
    ],
    [
      'a digest in capitals',
      resources((list) => void Object.assign(list[0] as object, { digest: 'AB'.repeat(32) })),
      'lower-case',
    ],
    [
      'another hash for one file',
      resources((list) => void Object.assign(list[0] as object, { algorithm: 'md5' })),
      'hashed by "md5"',
    ],
    ['a path upwards', renamed('../config.json'), 'is no path inside'],
    ['a path upwards inside', renamed('a/../../config.json'), 'is no path inside'],
    ['an absolute path', renamed('/etc/passwd'), 'is no path inside'],
    ['a path that is not plain', renamed('./config.json'), 'is no path inside'],
    ['a path with an empty part', renamed('a//config.json'), 'is no path inside'],
    ['a path to a folder', renamed('config.json/'), 'is no path inside'],
    ['a path with a zero byte', renamed('config.json\0'), 'is no path inside'],
    ['a hash that is not known', serialization({ hash_type: 'md5' }), '"md5" is not supported'],
    [
      'a hash called like a method of objects',
      serialization({ hash_type: 'constructor' }),
      '"constructor" is not supported',
    ],
    ['a method that is not known', serialization({ method: 'guess' }), '"guess" is not supported'],
    ['a shard size without shards', serialization({ shard_size: 100 }), 'has no shard_size'],
    ['shards without a size', serialization({ method: 'shards' }), 'needs shard_size'],
    ['shards without ranges', serialization({ method: 'shards', shard_size: 100 }), 'which bytes'],
    ['shards with a gap', shards('config.json:0:5', 'config.json:10:13'), 'leave gaps or overlap'],
    ['shards that overlap', shards('config.json:0:10', 'config.json:5:13'), 'leave gaps or overlap'],
    ['a shard that is too long', shards('config.json:0:13'), 'leave gaps or overlap'],
    ['a shard without bytes', shards('config.json:0:10', 'config.json:10:10'), 'leave gaps or overlap'],
    ['a shard twice', shards('config.json:0:10', 'config.json:0:10'), 'listed twice'],
  ])('%s: malformed', async (_, change, why) => {
    expect(await afterSigning(change)).toMatchObject({
      valid: false,
      code: 'malformed',
      signer: '',
      detail: expect.stringContaining(why),
    });
  });

  test('what it spares from being signed is not spared here, the whole folder least of all', async () => {
    const { folder, key, publicKey } = await signedFolder();
    const statement = JSON.parse(payloadOf(bundleIn(folder))) as Statement;
    Object.assign(statement.predicate.serialization, { ignore_paths: ['.', '', '/', 'evil.py', '*'] });
    writeFileSync(signatureOf(folder), JSON.stringify(bundleOf(key, statement)));
    const verifier = verifierOf({ keys: [publicKey] });
    expect(await verifier.verify(folder)).toMatchObject({ valid: true });
    writeFiles(folder, { 'evil.py': 'import os' });
    expect(await verifier.verify(folder)).toMatchObject({ code: 'unlisted' });
  });

  test('a file that is signed is verified even where the connection would ignore it', async () => {
    const { folder, publicKey } = await signedFolder();
    const verifier = verifierOf({ keys: [publicKey], ignore: ['config.json', 'README.md'] });
    writeFiles(folder, { 'README.md': 'unsigned' });
    expect(await verifier.verify(folder)).toMatchObject({ valid: true });
    writeFiles(folder, { 'config.json': '{}' });
    expect(await verifier.verify(folder)).toMatchObject({ code: 'changed' });
  });

  test('names the files that are wrong, in one line and not all of a hundred', async () => {
    const { folder, publicKey } = await signedFolder();
    writeFiles(folder, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`more/${i}`, 'x'])));
    writeFiles(folder, { 'weights.bin': 'other', 'a\nb\u202e': 'x' });
    rmSync(join(folder, 'tokenizer.json'));
    const { code, detail } = await verifierOf({ keys: [publicKey] }).verify(folder);
    expect(code).toBe('changed');
    expect(detail).toMatch(
      /^weights\.bin changed after signing; tokenizer\.json missing; .+ and 96 more not signed\.$/,
    );
    expect(detail).not.toMatch(/[\n\u202e]/);
  });
});

describe('the trusted keys', () => {
  test('are read anew: a key that is withdrawn is trusted no longer', async () => {
    const { folder, publicKey } = await signedFolder();
    const verifier = verifierOf({ keys: [publicKey] });
    expect(await verifier.verify(folder)).toMatchObject({ valid: true });
    writeFileSync(publicKey.slice(5), readFileSync(newKey().publicKey.slice(5)));
    expect(await verifier.verify(folder)).toMatchObject({ code: 'untrusted' });
    rmSync(publicKey.slice(5));
    await expect(verifier.verify(folder)).rejects.toMatchObject({
      code: 'key-unreadable',
      message: `${publicKey} cannot be read, so no signature can be verified.`,
    });
  });

  test('a private key in their place is refused', async () => {
    const { folder, key } = await signedFolder();
    const path = join(testFolder(), 'key.pem');
    writeFileSync(path, (key as KeyObject).export({ type: 'pkcs8', format: 'pem' }));
    await expect(verifierOf({ keys: [`file:${path}`] }).verify(folder)).rejects.toMatchObject({
      code: 'key-unreadable',
      message: `file:${path} holds a private key; name the public one.`,
    });
  });

  test('a verification that is not wanted any more ends', async () => {
    const { folder, publicKey } = await signedFolder();
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(verifierOf({ keys: [publicKey] }).verify(folder, stopped)).rejects.toThrow('stopped');
  });
});
