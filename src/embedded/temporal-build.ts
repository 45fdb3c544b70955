import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { explainDisk, SetupError } from './failure.ts';
import { eachLine, exited } from './processes.ts';
import type { Fetched, Fetching } from './temporal-download.ts';

const SAY_EVERY_MS = 15_000;

/** Builds the Temporal CLI from source into our cache with the Go of this machine. Takes minutes, once. */
export async function buildTemporal({ env, cache, version, onProgress, signal }: Fetching): Promise<Fetched> {
  const go = findGo(env);
  if (go === null) return { refused: 'build: Go is not installed' };
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainDisk(error, cache);
  }
  onProgress(`Building Temporal ${version} with Go. This takes some minutes and happens once.`);
  const startedAt = Date.now();
  let packages = 0;
  let downloads = 0;
  const said: string[] = [];
  const child = spawn(go, ['install', '-v', `github.com/temporalio/cli/cmd/temporal@${version}`], {
    env: { ...env, HOME: env.HOME || homedir(), GOBIN: cache, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  eachLine(child.stderr, (line) => {
    if (line.startsWith('go: downloading')) downloads += 1;
    else if (/^[\w./~-]+$/.test(line)) packages += 1;
    else said.push(line);
  });
  const say = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    onProgress(`  ${seconds} s: ${downloads} modules fetched, ${packages} packages built`);
  }, SAY_EVERY_MS);
  const end = await Promise.race([exited(child), new Promise<Error>((resolve) => child.once('error', resolve))]);
  clearInterval(say);
  if (!(end instanceof Error) && end.code === 0)
    return { path: join(cache, process.platform === 'win32' ? 'temporal.exe' : 'temporal') };
  const text = said.slice(-4).join(' | ').slice(0, 400);
  if (/no space left on device/.test(text)) {
    throw new SetupError(
      'disk-full',
      'no space left to build Temporal',
      `Free about 3 GB (Go builds in its own cache and in ${cache}) and run it again`,
    );
  }
  return { refused: `build: ${end instanceof Error ? end.message : text || `go ended with code ${end.code}`}` };
}

function findGo(env: NodeJS.ProcessEnv): string | null {
  const program = process.platform === 'win32' ? 'go.exe' : 'go';
  const folders = [
    ...(env.PATH ?? '').split(delimiter),
    ...(env.GOROOT ? [join(env.GOROOT, 'bin')] : []),
    '/usr/local/go/bin',
  ];
  for (const folder of folders.filter((folder) => folder !== '')) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here; the next one.
    }
  }
  return null;
}
