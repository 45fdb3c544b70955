import { type KeyObject, X509Certificate } from 'node:crypto';
import { X509Certificate as Details } from '@sigstore/core';
import { shown } from '../text.ts';
import { Unverified } from './unverified.ts';

/**
 * Whether a certificate may sign models: a path of valid authorities from one that we trust. A bundle that is signed with a
 * certificate proves no time of signing, so everything must be valid now.
 */

export type Certificate = { x509: X509Certificate; details: Details };

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
/** RSA, RSA-PSS, ECDSA with SHA-2, and Ed25519. SHA-1 and MD5 can be forged. */
const SIGNATURES = [
  ...['10', '11', '12', '13'].map((end) => `1.2.840.113549.1.1.${end}`),
  ...['2', '3', '4'].map((end) => `1.2.840.10045.4.3.${end}`),
  '1.3.101.112',
];
/** Critical extensions that are honoured here, or that restrict nothing we use: a critical one that is not understood must be refused. */
const UNDERSTOOD = ['14', '15', '17', '19', '32', '35', '37'].map((end) => `2.5.29.${end}`);

export function trustedLeaf(
  chain: readonly Buffer[],
  authorities: readonly Certificate[],
  now: number,
): { key: KeyObject; subject: string } {
  try {
    const [leaf, ...others] = chain.map(readCertificate);
    if (leaf === undefined) throw new Unverified('malformed', 'The bundle holds no certificate.');
    checkUse(leaf);
    walk(leaf, others, authorities, now);
    return { key: leaf.x509.publicKey, subject: nameOf(leaf) };
  } catch (error) {
    if (error instanceof Unverified) throw error;
    // OpenSSL and the reader of ASN.1 throw at what is no certificate.
    throw new Unverified('malformed', 'A certificate in the bundle cannot be read.');
  }
}

/** In DER or PEM. Throws when it is none. */
export function readCertificate(text: Buffer | string): Certificate {
  const x509 = new X509Certificate(text);
  return { x509, details: Details.parse(x509.raw) };
}

/** The bundle's certificates follow each other, so there is one path at most, and no search that could be made to take long. */
function walk(leaf: Certificate, others: Certificate[], anchors: readonly Certificate[], now: number): void {
  let current = leaf;
  for (let below = 0; ; below++) {
    checkSelf(current, now);
    if (anchors.some(({ x509 }) => x509.raw.equals(current.x509.raw))) return;
    const anchor = anchors.find((candidate) => issued(candidate, current));
    if (anchor) {
      checkAuthority(anchor, below);
      checkSelf(anchor, now);
      return;
    }
    const next = others.findIndex((candidate) => issued(candidate, current));
    if (next < 0)
      throw new Unverified(
        'untrusted',
        `The certificate of ${nameOf(leaf)} was issued by no authority that is trusted.`,
      );
    current = others.splice(next, 1)[0] as Certificate;
    checkAuthority(current, below);
  }
}

const issued = (issuer: Certificate, subject: Certificate): boolean =>
  subject.x509.checkIssued(issuer.x509) && subject.x509.verify(issuer.x509.publicKey);

function checkSelf({ x509, details }: Certificate, now: number): void {
  const name = shown(x509.subject, 100);
  if (now < details.notBefore.getTime())
    throw new Unverified(
      'untrusted',
      `The certificate of ${name} is not valid before ${details.notBefore.toISOString()}.`,
    );
  if (now > details.notAfter.getTime())
    throw new Unverified('untrusted', `The certificate of ${name} expired on ${details.notAfter.toISOString()}.`);
  const algorithm = details.root.subs[1]?.subs[0]?.toOID() ?? '';
  if (!SIGNATURES.includes(algorithm))
    throw new Unverified('untrusted', `The certificate of ${name} is signed by ${algorithm}, which is not accepted.`);
  const critical = details.extensions
    .map((extension) => details.extension(extension.subs[0]?.toOID() ?? ''))
    .find((extension) => extension?.critical && !UNDERSTOOD.includes(extension.oid));
  if (critical)
    throw new Unverified(
      'untrusted',
      `The certificate of ${name} demands ${critical.oid}, which is not understood here.`,
    );
}

/** `below`: how many authorities stand between it and the leaf. */
function checkAuthority({ x509, details }: Certificate, below: number): void {
  const basic = details.extBasicConstraints;
  const longest = basic?.isCA ? basic.pathLenConstraint : undefined;
  const usage = details.extKeyUsage;
  if (!basic?.isCA || (usage !== undefined && !usage.keyCertSign))
    throw new Unverified('untrusted', `${shown(x509.subject, 100)} may not issue certificates.`);
  if (longest !== undefined && below > Number(longest))
    throw new Unverified('untrusted', `${shown(x509.subject, 100)} may not stand that far above a certificate.`);
}

/** Stricter than the reference tool, which takes any certificate that may sign digitally: one for TLS is not one for models. */
function checkUse(leaf: Certificate): void {
  const usage = leaf.details.extKeyUsage;
  // Node calls the extended key usage `keyUsage`.
  const purposes = leaf.x509.keyUsage as string[] | undefined;
  const may =
    (usage !== undefined || purposes !== undefined) &&
    (usage === undefined || usage.digitalSignature) &&
    (purposes === undefined || purposes.includes(CODE_SIGNING));
  if (!may) throw new Unverified('untrusted', `The certificate of ${nameOf(leaf)} is not for signing.`);
}

function nameOf({ x509 }: Certificate): string {
  const common = /^CN=(.+)$/m.exec(x509.subject)?.[1];
  return shown(common ?? x509.subject, 100);
}
