import { lookup as lookUp } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConnectorError } from '../contract.ts';

/** Where a name leads. Replaced in tests, which cannot change what the world's name servers say. */
export type Lookup = (hostname: string) => Promise<readonly { address: string; family: number }[]>;
export type Reach = 'public' | 'private' | 'never';

/** What a connection may be allowed to reach by `private: true`. Every other range that is not public is refused always. */
const PRIVATE = new Set(['loopback', 'private', 'carrierGradeNat', 'uniqueLocal']);

/** Metadata services of clouds that stand outside the link-local ranges: they hand out credentials to whoever asks. */
const METADATA = ['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'].map((address) =>
  ipaddr.parse(address).toNormalizedString(),
);

/** All that is handed out to be reached from anywhere. What lies outside it is old, unassigned, or holds an IPv4 address. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Who may be behind an address. What is no address at all is never reached. */
export function reachOf(address: string): Reach {
  if (isIP(address) === 0) return 'never';
  const parsed = innermost(ipaddr.parse(address));
  if (METADATA.includes(parsed.toNormalizedString())) return 'never';
  const range = parsed.range();
  if (PRIVATE.has(range)) return 'private';
  if (range !== 'unicast') return 'never';
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6) ? 'public' : 'never';
}

/** The IPv4 address inside an IPv6 one, where there is one: `::ffff:127.0.0.1`, and `64:ff9b::7f00:1` behind a NAT64. */
function innermost(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(NAT64) ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

export type AddressRules = { private: boolean; lookup?: Lookup | undefined };

const systemLookup: Lookup = (hostname) => lookUp(hostname, { all: true });

/** The addresses behind a host, all of them allowed; else a ConnectorError: `refused` or `unreachable`. */
export async function addressesOf(
  host: string,
  { private: privateToo, lookup = systemLookup }: AddressRules,
): Promise<{ address: string; family: 4 | 6 }[]> {
  const literal = host.replace(/^\[(.*)\]$/, '$1');
  const found = isIP(literal) === 0 ? await lookedUp(host, lookup) : [{ address: literal }];
  for (const { address } of found) {
    const reach = reachOf(address);
    if (reach === 'public' || (reach === 'private' && privateToo)) continue;
    const leads = address === literal ? `${address} is` : `${host} leads to ${shown(address)}, which is`;
    const why =
      reach === 'private'
        ? 'a private address; if that system is your own, say "private: true" of its connection'
        : 'an address that nothing may reach';
    throw new ConnectorError('refused', `${leads} ${why}.`);
  }
  return found.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
}

async function lookedUp(host: string, lookup: Lookup): Promise<readonly { address: string }[]> {
  let found: readonly { address: string }[];
  try {
    found = await lookup(host);
  } catch (error) {
    throw new ConnectorError('unreachable', `The name ${host} could not be looked up${codeIn(error)}.`, {
      retryable: true,
    });
  }
  if (found.length === 0)
    throw new ConnectorError('unreachable', `The name ${host} leads to no address.`, { retryable: true });
  return found;
}

/** For the sockets of Node: looks up once for a connection, and gives it none but checked addresses. */
export function checkedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, done) => {
    addressesOf(hostname, rules).then(
      (found) => {
        const [first] = found;
        if (options.all === true) done(null, found);
        else done(null, first?.address ?? '', first?.family);
      },
      (error: Error) => done(error, []),
    );
  };
}

/** ` (ECONNREFUSED)`: the system's code of an error, which holds nothing else. */
export function codeIn(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
}

/** What a name server answers is text from outside. */
const shown = (address: string): string => (isIP(address) === 0 ? 'something that is no address' : address);
