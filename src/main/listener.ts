import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { commandLine } from '../embedded/processes.ts';

/** The process that listens on a TCP port of this machine, as far as this user may see it. Linux only; null when unknown. */
export function listenerOn(port: number): { pid: number; command: string } | null {
  if (process.platform !== 'linux') return null;
  const sockets = new Set(listeningSockets(port).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return null;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || !holdsOneOf(name, sockets)) continue;
    const command = (commandLine(Number(name)) ?? 'unknown').slice(0, 80);
    return { pid: Number(name), command };
  }
  return null;
}

const LISTENING = '0A';

function listeningSockets(port: number): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    const rows = readOrNothing(() => readFileSync(table, 'utf8').split('\n').slice(1));
    return rows
      .map((row) => row.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(ending) && fields[3] === LISTENING)
      .map((fields) => fields[9] ?? '');
  });
}

function holdsOneOf(pid: string, sockets: ReadonlySet<string>): boolean {
  const files = readOrNothing(() => readdirSync(`/proc/${pid}/fd`));
  return files.some((file) =>
    readOrNothing(() => [readlinkSync(`/proc/${pid}/fd/${file}`)]).some((link) => sockets.has(link)),
  );
}

// Other users' processes cannot be read, and processes end while one looks: both only mean that nothing is known.
function readOrNothing(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
