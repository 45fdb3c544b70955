import { createServer } from 'node:net';
import { errorCode } from './failure.ts';

/** A port of the loopback interface that nobody listens on now. Another process may take it before you do: be ready to ask again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') return reject(new Error('the system gave no port'));
      probe.close(() => resolve(address.port));
    });
  });
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
