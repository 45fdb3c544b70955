import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export type LogOptions = {
  /** Which process speaks: server, worker, watchdog. */
  name: string;
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Where to; standard error by default, so that what a command prints stays clean. */
  destination?: NodeJS.WritableStream & { isTTY?: boolean };
};

/** Never logged, however it came into an object: one level deep at most places, which is how we log. */
const SECRETS = [
  'token',
  'botToken',
  'appToken',
  'signingSecret',
  'password',
  'secret',
  'authorization',
  'cookie',
  'link',
  'signIn',
  'apiKey',
  'privateKey',
];
const redact = {
  paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
  censor: '[secret]',
};

/** Structured lines for machines, short ones for a person at a terminal. `incident` is the field to search by. */
export function createLog({ name, level, destination = process.stderr }: LogOptions): Log {
  const options = { name, level, redact, base: { name }, timestamp: pino.stdTimeFunctions.isoTime };
  const stream: DestinationStream = destination.isTTY
    ? { write: (line) => void destination.write(forPeople(line)) }
    : { write: (line) => void destination.write(line) };
  return pino(options, stream);
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'fatal' };

/** `02:14:09 server warning: the inventory was not read (file=tocsin.yaml)` */
function forPeople(line: string): string {
  const { level, time, name, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const about = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const tail = about.length > 0 ? ` (${about.join(' ')})` : '';
  const stack = err && typeof err === 'object' && 'stack' in err ? `\n${String(err.stack)}` : '';
  return `${String(time).slice(11, 19)} ${String(name)} ${LEVELS[Number(level)] ?? String(level)}: ${String(msg)}${tail}${stack}\n`;
}
