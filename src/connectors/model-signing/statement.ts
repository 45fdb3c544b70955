import { createHash } from 'node:crypto';
import { z } from 'zod';
import { shown } from '../text.ts';
import { issue, json } from './bundle.ts';
import { Unverified } from './unverified.ts';

/** The inner layer: an in-toto Statement that lists every file of the model. Read only once its signature holds. */

const FILES_MAX = 100_000;
const NAME_CHARS_MAX = 4_096;

const Statement = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.object({ name: z.string().min(1), digest: z.object({ sha256: z.string() }) })).length(1),
  predicateType: z.literal('https://model_signing/signature/v1.0'),
  predicate: z.object({
    resources: z
      .array(
        z.object({
          name: z.string().min(1).max(NAME_CHARS_MAX),
          digest: z.string().regex(/^([0-9a-f]{2})+$/, 'is no digest in lower-case hexadecimal'),
          algorithm: z.string(),
        }),
      )
      .min(1)
      .max(FILES_MAX),
    serialization: z.object({
      method: z.string(),
      hash_type: z.string(),
      shard_size: z.number().int().positive().optional(),
      allow_symlinks: z.boolean(),
      ignore_paths: z.array(z.string()).max(1_000).optional(),
    }),
  }),
});
type Statement = z.infer<typeof Statement>;

/** What Node calls the algorithms of the specification, and how long their digests are. */
const HASHES: Readonly<Record<string, { node: string; bytes: number }>> = {
  sha256: { node: 'sha256', bytes: 32 },
  blake2b: { node: 'blake2b512', bytes: 64 },
};

/** The digest of the bytes from `start` up to and without `end`; `end` is null for a whole file. */
export type Piece = { start: number; end: number | null; digest: string };
export type Manifest = {
  files: ReadonlyMap<string, Piece[]>;
  /** As node:crypto names it. */
  hash: string;
  /** Files were signed in pieces of this many bytes; null: as a whole. */
  shardBytes: number | null;
  /** What the signer says was left out on purpose; null when that is not said. */
  leftOut: readonly string[] | null;
};

export function readStatement(payload: Buffer): Manifest {
  const parsed = Statement.safeParse(json(payload, 'What is signed'));
  if (!parsed.success)
    throw new Unverified('malformed', `What is signed is no model statement: ${issue(parsed.error)}`);
  const { subject, predicate } = parsed.data;
  const { serialization, resources } = predicate;
  const hash = Object.hasOwn(HASHES, serialization.hash_type) ? HASHES[serialization.hash_type] : undefined;
  if (!hash)
    throw new Unverified(
      'malformed',
      `The hash "${shown(serialization.hash_type, 40)}" is not supported: sign with ${Object.keys(HASHES).join(' or ')}.`,
    );
  if (resources.some(({ digest }) => digest.length !== hash.bytes * 2))
    throw new Unverified('malformed', `A digest has not the length of ${serialization.hash_type}.`);
  const shardBytes = shardBytesOf(serialization);
  checkAlgorithms(resources, serialization);
  checkRoot(subject[0]?.digest.sha256, resources);
  return {
    files: filesOf(resources, shardBytes),
    hash: hash.node,
    shardBytes,
    leftOut: serialization.ignore_paths ?? null,
  };
}

function shardBytesOf({ method, shard_size: size }: Statement['predicate']['serialization']): number | null {
  if (method === 'files' && size === undefined) return null;
  if (method === 'shards' && size !== undefined) return size;
  if (method === 'files' || method === 'shards')
    throw new Unverified('malformed', `The method "${method}" ${size === undefined ? 'needs' : 'has no'} shard_size.`);
  throw new Unverified('malformed', `The method "${shown(method, 40)}" is not supported: use files or shards.`);
}

/** The reference tool names shards `sha256-sharded-<bytes>`, the specification `sha256`. */
function checkAlgorithms(
  resources: Statement['predicate']['resources'],
  { hash_type: hash, shard_size: size }: Statement['predicate']['serialization'],
): void {
  const allowed = size === undefined ? [hash] : [hash, `${hash}-sharded-${size}`];
  const other = resources.find(({ algorithm }) => !allowed.includes(algorithm));
  if (other)
    throw new Unverified('malformed', `A file is hashed by "${shown(other.algorithm, 40)}", the others by ${hash}.`);
}

function checkRoot(said: string | undefined, resources: Statement['predicate']['resources']): void {
  const root = createHash('sha256');
  for (const { digest } of resources) root.update(digest, 'hex');
  if (said !== root.digest('hex'))
    throw new Unverified('malformed', 'The digest of the whole is not that of the files it lists.');
}

function filesOf(resources: Statement['predicate']['resources'], shardBytes: number | null): Map<string, Piece[]> {
  const files = new Map<string, Piece[]>();
  for (const { name: listed, digest } of resources) {
    const { name, start, end } = shardBytes === null ? { name: listed, start: 0, end: null } : rangeOf(listed);
    if (!isCanonical(name))
      throw new Unverified('malformed', `"${shown(listed, 100)}" is no path inside of the model in its plain form.`);
    const pieces = files.get(name);
    if (pieces === undefined) files.set(name, [{ start, end, digest }]);
    else if (shardBytes === null || pieces.some((piece) => piece.start === start))
      throw new Unverified('malformed', `"${shown(listed, 100)}" is listed twice.`);
    else pieces.push({ start, end, digest });
  }
  for (const [name, pieces] of files) {
    pieces.sort((a, b) => a.start - b.start);
    if (shardBytes !== null && !areWhole(pieces, shardBytes))
      throw new Unverified('malformed', `The shards of "${shown(name, 100)}" leave gaps or overlap.`);
  }
  return files;
}

/** `<path>:<start>:<end>`; the path may hold colons itself. */
function rangeOf(listed: string): { name: string; start: number; end: number } {
  const [, name, start, end] = /^(.+):(\d{1,15}):(\d{1,15})$/s.exec(listed) ?? [];
  if (name === undefined)
    throw new Unverified('malformed', `"${shown(listed, 100)}" does not say which bytes of the file it means.`);
  return { name, start: Number(start), end: Number(end) };
}

const areWhole = (pieces: readonly Piece[], shardBytes: number): boolean =>
  pieces.every(({ start, end }, i) => {
    const length = (end ?? 0) - start;
    return (
      start === i * shardBytes && length > 0 && (i < pieces.length - 1 ? length === shardBytes : length <= shardBytes)
    );
  });

const isCanonical = (name: string): boolean =>
  !name.includes('\0') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
