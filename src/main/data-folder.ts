import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode, explainDisk, SetupError } from '../embedded/failure.ts';
import { commandLine, isAlive } from '../embedded/processes.ts';

const Holder = z.object({
  pid: z.number().int(),
  /** How that process was started: its number alone may belong to a stranger by now. */
  command: z.string().nullable(),
  url: z.string(),
  since: z.string(),
});
/** Who runs on a data folder. */
export type Holder = z.infer<typeof Holder>;

/** A fresh cluster with its write-ahead log takes about 60 MB, and a database must have room to end its work. */
const FREE_BYTES_MIN = 200 * 1024 * 1024;

/** Makes the data folder ours, or says whose it is. The claim ends with `release`, or with this process. */
export function claimDataFolder(dataDir: string, url: string, now: Date): { release(): void } {
  try {
    // As root, PostgreSQL runs as another user, who has to pass through. What is secret in here has a mode of its own.
    makeFolder(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explainDisk(error, dataDir);
  }
  requireRoom(dataDir);
  const lock = join(dataDir, 'running.json');
  const draft = join(dataDir, `running.${process.pid}.json`);
  const mine: Holder = { pid: process.pid, command: commandLine(process.pid), url, since: now.toISOString() };
  try {
    writeFileSync(draft, `${JSON.stringify(mine)}\n`, { mode: 0o644 });
    for (let attempt = 1; !take(draft, lock); attempt += 1) {
      const other = holderOf(dataDir);
      if (other !== null || attempt > 5) throw alreadyRuns(dataDir, other);
      removeStale(lock);
    }
  } catch (error) {
    throw explainDisk(error, dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    release() {
      if (readHolder(lock)?.pid === process.pid) rmSync(lock, { force: true });
    },
  };
}

/** Makes a folder and those above it that are missing, beginning below the nearest one that is there. */
function makeFolder(folder: string, mode: number): void {
  const above = dirname(folder);
  if (!existsSync(above)) makeFolder(above, mode);
  try {
    // One by one: in a file system that makes no folders, as /proc, Node's own `recursive` tries for ever.
    mkdirSync(folder, { mode });
  } catch (error) {
    if (isFolder(folder)) return;
    if (errorCode(error) !== 'ENOENT') throw error;
    throw notWritable(folder, error);
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const notWritable = (folder: string, cause: unknown): SetupError =>
  new SetupError(
    'folder-not-writable',
    `cannot make ${folder}: its file system lets nobody make folders there`,
    'Put the data elsewhere: TOCSIN_DATA=/a/writable/folder npm start',
    { cause },
  );

/** Who runs on this folder now; null when nobody does. */
export function holderOf(dataDir: string): Holder | null {
  const holder = readHolder(join(dataDir, 'running.json'));
  if (holder === null || !isAlive(holder.pid)) return null;
  const command = commandLine(holder.pid);
  return command !== null && holder.command !== null && command !== holder.command ? null : holder;
}

// A hard link appears whole or not at all: nobody ever reads half a claim.
function take(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

// Two processes may find the same stale claim. Whoever moves it away looks again at what it moved: a claim that was renewed
// meanwhile goes back.
function removeStale(lock: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && isAlive(moved.pid) && commandLine(moved.pid) === moved.command) take(aside, lock);
  rmSync(aside, { force: true });
}

function readHolder(file: string): Holder | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    // Not written by us, or cut short by a full disk: it tells nothing about a running process.
    return null;
  }
}

function alreadyRuns(dataDir: string, other: Holder | null): SetupError {
  const who =
    other === null
      ? 'another process'
      : `process ${other.pid}, since ${other.since.slice(0, 16).replace('T', ' ')} UTC`;
  return new SetupError(
    'already-running',
    `Tocsin already runs on ${dataDir}: ${who}${other === null ? '' : `\n  ${other.url}`}`,
    `Open it there, stop it${other === null ? '' : ` (Ctrl-C in its terminal, or kill ${other.pid})`}, or start a second one beside it: TOCSIN_DATA=./.tocsin-2 TOCSIN_PORT=7374 npm start`,
  );
}

function requireRoom(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  if (freeBytes >= FREE_BYTES_MIN) return;
  const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`;
  throw new SetupError(
    'disk-full',
    `the disk that holds ${dataDir} has ${megabytes(freeBytes)} left; Tocsin needs ${megabytes(FREE_BYTES_MIN)} to start safely`,
    'Free some space, or put the data elsewhere: TOCSIN_DATA=/a/roomy/folder npm start',
  );
}
