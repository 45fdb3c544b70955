import { connect, type Socket } from 'node:net';
import { ConnectorError } from '../contract.ts';
import { type AddressRules, addressesOf, checkedLookup, codeIn } from '../egress/address.ts';

const CONNECT_WITHIN_MS = 10_000;

/** An open connection to a checked address of that host. */
export async function openSocket(
  { host, port, ...rules }: AddressRules & { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  // Node looks up names only: an address as such is checked here.
  if (/^[\d.]+$|:/.test(host)) await addressesOf(host, rules);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: checkedLookup(rules) });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const fail = (error: unknown) =>
      end(() => {
        socket.destroy();
        reject(error);
      });
    const away = (why: string) =>
      fail(
        new ConnectorError('unreachable', `No connection to the mail server ${host}:${port}${why}.`, {
          retryable: true,
        }),
      );
    const onAbort = () => fail(signal.reason);
    const timer = setTimeout(() => away(` within ${CONNECT_WITHIN_MS / 1000} s`), CONNECT_WITHIN_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => (error instanceof ConnectorError ? fail(error) : away(codeIn(error))));
    socket.once('connect', () =>
      end(() => {
        socket.removeAllListeners('error');
        resolve(socket);
      }),
    );
  });
}
