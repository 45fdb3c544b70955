import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import canonicalizeModule from 'canonicalize';

// The package is CommonJS whose default export TypeScript sees one level too high.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** RFC 8785. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON can be put on a timeline.');
  return text;
}

export type Header = { at: number; incident: string; path: string; seq: number; type: string; v: number };

/** What precedes the first event. */
export const GENESIS = '0'.repeat(64);
export const EVENT_VERSION = 1;

/** Hex. The one-shot form takes half the time of a hash object. */
export const sha256 = (text: string): string => hash('sha256', text);

/** The header's canonical JSON: its keys are known, so their order is written down here. */
export function headerText({ at, incident, path, seq, type, v }: Header): string {
  return `{"at":${JSON.stringify(at)},"incident":${JSON.stringify(incident)},"path":${JSON.stringify(path)},"seq":${seq},"type":${JSON.stringify(type)},"v":${v}}`;
}

/** The salt keeps a dropped content from being guessed from its hash. It has a fixed length, so no separator is needed. */
export const contentHash = (salt: string, content: string): string => sha256(salt + content);

/** Canonical JSON holds no line break: the three parts cannot run into each other. */
export const eventHash = (header: string, previous: string, contentHashHex: string): string =>
  sha256(`tocsin event 1\n${header}\n${previous}\n${contentHashHex}`);

export type Head = { incident: string; seq: number; hash: string; at: number };

const headText = ({ incident, seq, hash, at }: Head): Buffer =>
  Buffer.from(`tocsin head 1\n${incident}\n${seq}\n${hash}\n${at}`);

export const signHead = (head: Head, key: KeyObject): string => sign(null, headText(head), key).toString('base64');

export const headIsSigned = (head: Head, signature: string, key: KeyObject): boolean =>
  verify(null, headText(head), key, Buffer.from(signature, 'base64'));

/** Base64 of the SPKI: one line, as it stands in exports. */
export const publicKeyText = (key: KeyObject): string =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }).toString('base64');

export const keyIdOf = (publicKey: string): string => hash('sha256', Buffer.from(publicKey, 'base64')).slice(0, 16);

/** Reads a public key in PEM or as base64 of its SPKI. */
export function readPublicKey(text: string): KeyObject {
  const key = text.includes('-----')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text.trim(), 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ed25519')
    throw new TypeError('Heads are signed with Ed25519; this key is of another kind.');
  return key;
}
