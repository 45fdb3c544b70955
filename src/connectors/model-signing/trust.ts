import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dsse } from '@sigstore/core';
import type { ConnectionOf } from '../../inventory/connections.ts';
import { ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import type { Envelope, Material } from './bundle.ts';
import { type Certificate, readCertificate, trustedLeaf } from './chain.ts';
import { Unverified } from './unverified.ts';

/** Whose signature an envelope carries, if it is one we trust. */

/** The curves of the specification and the hash that goes with each. */
const HASH_OF_CURVE: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

type TrustedKey = { key: KeyObject; prints: string[] };
export type Trust = { keys: TrustedKey[]; authorities: Certificate[] };

/** Read anew for each verification: a key that was withdrawn must not be trusted until the next start. */
export async function readTrust({ keys, certificates }: ConnectionOf<'model-signing'>): Promise<Trust> {
  return {
    keys: await Promise.all(keys.map(async (reference) => trustedKey(await pem(reference), reference))),
    authorities: (
      await Promise.all(certificates.map(async (reference) => authoritiesIn(await pem(reference), reference)))
    ).flat(),
  };
}

async function pem(reference: string): Promise<string> {
  try {
    return await readFile(reference.slice('file:'.length), 'utf8');
  } catch (cause) {
    throw new ConnectorError('key-unreadable', `${reference} cannot be read, so no signature can be verified.`, {
      cause,
    });
  }
}

function trustedKey(text: string, reference: string): TrustedKey {
  // A private key would do here as well, for Node; it has no business where signatures are verified.
  if (text.includes('PRIVATE KEY'))
    throw new ConnectorError('key-unreadable', `${reference} holds a private key; name the public one.`);
  const key = readKey(text, reference);
  if (hashFor(key) === null)
    throw new ConnectorError(
      'key-unsupported',
      `${reference} is of type ${key.asymmetricKeyType}; models are signed with keys on P-256, P-384 or P-521.`,
    );
  return { key, prints: printsOf(key) };
}

function readKey(text: string, reference: string): KeyObject {
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw new ConnectorError('key-unreadable', `${reference} holds no public key in PEM.`, { cause });
  }
}

function authoritiesIn(text: string, reference: string): Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map(readCertificate);
  } catch (cause) {
    throw new ConnectorError('key-unreadable', `${reference} holds a certificate that cannot be read.`, { cause });
  }
  throw new ConnectorError('key-unreadable', `${reference} holds no certificate in PEM.`);
}

export const hashFor = (key: KeyObject): string | null =>
  key.asymmetricKeyType === 'ec' ? (HASH_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null) : null;

/** The reference tool hashes the PEM, others the DER. */
export function printsOf(key: KeyObject): [pem: string, der: string] {
  const print = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
  return [print(key.export({ type: 'spki', format: 'pem' })), print(key.export({ type: 'spki', format: 'der' }))];
}

/** Answers with who signed. As DSSE says: one signature of a trusted key is enough, and what others there are says nothing. */
export function signerOf(envelope: Envelope, material: Material, trust: Trust, now: number): string {
  const signed = dsse.preAuthEncoding(envelope.payloadType, envelope.payload);
  const holds = (key: KeyObject): boolean =>
    envelope.signatures.some((signature) => verify(hashFor(key), signed, { key, dsaEncoding: 'der' }, signature));
  switch (material.by) {
    case 'key': {
      const { hint } = material;
      const meant = trust.keys.filter(({ prints }) => hint === null || prints.includes(hint.toLowerCase()));
      if (meant.length === 0) throw new Unverified('untrusted', untrustedKey(hint, trust));
      const signer = meant.find(({ key }) => holds(key));
      if (signer === undefined)
        throw new Unverified('bad-signature', 'The signature does not hold: it was not made by the key that it names.');
      return `key ${signer.prints[0]?.slice(0, 16)}`;
    }
    case 'certificate': {
      if (trust.authorities.length === 0)
        throw new Unverified('untrusted', 'It was signed with a certificate, and only keys are trusted.');
      const { key, subject } = trustedLeaf(material.certificates, trust.authorities, now);
      if (hashFor(key) === null)
        throw new Unverified(
          'untrusted',
          `The certificate's key is of type ${key.asymmetricKeyType}, not P-256, P-384 or P-521.`,
        );
      if (!holds(key)) throw new Unverified('bad-signature', 'The signature does not hold for its own certificate.');
      return subject;
    }
    default:
      return material satisfies never;
  }
}

function untrustedKey(hint: string | null, { keys }: Trust): string {
  if (keys.length === 0) return 'It was signed with a key, and only certificates are trusted.';
  return `It was signed with the key ${shown(hint ?? '', 16)}, which is not among the ${keys.length} trusted.`;
}
