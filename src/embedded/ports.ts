import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { errorCode } from './failure.ts';

/** Below the ranges from which systems take the port of an outgoing connection: nobody is given one of these by chance. */
const RANGE = { from: 12_000, to: 32_000 };
const TRIES = 50;

/** A port of the loopback interface that nobody listens on now. Another process may take it before you do: be ready to ask again. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports between ${RANGE.from} and ${RANGE.to} is free`);
}

export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await whyNot(port, host)) === null;
}

/** Null when one can listen there; else the system's code: EADDRINUSE, EACCES, EADDRNOTAVAIL … */
export function whyNot(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(errorCode(error) ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });
}
