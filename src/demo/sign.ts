import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { dsse } from '@sigstore/core';
import { PAYLOAD_TYPE } from '../connectors/model-signing/bundle.ts';
import { digestsOf, filesIn } from '../connectors/model-signing/files.ts';
import { hashFor, printsOf } from '../connectors/model-signing/trust.ts';

const SIGNATURE = 'model.sig';

/** Signs every file of a folder as the OpenSSF tool `model_signing sign key` does, and writes `model.sig` beside them. */
export async function signFolder(folder: string, privateKey: KeyObject): Promise<string> {
  const publicKey = createPublicKey(privateKey);
  const hash = hashFor(publicKey);
  if (hash === null) throw new Error('models are signed with keys on P-256, P-384 or P-521');
  const payload = Buffer.from(JSON.stringify(await statementOf(folder)));
  const signature = sign(hash, dsse.preAuthEncoding(PAYLOAD_TYPE, payload), { key: privateKey, dsaEncoding: 'der' });
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: printsOf(publicKey)[0] }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  };
  const path = join(folder, SIGNATURE);
  await writeFile(path, JSON.stringify(bundle));
  return path;
}

async function statementOf(folder: string) {
  const resources = [];
  for (const { name, path, odd } of await filesIn(folder)) {
    if (name === SIGNATURE) continue;
    if (odd !== null) throw new Error(`${name} ${odd}: it cannot be signed`);
    const { digests } = await digestsOf(path, { hash: 'sha256', pieceBytes: null, signal: undefined });
    resources.push({ name, algorithm: 'sha256', digest: digests.join('') });
  }
  if (resources.length === 0) throw new Error(`there is nothing to sign in ${folder}`);
  resources.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const root = createHash('sha256');
  for (const { digest } of resources) root.update(digest, 'hex');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: basename(resolve(folder)), digest: { sha256: root.digest('hex') } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: {
      resources,
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [SIGNATURE] },
    },
  };
}
