import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from './failure.ts';
import { buildTemporal } from './temporal-build.ts';
import { downloadTemporal } from './temporal-download.ts';

/** The version that is fetched or built where the machine has none. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';
/** Older servers lack update-with-start as Tocsin uses it. */
const SERVER_VERSION_MIN = [1, 28] as const;

export type FoundTemporal =
  | { kind: 'address'; address: string }
  | { kind: 'binary'; path: string; serverVersion: string; where: 'path' | 'go' | 'cache' | 'downloaded' | 'built' };

export type FindOptions = {
  env: NodeJS.ProcessEnv;
  /** Says, a line at a time, what takes long. */
  onProgress: (line: string) => void;
  /** False looks only at what is there: no download, no build. */
  mayFetch?: boolean;
  /** Gives up a download or a build under way. */
  signal?: AbortSignal;
};

/** Looks in the documented order and stops at the first that works. What is there but does not work is said, not hidden. */
export async function findTemporal({ env, onProgress, mayFetch = true, signal }: FindOptions): Promise<FoundTemporal> {
  if (env.TEMPORAL_ADDRESS) return { kind: 'address', address: env.TEMPORAL_ADDRESS };
  const refused: string[] = [];
  const cache = cacheFolder(env);
  for (const { path, where } of candidates(env, cache)) {
    if (!isExecutable(path)) continue;
    const tried = await tryBinary(path);
    if ('serverVersion' in tried) return { kind: 'binary', path, serverVersion: tried.serverVersion, where };
    refused.push(`${path}: ${tried.refused}`);
    onProgress(`Passing over ${path}: ${tried.refused}`);
  }
  if (mayFetch) {
    const ways = [
      { where: 'downloaded', get: downloadTemporal },
      { where: 'built', get: buildTemporal },
    ] as const;
    for (const { where, get } of ways) {
      signal?.throwIfAborted();
      const got = await get({ env, cache, version: TEMPORAL_CLI_VERSION, onProgress, signal });
      if ('refused' in got) {
        refused.push(got.refused);
        continue;
      }
      const tried = await tryBinary(got.path);
      if ('serverVersion' in tried)
        return { kind: 'binary', path: got.path, serverVersion: tried.serverVersion, where };
      refused.push(`${got.path}: ${tried.refused}`);
    }
  }
  throw new SetupError(
    'temporal-missing',
    ['there is no Temporal to run on', ...refused.map((line) => `  ${line}`)].join('\n'),
    [
      'Any one of these:',
      '  put the Temporal CLI on your PATH: https://docs.temporal.io/cli#install',
      `  install Go from https://go.dev/dl and run \`npm start\` again: it builds Temporal ${TEMPORAL_CLI_VERSION} by itself`,
      '  use a Temporal of your own: TEMPORAL_ADDRESS=host:7233 npm start',
    ].join('\n'),
  );
}

export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tocsin');
}

type Candidate = { path: string; where: 'path' | 'go' | 'cache' };

function candidates(env: NodeJS.ProcessEnv, cache: string): Candidate[] {
  const program = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  const home = env.HOME || homedir();
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const ofGo = [
    env.GOBIN,
    ...(env.GOPATH ?? '').split(delimiter).map((root) => root && join(root, 'bin')),
    join(home, 'go', 'bin'),
  ];
  // The SDK names what it downloads temporal-<version>.
  const cached = existsSync(cache)
    ? readdirSync(cache).filter((name) => name === program || /^temporal-v[\d.]+(\.exe)?$/.test(name))
    : [];
  return [
    ...onPath.map((folder): Candidate => ({ path: join(folder, program), where: 'path' })),
    ...ofGo
      .filter((folder) => folder !== undefined && folder !== '')
      .map((folder): Candidate => ({ path: join(String(folder), program), where: 'go' })),
    ...cached.sort().map((name): Candidate => ({ path: join(cache, name), where: 'cache' })),
  ];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function tryBinary(path: string): Promise<{ serverVersion: string } | { refused: string }> {
  let said: string;
  try {
    said = (await promisify(execFile)(path, ['--version'], { timeout: 10_000 })).stdout;
  } catch (error) {
    return { refused: `does not run (${error instanceof Error ? error.message.split('\n')[0] : String(error)})` };
  }
  const version = /Server (\d+)\.(\d+)\.(\d+)/.exec(said);
  if (version === null) return { refused: 'is not the Temporal CLI' };
  const [major, minor] = [Number(version[1]), Number(version[2])];
  const [majorMin, minorMin] = SERVER_VERSION_MIN;
  if (major < majorMin || (major === majorMin && minor < minorMin)) {
    return { refused: `holds server ${major}.${minor}, Tocsin needs ${majorMin}.${minorMin} or newer` };
  }
  return { serverVersion: `${version[1]}.${version[2]}.${version[3]}` };
}
