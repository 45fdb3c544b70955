import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { explainDisk } from './failure.ts';
import { eachLine, endProcess, exited } from './processes.ts';

export type Fetching = {
  env: NodeJS.ProcessEnv;
  cache: string;
  version: string;
  onProgress: (line: string) => void;
  signal?: AbortSignal;
};
export type Fetched = { path: string } | { refused: string };

const HOST = 'temporal.download';
const LOOKUP_WITHIN_MS = 3_000;
const DOWNLOAD_WITHIN_MS = 180_000;

/** Lets the SDK download the Temporal CLI into our cache. Gives up at once where the machine has no way out. */
export async function downloadTemporal({ env, cache, version, onProgress, signal }: Fetching): Promise<Fetched> {
  const proxied = env.HTTPS_PROXY || env.https_proxy;
  if (!proxied && !(await resolves(HOST))) return { refused: `download: ${HOST} cannot be reached from here` };
  let testing: string;
  try {
    testing = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  } catch {
    return { refused: 'download: the package @temporalio/testing is not installed' };
  }
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainDisk(error, cache);
  }
  onProgress(`Downloading Temporal ${version} (about 40 MB) …`);
  const reason = await runDownload(testing, { env, cache, version, signal });
  const path = join(cache, `temporal-${version}${process.platform === 'win32' ? '.exe' : ''}`);
  if (reason === null && existsSync(path)) return { path };
  return { refused: `download: ${reason ?? 'it ended without a file'}` };
}

async function resolves(host: string): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), LOOKUP_WITHIN_MS).unref();
  });
  return Promise.race([
    lookup(host).then(
      () => true,
      () => false,
    ),
    late,
  ]);
}

// The SDK downloads in native code that cannot be interrupted: in a process of its own it can.
async function runDownload(
  testing: string,
  { env, cache, version, signal }: Omit<Fetching, 'onProgress'>,
): Promise<string | null> {
  const script = `
    const [testing, downloadDir, version] = process.argv.slice(1);
    const { TestWorkflowEnvironment } = await import(testing);
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { ip: '127.0.0.1', executable: { type: 'cached-download', downloadDir, version } },
    });
    await environment.teardown();
    process.exit(0);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, testing, cache, version], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let last = 'failed';
  eachLine(child.stderr, (line) => {
    if (/error/i.test(line)) last = line.trim().slice(0, 200);
  });
  const tooLong = setTimeout(() => {
    last = `took longer than ${DOWNLOAD_WITHIN_MS / 1000} s`;
    if (child.pid !== undefined) void endProcess(child.pid, [{ signal: 'SIGKILL', waitMs: 1_000 }]);
  }, DOWNLOAD_WITHIN_MS);
  child.once('error', (error) => {
    last = error.message;
  });
  const { code } = await exited(child);
  clearTimeout(tooLong);
  return code === 0 ? null : last;
}
