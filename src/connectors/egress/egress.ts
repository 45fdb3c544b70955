import { Pool } from 'undici';
import { ConnectorError, type Egress, type EgressAnswer, type EgressRequest } from '../contract.ts';
import { type AddressRules, addressesOf, checkedLookup } from './address.ts';
import { exchange } from './exchange.ts';

export type EgressOptions = AddressRules & {
  /** Scheme, host and port, such as `https://mlflow.example.org`. What stands behind them in an address does not matter. */
  origin: string;
  /** Authorities to trust beside Node's own, in PEM. */
  ca?: string | undefined;
};

const CONNECT_WITHIN_MS = 10_000;
const CONNECTIONS_MAX = 32;
/** Shorter than servers keep an idle connection: ours are never found closed when they are used again. */
const KEPT_IDLE_MS = 1_000;
const BYTES_MAX = 1_000_000;

/** The one way out over HTTP, to one origin. What it throws names that origin, and no path, query, header or body: they may hold secrets. */
export function createEgress({ origin: given, ca, ...rules }: EgressOptions): Egress & { close(): Promise<void> } {
  const { origin, hostname } = new URL(given);
  const options = {
    connections: CONNECTIONS_MAX,
    keepAliveTimeout: KEPT_IDLE_MS,
    keepAliveMaxTimeout: KEPT_IDLE_MS,
    // Our own clock covers the whole answer.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_WITHIN_MS, lookup: checkedLookup(rules), ...(ca !== undefined && { ca }) },
  };
  const readers = new Pool(origin, options);
  // A kept connection may have been closed by the far side while the request was on its way, and then nobody knows whether it arrived. A
  // change therefore always gets a connection of its own.
  const changers = new Pool(origin, { ...options, pipelining: 0 });

  async function request(asked: EgressRequest): Promise<EgressAnswer> {
    asked.signal?.throwIfAborted();
    const url = within(origin, asked.url);
    // Node looks up names only: an address as such is checked here.
    if (isLiteral(hostname)) await addressesOf(hostname, rules);
    return exchange(asked.method === 'GET' ? readers : changers, {
      origin,
      path: `${url.pathname}${url.search}`,
      bytesMax: BYTES_MAX,
      ...asked,
    });
  }

  return {
    request,
    close: async () => {
      await Promise.all([readers.destroy(), changers.destroy()]);
    },
  };
}

function within(origin: string, address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) throw new ConnectorError('refused', `That is no address; this connection reaches ${origin} only.`);
  if (url.origin !== origin)
    throw new ConnectorError('refused', `This connection reaches ${origin} only, and not ${url.origin}.`);
  if (url.username !== '' || url.password !== '')
    throw new ConnectorError('refused', `An address of ${origin} held a login; it belongs into a header.`);
  return url;
}

/** As URLs write them: IPv4 in four parts, IPv6 in brackets. */
const isLiteral = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
