import { verify as isSigned, type KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { unzipSync } from 'fflate';
import { readDrillExport } from '../../simulator/scoring/read-export.ts';
import { scoreOf } from '../../simulator/scoring/score-of.ts';
import { keyIdOf, publicKeyText, readPublicKey } from '../../store/chain.ts';
import { type VerifyResult, verifyExport } from '../../store/verify.ts';
import { sha256Of } from './digest.ts';
import { MANIFEST, PackManifest, SIGNATURE, signedManifest } from './pack.ts';

/** Checks an evidence pack with nothing but the pack itself, and a key that the reader knows from elsewhere. */
export type PackResult = {
  ok: boolean;
  drill: string | null;
  madeAt: string | null;
  files: number;
  /** `unproven`: consistent in itself, but whoever made it may have made all of it. */
  author: 'proven' | 'unproven';
  timeline: VerifyResult | null;
  /** Whether the score was found again from the timeline; null: there is none, or events were redacted since. */
  score: 'follows' | 'differs' | null;
  problems: string[];
};

export const TIMELINE = 'timeline.jsonl';
export const SCORE = 'score.json';
/** No pack is larger; what claims to be is not unpacked. */
const BYTES_MAX = 512 * 1024 * 1024;

export type Keys = {
  /** The installation's key for votes and packs. */
  pack?: string | undefined;
  /** Its key for timelines. */
  timeline?: string | undefined;
};

export async function verifyPack(bytes: Uint8Array, keys: Keys = {}): Promise<PackResult> {
  const problems: string[] = [];
  const entries = unpacked(bytes, problems);
  const read = entries.find(({ path }) => MANIFEST === path.slice(path.indexOf('/') + 1))?.bytes;
  const manifest = read ? manifestIn(read) : null;
  if (entries.length > 0 && !manifest) problems.push(`${MANIFEST} is missing, or is no manifest of an evidence pack.`);
  if (!read || !manifest) return { ...NOTHING, files: entries.length, problems };
  const files = inFolder(manifest.drill, entries, problems);
  const author = authorOf({ manifest, text: read, signature: files.get(SIGNATURE), pinned: keys.pack }, problems);
  compareFiles(manifest, files, problems);
  const timeline = await timelineIn(manifest, files.get(TIMELINE), keys.timeline, problems);
  const score = timeline?.ok ? scoreIn(files, problems) : null;
  const { drill, madeAt } = manifest;
  return { ok: problems.length === 0, drill, madeAt, files: manifest.files.length, author, timeline, score, problems };
}

const NOTHING = { ok: false, drill: null, madeAt: null, author: 'unproven', timeline: null, score: null } as const;

/** Results and ratings follow from the timeline and its script: they are found anew and compared. */
function scoreIn(files: ReadonlyMap<string, Uint8Array>, problems: string[]): PackResult['score'] {
  const text = (name: string) => Buffer.from(files.get(name) ?? []).toString('utf8');
  if (!files.has(SCORE)) return null;
  try {
    const { script, events, redacted } = readDrillExport(text(TIMELINE));
    if (redacted.length > 0) return null;
    if (isDeepStrictEqual(JSON.parse(text(SCORE)), JSON.parse(JSON.stringify(scoreOf(script, events)))))
      return 'follows';
    problems.push(`${SCORE} does not follow from the timeline by the rules of this version of Tocsin.`);
  } catch (error) {
    problems.push(`${SCORE} cannot be found again: ${error instanceof Error ? error.message : String(error)}`);
  }
  return 'differs';
}

type Entry = { path: string; bytes: Uint8Array | undefined };

/** As the archive lists them. What stands in it twice is found here: readers of archives do not agree on which of the two counts. */
function unpacked(bytes: Uint8Array, problems: string[]): Entry[] {
  let size = 0;
  const paths: string[] = [];
  try {
    const entries = unzipSync(bytes, {
      filter({ name, originalSize }) {
        paths.push(name);
        size += originalSize;
        return size <= BYTES_MAX;
      },
    });
    if (size > BYTES_MAX)
      problems.push(`It holds more than ${BYTES_MAX / 1024 / 1024} MiB, and was not unpacked whole.`);
    const unlike = new Set(paths);
    if (unlike.size < paths.length) problems.push('It holds several files of one name: nobody knows which is meant.');
    return [...unlike].map((path) => ({ path, bytes: Object.hasOwn(entries, path) ? entries[path] : undefined }));
  } catch (error) {
    problems.push(`It is no zip archive that can be read: ${error instanceof Error ? error.message : String(error)}.`);
    return [];
  }
}

/** By their names within the one folder of the pack; whatever lies elsewhere could pass for them. */
function inFolder(drill: string, entries: readonly Entry[], problems: string[]): Map<string, Uint8Array> {
  const folder = `${drill}/`;
  const found = new Map<string, Uint8Array>();
  for (const { path, bytes } of entries) {
    if (!path.startsWith(folder)) problems.push(`${path} does not belong to the pack: its files are in ${folder}`);
    else if (bytes && path !== folder) found.set(path.slice(folder.length), bytes);
  }
  return found;
}

function manifestIn(bytes: Uint8Array): PackManifest | null {
  try {
    const read = PackManifest.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return read.success ? read.data : null;
  } catch {
    // It is said above that it is no manifest.
    return null;
  }
}

type Signed = {
  manifest: PackManifest;
  text: Uint8Array;
  signature: Uint8Array | undefined;
  pinned: string | undefined;
};

function authorOf({ manifest, text, signature, pinned }: Signed, problems: string[]): PackResult['author'] {
  if (!signature) {
    problems.push(`${SIGNATURE} is missing: nobody has signed the manifest.`);
    return 'unproven';
  }
  const key = keyIn(pinned ?? manifest.publicKey);
  if (!key) {
    problems.push(
      `${pinned === undefined ? `What ${MANIFEST} calls its key` : 'The key you gave'} is no public key of Ed25519.`,
    );
    return 'unproven';
  }
  const signed = Buffer.from(Buffer.from(signature).toString('utf8').trim(), 'base64');
  const id = keyIdOf(publicKeyText(key));
  if (!isSigned(null, signedManifest(text), key, signed)) {
    problems.push(
      pinned !== undefined && id !== manifest.keyId
        ? `The manifest is signed with key ${manifest.keyId}, not with the one you gave (${id}).`
        : 'The signature of the manifest is wrong: it was changed since.',
    );
    return 'unproven';
  }
  return pinned === undefined ? 'unproven' : 'proven';
}

function keyIn(text: string): KeyObject | null {
  try {
    return readPublicKey(text);
  } catch {
    // It is said by whoever asked for it.
    return null;
  }
}

function compareFiles({ files }: PackManifest, found: ReadonlyMap<string, Uint8Array>, problems: string[]): void {
  for (const { name, sha256 } of files) {
    const bytes = found.get(name);
    if (!bytes) problems.push(`${name} is missing.`);
    else if (sha256Of(bytes) !== sha256) problems.push(`${name} was changed since the pack was made.`);
  }
  if (!files.some(({ name }) => name === TIMELINE))
    problems.push(`${MANIFEST} names no ${TIMELINE}: nothing in the pack shows that there was a drill.`);
  const known = new Set([MANIFEST, SIGNATURE, ...files.map(({ name }) => name)]);
  for (const name of found.keys()) if (!known.has(name)) problems.push(`${name} does not belong to the pack.`);
}

async function timelineIn(
  { drill }: PackManifest,
  bytes: Uint8Array | undefined,
  pinnedKey: string | undefined,
  problems: string[],
): Promise<VerifyResult | null> {
  // That it is missing is said already, where the manifest names it.
  if (!bytes) return null;
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (pinnedKey !== undefined && !keyIn(pinnedKey)) {
    problems.push('The key you gave for timelines is no public key of Ed25519.');
    return null;
  }
  const result = await verifyExport(lines, pinnedKey === undefined ? {} : { pinnedKey });
  if (!result.ok) problems.push(`${TIMELINE} does not verify: ${result.problems[0]?.problem ?? 'see its own check'}`);
  if (result.incident !== drill) problems.push(`${TIMELINE} is of ${result.incident ?? 'nothing'}, not of ${drill}.`);
  return result;
}
