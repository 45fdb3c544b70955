import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import { Unverified } from './unverified.ts';

/** What lies in a folder of artefacts. Links are never followed, and what is no regular file is never opened. */

const ENTRIES_MAX = 200_000;
const DEPTH_MAX = 64;
const CHUNK_BYTES = 1 << 20;

export type Found = {
  /** Relative, with `/`. */
  name: string;
  path: string;
  /** Null for a regular file, else what it is. */
  odd: string | null;
};

export async function filesIn(folder: string): Promise<Found[]> {
  const about = await lstat(folder).catch((cause) => {
    throw new ConnectorError('unreadable', 'The folder of the artefacts cannot be read.', { cause });
  });
  if (!about.isDirectory()) throw new ConnectorError('unreadable', 'The artefacts are not in a folder.');
  const found: Found[] = [];
  await walk(folder, '', 0, found);
  return found;
}

async function walk(path: string, prefix: string, depth: number, found: Found[]): Promise<void> {
  // As bytes: a name that is no UTF-8 must not turn into another one.
  const entries = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  for (const entry of entries) {
    const name = `${prefix}${entry.name.toString('utf8')}`;
    const here = join(path, entry.name.toString('utf8'));
    if (found.length >= ENTRIES_MAX) throw new Unverified('unlisted', `There are more than ${ENTRIES_MAX} artefacts.`);
    if (!isUtf8(entry.name)) found.push({ name, path: here, odd: 'has a name that is no text' });
    else if (entry.isFile()) found.push({ name, path: here, odd: null });
    else if (entry.isSymbolicLink()) found.push({ name, path: here, odd: 'is a symbolic link' });
    else if (!entry.isDirectory()) found.push({ name, path: here, odd: 'is no regular file' });
    else if (depth >= DEPTH_MAX)
      throw new Unverified('unlisted', `"${shown(name, 100)}" lies more than ${DEPTH_MAX} folders deep.`);
    else await walk(here, `${name}/`, depth + 1, found);
  }
}

/** The whole of a small file; null when it is longer than that. */
export async function readSmall(path: string, bytesMax: number): Promise<Buffer | null> {
  const file = await openPlain(path);
  try {
    const { size } = await file.stat();
    return size > bytesMax ? null : await file.readFile();
  } finally {
    await file.close();
  }
}

/** The digests of a file, piece by piece, in hexadecimal; one piece without `pieceBytes`. An empty file in pieces has none. */
export async function digestsOf(
  path: string,
  { hash, pieceBytes, signal }: { hash: string; pieceBytes: number | null; signal: AbortSignal | undefined },
): Promise<{ size: number; digests: string[] }> {
  const file = await openPlain(path);
  try {
    const digests: string[] = [];
    let current = createHash(hash);
    let inPiece = 0;
    let size = 0;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const room = pieceBytes === null ? CHUNK_BYTES : Math.min(CHUNK_BYTES, pieceBytes - inPiece);
      const { bytesRead } = await file.read(chunk, 0, room, null);
      if (bytesRead === 0) break;
      current.update(chunk.subarray(0, bytesRead));
      size += bytesRead;
      inPiece += bytesRead;
      if (inPiece === pieceBytes) {
        digests.push(current.digest('hex'));
        current = createHash(hash);
        inPiece = 0;
      }
    }
    if (pieceBytes === null || inPiece > 0) digests.push(current.digest('hex'));
    return { size, digests };
  } finally {
    await file.close();
  }
}

/** Windows knows neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function openPlain(path: string) {
  const file = await open(path, FLAGS).catch((cause) => {
    throw new ConnectorError('unreadable', 'An artefact cannot be read.', { cause });
  });
  return file;
}
