import { ConnectorError } from '../contract.ts';
import type { Change } from './changing.ts';
import { type Found, foundBy, type WayFound, wayNow } from './found.ts';
import type { ModelPorts } from './ports.ts';

/** Undoes an isolation or a restore: the way becomes what that act found. What the act had not changed stays as it is now. */
export function putBack(
  { system, registry, gateway }: Pick<ModelPorts, 'system' | 'registry' | 'gateway'>,
  actKey: string,
  signal: AbortSignal,
): Change {
  const { endpoint } = system.serving;
  const done = (found: Found | null) => ({ detail: said(endpoint, found) });
  return {
    async carryOut(begin) {
      const found = await foundBy(registry, actKey, signal);
      if (found === null || changedNothing(found)) return done(found);
      const { way } = found;
      if (way.cut) {
        begin();
        await gateway.cut(signal);
      } else {
        const version = versionIn(way, endpoint);
        begin();
        await gateway.open(version, signal);
      }
      return done(found);
    },
    async isDone() {
      const found = await foundBy(registry, actKey, signal);
      if (found === null || changedNothing(found)) return done(found);
      return isSame(found.way, await wayNow(gateway, signal)) ? done(found) : null;
    },
  };
}

/** An isolation wants no version. */
const changedNothing = ({ way, wanted }: Found): boolean =>
  wanted === undefined ? way.cut : !way.cut && way.version === wanted;

const isSame = (a: WayFound, b: WayFound): boolean =>
  a.cut ? b.cut : !b.cut && a.version !== null && a.version === b.version;

function versionIn(way: WayFound & { cut: false }, endpoint: string): string {
  if (way.version !== null) return way.version;
  throw new ConnectorError(
    'unknown-mapping',
    `Before the act the endpoint ${endpoint} did not lead to one known version, so it cannot be opened as it was by itself. Open it by hand; what it was stands in the registry, in the tag tocsin.endpoint.${endpoint}.`,
  );
}

function said(endpoint: string, found: Found | null): string {
  if (found === null) return `The act had not come so far as to change the endpoint ${endpoint}; it stays as it is.`;
  if (changedNothing(found)) return `The act had found the endpoint ${endpoint} as it wanted it; it stays as it is.`;
  if (found.way.cut) return `The endpoint ${endpoint} is cut again.`;
  return `The endpoint ${endpoint} leads to version ${found.way.version} again, as the gateway says.`;
}
