import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createVerifier } from '../../../src/connectors/model-signing/verifier.ts';
import { signFolder } from '../../../src/demo/sign.ts';
import type { ConnectionOf } from '../../../src/inventory/connections.ts';
import { testFolder } from '../../support/folder.ts';

export type Connection = ConnectionOf<'model-signing'>;

export const connectionOf = (given: Partial<Connection>): Connection => ({
  kind: 'model-signing',
  keys: [],
  certificates: [],
  signature: 'model.sig',
  ignore: [],
  ...given,
});

export const NOW = Date.parse('2026-03-01T00:00:00Z');
export const verifierOf = (given: Partial<Connection>) => createVerifier(connectionOf(given), { now: () => NOW });

export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

export const SOME_FILES = {
  'config.json': '{"layers": 2}',
  'weights.bin': Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 256)),
  'tokenizer/vocab.txt': 'a\nb\n',
  'tokenizer.json': '{}',
};

export type Signed = { folder: string; key: KeyObject; publicKey: string };

/** A folder with these files, signed with a new key. */
export async function signedFolder(files: Readonly<Record<string, string | Buffer>> = SOME_FILES): Promise<Signed> {
  const folder = testFolder();
  writeFiles(folder, files);
  const { privateKey, publicKey } = newKey();
  await signFolder(folder, privateKey);
  return { folder, key: privateKey, publicKey };
}

export function newKey(namedCurve = 'P-256'): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const path = join(testFolder(), 'key.pub');
  writeFileSync(path, publicKey.export({ type: 'spki', format: 'pem' }));
  return { privateKey, publicKey: `file:${path}` };
}

export type Bundle = {
  mediaType: string;
  verificationMaterial: Record<string, unknown>;
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string | null }[] };
};

/** Signs whatever payload it is given, right or wrong. */
export function bundleOf(key: KeyObject, payload: unknown, payloadType = 'application/vnd.in-toto+json'): Bundle {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: '' } },
    dsseEnvelope: {
      payload: bytes.toString('base64'),
      payloadType,
      signatures: [{ sig: sign('sha256', signed, key).toString('base64') }],
    },
  };
}
