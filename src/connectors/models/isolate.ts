import type { CapabilityProvider } from '../contract.ts';
import { type Change, changing } from './changing.ts';
import { findOnce, foundBy, wayNow } from './found.ts';
import type { ModelPorts } from './ports.ts';
import { putBack } from './put-back.ts';

type WayPorts = Pick<ModelPorts, 'system' | 'registry' | 'gateway'>;

/** `model.isolate`: removes the way by which people reach the model. As an undo of a restore it puts back what that found. */
export const createIsolateProvider = (ports: WayPorts): CapabilityProvider =>
  changing((call, signal) =>
    call.undoes === null ? cut(ports, call.key, signal) : putBack(ports, call.undoes, signal),
  );

function cut({ system, registry, gateway }: WayPorts, key: string, signal: AbortSignal): Change {
  const { endpoint } = system.serving;
  const done = (already: boolean) => ({
    detail: already
      ? `The endpoint ${endpoint} was cut already.`
      : `The endpoint ${endpoint} was removed; what it was is kept. Only traffic proves that nobody gets through.`,
  });
  return {
    async carryOut(begin) {
      const found = await findOnce(registry, key, async () => ({ way: await wayNow(gateway, signal) }), signal);
      begin();
      await gateway.cut(signal);
      return done(found.way.cut);
    },
    async isDone() {
      const found = await foundBy(registry, key, signal);
      if (found === null) return null;
      return (await gateway.listed(signal)).endpoint ? null : done(found.way.cut);
    },
  };
}
