import { z } from 'zod';
import { shown } from '../text.ts';
import { Unverified } from './unverified.ts';

/** The outer layers of an OpenSSF model signature: a Sigstore bundle that holds a DSSE envelope. Nothing in here is trusted yet. */

const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
] as const;
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const CERTIFICATES_MAX = 16;
const SIGNATURES_MAX = 16;

/** Only the one spelling of the bytes, so that nothing can be changed without being seen. DSSE allows both alphabets. */
const Base64 = z
  .string()
  .transform((text) => ({ text, bytes: Buffer.from(text, /[-_]/.test(text) ? 'base64url' : 'base64') }))
  .refine(({ text, bytes }) => spellings(bytes).includes(text), 'is not base64')
  .transform(({ bytes }) => bytes);

const spellings = (bytes: Buffer): string[] => [
  bytes.toString('base64'),
  bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  bytes.toString('base64url'),
];

const Bundle = z.strictObject({
  mediaType: z.enum(MEDIA_TYPES, 'is not a Sigstore bundle of version 0.1 to 0.3'),
  verificationMaterial: z.strictObject({
    // Before version 1.1 of the tool the key itself stood here. It is never believed.
    publicKey: z
      .strictObject({
        hint: z.string().max(1_000).nullish(),
        rawBytes: z.string().max(20_000).nullish(),
        keyDetails: z.unknown().optional(),
        validFor: z.unknown().optional(),
      })
      .nullish(),
    x509CertificateChain: z
      .strictObject({
        certificates: z
          .array(z.strictObject({ rawBytes: Base64 }))
          .min(1)
          .max(CERTIFICATES_MAX),
      })
      .nullish(),
    certificate: z.unknown().optional(),
    // Not needed for keys and certificates, and believed for nothing.
    tlogEntries: z.array(z.unknown()).nullish(),
    timestampVerificationData: z.unknown().optional(),
  }),
  dsseEnvelope: z.strictObject({
    payload: Base64,
    payloadType: z.string(),
    signatures: z
      .array(z.strictObject({ sig: Base64, keyid: z.string().max(1_000).nullish() }))
      .min(1)
      .max(SIGNATURES_MAX),
  }),
});

export type Envelope = { payload: Buffer; payloadType: string; signatures: Buffer[] };
/** How the bundle says that it was signed. */
export type Material = { by: 'key'; hint: string | null } | { by: 'certificate'; certificates: Buffer[] };

export function readBundle(bytes: Buffer): { envelope: Envelope; material: Material } {
  const parsed = Bundle.safeParse(json(bytes, 'The signature file'));
  if (!parsed.success) throw new Unverified('malformed', `The signature file is no bundle: ${issue(parsed.error)}`);
  const { verificationMaterial, dsseEnvelope } = parsed.data;
  if (dsseEnvelope.payloadType !== PAYLOAD_TYPE)
    throw new Unverified(
      'malformed',
      `What is signed is of type "${shown(dsseEnvelope.payloadType, 100)}", not ${PAYLOAD_TYPE}.`,
    );
  return {
    envelope: { ...dsseEnvelope, signatures: dsseEnvelope.signatures.map(({ sig }) => sig) },
    material: materialOf(verificationMaterial),
  };
}

function materialOf(material: z.infer<typeof Bundle>['verificationMaterial']): Material {
  const { publicKey, x509CertificateChain: chain, certificate } = material;
  const named = [publicKey, chain, certificate].filter((one) => one !== undefined && one !== null).length;
  if (named > 1) throw new Unverified('malformed', 'The bundle names several ways in which it was signed.');
  if (publicKey) return { by: 'key', hint: publicKey.hint || null };
  if (chain) return { by: 'certificate', certificates: chain.certificates.map(({ rawBytes }) => rawBytes) };
  if (named === 1)
    throw new Unverified(
      'untrusted',
      'It was signed without a key of its own (keyless Sigstore), which is not supported: sign with a key or a certificate.',
    );
  throw new Unverified('malformed', 'The bundle does not say whether a key or a certificate signed it.');
}

export function json(bytes: Buffer, what: string): unknown {
  try {
    // Bytes that are no UTF-8 must not be mended on the way.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new Unverified('malformed', `${what} is not JSON.`);
  }
}

/** The first problem that zod found, with its place. */
export function issue(error: z.ZodError): string {
  const first = error.issues[0];
  return shown(`${first?.path.join('.') || 'it'}: ${first?.message ?? 'is wrong'}`, 200);
}
