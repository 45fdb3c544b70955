import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * The key folder. Every key is one file `<kind>-<number>.<ending>`; the highest number is in use, the lower ones still
 * decrypt and verify.
 *
 *   payload-0001.key                      AES-256, for all that passes through Temporal: worker and server
 *   head-0001.pem, head-0001.pub.pem      Ed25519, signs the heads of timelines: private part for the worker alone
 *   vote-0001.pem, vote-0001.pub.pem      Ed25519, signs votes: private part for the server alone
 *   drill/                                what drills have of their own: payload and head keys, and the public vote keys
 *
 * A drill worker reads `drill/` as a worker reads the folder itself, and nothing else. On one machine all of them lie in one folder and each process reads what its role may have. Where worker and server run
 * apart, give each only its own files.
 */
export type KeyRole = 'worker' | 'server';
export type PayloadKey = { id: string; key: Buffer };
export type SigningKey = { id: string; privateKey: KeyObject; publicKey: KeyObject };
export type PublicKeys = ReadonlyMap<string, KeyObject>;

export type WorkerKeys = { payload: PayloadKey[]; head: SigningKey; heads: PublicKeys; votes: PublicKeys };
export type ServerKeys = { payload: PayloadKey[]; vote: SigningKey; heads: PublicKeys; votes: PublicKeys };

/** Ids of keys that stored data was made with. A folder that lacks one of them is not a fresh folder but a loss. */
export type KnownKeys = {
  /** Of what was said to incidents. */
  payload: readonly string[];
  /** Of what was said to drills. */
  drills: readonly string[];
  /** Of both: timelines of drills are signed, too. */
  head: readonly string[];
};

/** Where the keys of drills lie. */
export const drillKeysIn = (dir: string): string => join(dir, 'drill');

export class KeyError extends Error {
  readonly code: 'keys-missing' | 'keys-exposed' | 'keys-unreadable';
  constructor(code: KeyError['code'], message: string) {
    super(message);
    this.name = 'KeyError';
    this.code = code;
  }
}

const FILES = {
  payload: /^payload-(\d{4})\.key$/,
  head: /^head-(\d{4})\.pem$/,
  headPublic: /^head-(\d{4})\.pub\.pem$/,
  vote: /^vote-(\d{4})\.pem$/,
  votePublic: /^vote-(\d{4})\.pub\.pem$/,
} as const;

/**
 * Makes whatever the folder lacks. Safe when two processes start at once: a key file appears whole or not at all, and
 * whoever comes second takes the first one's. Refuses when `known` names a key that is gone: a new one would hide the loss.
 */
export function makeKeys(dir: string, known: KnownKeys = { payload: [], drills: [], head: [] }): void {
  openFolder(dir);
  refuseLoss(dir, known);
  fill(dir, ['head', 'vote']);
  const drills = drillKeysIn(dir);
  openFolder(drills);
  fill(drills, ['head']);
  for (const { file } of list(dir, FILES.votePublic)) copyPublicPart(dir, drills, file);
}

function openFolder(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  requirePrivate(dir);
}

function fill(dir: string, kinds: readonly ('head' | 'vote')[]): void {
  if (list(dir, FILES.payload).length === 0) addPayloadKey(dir);
  for (const kind of kinds) {
    if (list(dir, FILES[kind]).length === 0 && list(dir, FILES[`${kind}Public`]).length === 0) addSigningKey(dir, kind);
    publishPublicParts(dir, kind);
  }
}

/** What this role may hold. Throws KeyError when something it needs is missing. */
export function loadKeys(dir: string, role: 'worker', known?: KnownKeys): WorkerKeys;
export function loadKeys(dir: string, role: 'server', known?: KnownKeys): ServerKeys;
export function loadKeys(dir: string, role: KeyRole, known?: KnownKeys): WorkerKeys | ServerKeys {
  requirePrivate(dir);
  if (known) refuseLoss(dir, known);
  const payload = payloadKeys(dir);
  if (payload.length === 0) throw missing(dir, 'payload-0001.key', 'nothing that passes through Temporal can be read');
  const shared = { payload, heads: publicKeys(dir, 'head'), votes: publicKeys(dir, 'vote') };
  if (role === 'server') return { ...shared, vote: signingKey(dir, 'vote') };
  if (shared.votes.size === 0)
    throw missing(dir, 'vote-0001.pub.pem', 'no vote can be verified, and so no risky act carried out');
  return { ...shared, head: signingKey(dir, 'head') };
}

