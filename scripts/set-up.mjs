// What every entry script needs before anything is installed: Node built-ins only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MIN = [20, 19];

export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  fail(
    `this is Node ${version}, Tocsin needs ${NODE_MIN.join('.')} or newer`,
    'Install a current Node from https://nodejs.org (or: nvm install 22) and run it again.',
  );
}

class SetUpFailure extends Error {
  constructor(message, fix) {
    super(message);
    this.fix = fix;
  }
}

/** Ends the set-up: what is wrong, and what to do. */
export function fail(message, fix) {
  throw new SetUpFailure(message, fix);
}

/** Runs a script's story and turns what stands in its way into two sentences. */
export async function entry(story) {
  try {
    await story();
  } catch (error) {
    const known = error instanceof SetUpFailure ? error : explained(error);
    if (known === null) throw error;
    process.stderr.write(`\nTocsin: ${known.message}\n\n${known.fix}\n`);
    process.exit(1);
  }
}

function explained(error) {
  switch (error?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SetUpFailure(`no space left on the disk that holds ${root}`, 'Free about 1 GB and run it again.');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SetUpFailure(
        `cannot write to ${error.path ?? root}`,
        'Make this checkout writable for this user and run it again.',
      );
    default:
      return null;
  }
}

/** Installs packages when node_modules does not hold what the lock file says. */
export async function install(say) {
  if (isInstalled()) return;
  say('Installing packages (once; about a minute) …');
  const npm = process.env.npm_execpath;
  const words = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, ...words]] : ['npm', words];
  const { code, output } = await run(command, args, { say, every: 'still installing' });
  if (code === 0) return;
  fail(
    `npm ci failed (code ${code}):\n${output.trimEnd().split('\n').slice(-15).join('\n')}`,
    'Look at the lines above: usually the network, a proxy, or a full disk. Then run it again.',
  );
}

/** Compares content, not times: a checkout touches files without changing them. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (present === null || wanted === null) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null;
}

/** Runs a program, says every 15 s that it still runs, and hands back what it printed. */
export function run(command, args, { say, every, env = process.env }) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    // In a group of its own, so that a signal to this process ends what that program started as well.
    const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const interrupt = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      process.exit(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupt);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const beat = setInterval(() => say(`  ${every} (${Math.round((Date.now() - startedAt) / 1000)} s)`), 15_000);
    const end = (code) => {
      clearInterval(beat);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, interrupt);
      resolve({ code, output });
    };
    child.once('error', (error) => {
      output += `${error.message}\n`;
      end(1);
    });
    child.once('close', (code, signal) => end(code ?? signal));
  });
}
