import { type CapabilityProvider, ConnectorError } from '../contract.ts';
import { type Change, changing } from './changing.ts';
import { type Found, findOnce, foundBy, wayNow } from './found.ts';
import { liveOf } from './live.ts';
import type { ModelPorts } from './ports.ts';
import { putBack } from './put-back.ts';

type WayPorts = Pick<ModelPorts, 'system' | 'registry' | 'gateway'>;

/** `model.restore`: opens the way to the live version. As an undo of an isolation it puts back what that found. */
export const createRestoreProvider = (ports: WayPorts): CapabilityProvider =>
  changing((call, signal) =>
    call.undoes === null ? open(ports, call.key, signal) : putBack(ports, call.undoes, signal),
  );

function open(ports: WayPorts, key: string, signal: AbortSignal): Change {
  const { system, registry, gateway } = ports;
  const { endpoint } = system.serving;
  const done = ({ wanted }: Found) => ({
    detail: `The endpoint ${endpoint} leads to version ${wanted}, as the gateway says. Only traffic proves it, which may take a minute.`,
  });
  return {
    async carryOut(begin) {
      const look = async () => ({ way: await wayNow(gateway, signal), wanted: (await liveOf(ports, signal)).version });
      const found = await findOnce(registry, key, look, signal);
      const wanted = wantedIn(found);
      begin();
      await gateway.open(wanted, signal);
      await gateway.endTrial(null, signal);
      return done(found);
    },
    async isDone() {
      const found = await foundBy(registry, key, signal);
      if (found === null) return null;
      return (await gateway.listed(signal)).version === wantedIn(found) ? done(found) : null;
    },
  };
}

function wantedIn({ wanted }: Found): string {
  if (wanted !== undefined) return wanted;
  throw new ConnectorError('bad-note', 'The note of this act in the registry does not say which version it is about.');
}