/** What the server speaks to drills with. */
export function loadDrillPayloadKeys(dir: string): PayloadKey[] {
  const drills = drillKeysIn(dir);
  requirePrivate(drills);
  const keys = payloadKeys(drills);
  if (keys.length === 0) throw missing(drills, 'payload-0001.key', 'no drill can be started or read');
  return keys;
}

/** Adds a payload key; from the next start on it encrypts, and the older ones still decrypt. Answers with its id. */
export function addPayloadKey(dir: string): string {
  const key = randomBytes(32);
  return idOfSecret(place(dir, 'payload', '.key', `${key.toString('base64')}\n`) ? key : newestPayloadKey(dir));
}

function newestPayloadKey(dir: string): Buffer {
  const newest = payloadKeys(dir)[0];
  if (!newest) throw missing(dir, 'payload-0001.key', 'nothing that passes through Temporal can be read');
  return newest.key;
}

function addSigningKey(dir: string, kind: 'head' | 'vote'): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  place(dir, kind, '.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** The public part is always derived from the private one, so that two starts at once cannot leave a pair that does not match. */
function publishPublicParts(dir: string, kind: 'head' | 'vote'): void {
  for (const { file, number } of list(dir, FILES[kind])) {
    const publicKey = createPublicKey(readFileSync(join(dir, file)));
    writeOnce(dir, `${kind}-${number}.pub.pem`, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  }
}

/** A vote key that was made anew has the name of the one before. */
function copyPublicPart(from: string, to: string, file: string): void {
  const key = readFileSync(join(from, file), 'utf8');
  const copy = join(to, file);
  if (existsSync(copy) && readFileSync(copy, 'utf8') !== key) unlinkSync(copy);
  writeOnce(to, file, key);
}

function place(dir: string, kind: 'payload' | 'head' | 'vote', ending: string, content: string): boolean {
  const highest = list(dir, FILES[kind])[0]?.number ?? '0000';
  return writeOnce(dir, `${kind}-${String(Number(highest) + 1).padStart(4, '0')}${ending}`, content);
}

/** Writes beside and links into place: a reader never sees half a key, and an existing one is never replaced. */
function writeOnce(dir: string, file: string, content: string): boolean {
  const draft = join(dir, `.${file}.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, join(dir, file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Newest first. */
function list(dir: string, pattern: RegExp): { file: string; number: string }[] {
  return readdirSync(dir)
    .flatMap((file) => {
      const number = pattern.exec(file)?.[1];
      return number ? [{ file, number }] : [];
    })
    .sort((a, b) => b.number.localeCompare(a.number));
}

function payloadKeys(dir: string): PayloadKey[] {
  return list(dir, FILES.payload).map(({ file }) => {
    const key = Buffer.from(read(dir, file), 'base64');
    if (key.length !== 32) throw unreadable(dir, file, 'is not 32 bytes in base64');
    return { id: idOfSecret(key), key };
  });
}

function signingKey(dir: string, kind: 'head' | 'vote'): SigningKey {
  const newest = list(dir, FILES[kind])[0];
  if (!newest)
    throw missing(
      dir,
      `${kind}-0001.pem`,
      kind === 'head' ? 'no timeline can be signed' : 'no vote can be signed, and so no risky act be approved',
    );
  const privateKey = parse(dir, newest.file, createPrivateKey);
  const publicKey = createPublicKey(privateKey);
  return { id: idOfPublicKey(publicKey), privateKey, publicKey };
}

function publicKeys(dir: string, kind: 'head' | 'vote'): PublicKeys {
  const found = list(dir, FILES[`${kind}Public`]).map(({ file }) => parse(dir, file, createPublicKey));
  return new Map(found.map((key) => [idOfPublicKey(key), key]));
}

function parse(dir: string, file: string, make: (pem: string) => KeyObject): KeyObject {
  const pem = read(dir, file);
  try {
    const key = make(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below, without OpenSSL's words.
  }
  throw unreadable(dir, file, 'does not hold an Ed25519 key in PEM');
}

function read(dir: string, file: string): string {
  const path = join(dir, file);
  if ((statSync(path).mode & 0o007) !== 0 && !file.endsWith('.pub.pem'))
    throw new KeyError(
      'keys-exposed',
      `Everybody on this machine can reach the key ${path}. Close it: chmod 600 ${path}`,
    );
  return readFileSync(path, 'utf8');
}

function requirePrivate(dir: string): void {
  let mode: number;
  try {
    mode = statSync(dir).mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new KeyError(
      'keys-missing',
      `There is no key folder at ${dir}. Set TOCSIN_KEYS to the folder that holds this installation's keys, or restore it from your backup.`,
    );
  }
  if ((mode & 0o007) !== 0)
    throw new KeyError(
      'keys-exposed',
      `Everybody on this machine can reach the key folder ${dir}. Close it: chmod 700 ${dir}`,
    );
}

function refuseLoss(dir: string, known: KnownKeys): void {
  const drills = drillKeysIn(dir);
  const folders = existsSync(drills) ? [dir, drills] : [dir];
  const lostIn = (folder: string, ids: readonly string[]): string[] => {
    const there = new Set(folders.includes(folder) ? payloadKeys(folder).map((key) => key.id) : []);
    return ids.filter((id) => !there.has(id));
  };
  const lost = lostIn(dir, known.payload);
  if (lost.length > 0)
    throw new KeyError(
      'keys-missing',
      `The payload key ${lost.join(', ')} is not in ${dir}. Incidents that are running were encrypted with it: without it they cannot be read or go on. ` +
        'Their timelines are in PostgreSQL, in clear, and stay readable. Restore the payload-*.key files from your backup. If they are lost for good: ' +
        'export the timelines, terminate the running incidents in Temporal, and open them anew.',
    );
  const lostToDrills = lostIn(drills, known.drills);
  if (lostToDrills.length > 0)
    throw new KeyError(
      'keys-missing',
      `The payload key ${lostToDrills.join(', ')} is not in ${drills}. Drills that are running were encrypted with it: without it they cannot be read or go on. ` +
        'Restore the payload-*.key files from your backup. If they are lost for good: terminate the running drills in Temporal, and start them anew.',
    );
  const there = new Set(folders.flatMap(headKeysIn));
  const lostHeads = known.head.filter((id) => !there.has(id));
  if (lostHeads.length > 0)
    throw new KeyError(
      'keys-missing',
      `The head-signing key ${lostHeads.join(', ')} is not in ${folders.join(' or ')}. Timelines signed with it are whole, but their author can no longer be proved. ` +
        'Restore the head-*.pem files (or at least head-*.pub.pem) from your backup, those of drills into the folder drill.',
    );
}

/** Ids of the keys whose public or private part is there. */
const headKeysIn = (dir: string): string[] => [
  ...publicKeys(dir, 'head').keys(),
  ...list(dir, FILES.head).map(({ file }) => idOfPublicKey(createPublicKey(read(dir, file)))),
];

function missing(dir: string, file: string, consequence: string): KeyError {
  return new KeyError(
    'keys-missing',
    `The key ${join(dir, file)} is missing: without it ${consequence}. Restore it from your backup.`,
  );
}

const unreadable = (dir: string, file: string, why: string): KeyError =>
  new KeyError('keys-unreadable', `The key file ${join(dir, file)} ${why}. Restore it from your backup.`);

/** Names a secret without giving anything of it away. */
const idOfSecret = (key: Buffer): string =>
  createHash('sha256').update('tocsin payload key ').update(key).digest('hex').slice(0, 16);

export const idOfPublicKey = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
