import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT, type Io } from './io.ts';

export type Connection = { url: string; token: string };

/** Where `npm start` leaves a token for this machine's own command line. */
export const LOCAL_TOKEN_FILE = 'cli-token';
export const tokenFile = (home: string, env: Io['env']): string =>
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'tocsin', 'token');

/** The data folder of a `npm start` on this machine. */
export const dataFolder = (io: Pick<Io, 'env' | 'cwd'>): string => resolve(io.cwd, io.env.TOCSIN_DATA || '.tocsin');

/**
 * Which server, and as whom: TOCSIN_URL and TOCSIN_TOKEN, else the token file, else the `npm start` that runs in this folder. The
 * local token is sent to the local server only.
 */
export function connection(io: Pick<Io, 'env' | 'cwd' | 'home'>): Connection {
  const found = choose(io);
  if (!URL.canParse(found.url) || !/^https?:$/.test(new URL(found.url).protocol))
    throw new CliError(EXIT.usage, `TOCSIN_URL is no address: ${found.url}`, 'Write it whole: https://tocsin.example.');
  // Said here, without repeating it: what fetch says of a header that it cannot send names the secret.
  if (!/^[\w.~+/-]+=*$/.test(found.token))
    throw new CliError(
      EXIT.usage,
      'The token holds characters that no token has.',
      'Copy it again, whole and without quotes; see TOCSIN_TOKEN and the token file.',
    );
  return found;
}

function choose(io: Pick<Io, 'env' | 'cwd' | 'home'>): Connection {
  const { TOCSIN_URL: url, TOCSIN_TOKEN: token } = io.env;
  const local = localServer(io);
  if (url) {
    const found = token || secretFrom(tokenFile(io.home, io.env)) || (local?.url === url ? local.token : null);
    if (found) return { url, token: found };
    throw new CliError(
      EXIT.usage,
      `There is no token for ${url}.`,
      `Set TOCSIN_TOKEN, or put one into ${tokenFile(io.home, io.env)}.`,
    );
  }
  if (local) {
    const found = token || local.token;
    if (found) return { url: local.url, token: found };
    throw new CliError(EXIT.usage, `There is no token for ${local.url}.`, 'Set TOCSIN_TOKEN, or start it again.');
  }
  throw new CliError(
    EXIT.unreachable,
    `No Tocsin runs on ${dataFolder(io)}, and TOCSIN_URL is not set.`,
    'Start one (npm start), or set TOCSIN_URL and TOCSIN_TOKEN.',
  );
}

const Holder = z.object({ url: z.string() });

/** The server that holds the data folder, as it says itself. */
function localServer(io: Pick<Io, 'env' | 'cwd'>): { url: string; token: string | null } | null {
  const folder = dataFolder(io);
  const running = read(join(folder, 'running.json'));
  if (running === null) return null;
  try {
    const { url } = Holder.parse(JSON.parse(running));
    return { url, token: secretFrom(join(folder, LOCAL_TOKEN_FILE)) };
  } catch {
    // Cut short by a crash: then nobody runs there.
    return null;
  }
}

/** A secret from a file that nobody else may read; null when there is none. */
function secretFrom(file: string): string | null {
  const text = read(file);
  if (text === null) return null;
  if ((statSync(file).mode & 0o077) !== 0)
    throw new CliError(
      EXIT.usage,
      `${file} can be read by others.`,
      `chmod 600 ${file}, and revoke the token if it was seen.`,
    );
  return text.trim() || null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
