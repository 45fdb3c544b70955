import type { JsonObject } from '../../incident/json.ts';
import { type CapabilityProvider, ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import { type Change, changing } from './changing.ts';
import { type Found, findOnce, foundBy, wayNow } from './found.ts';
import { liveOf } from './live.ts';
import type { ModelPorts } from './ports.ts';

type RollbackPorts = Pick<ModelPorts, 'system' | 'registry' | 'gateway'>;

const BEFORE = 'before';

/**
 * `model.rollback`: points the alias at the version wanted. A way that is open is led there too, so that people get it; one that is cut
 * stays cut. As an undo it puts back the version that the act found.
 */
export const createRollbackProvider = (ports: RollbackPorts): CapabilityProvider =>
  changing((call, signal) =>
    call.undoes === null
      ? rollBack(ports, call.key, String(call.with.to), signal)
      : rollForward(ports, call.undoes, signal),
  );

function rollBack(ports: RollbackPorts, key: string, to: string, signal: AbortSignal): Change {
  const { system, registry, gateway } = ports;
  return {
    async carryOut(begin) {
      const found = await findOnce(registry, key, () => look(ports, to, signal), signal);
      const { wanted, way } = rollbackIn(found);
      begin();
      await registry.point(wanted, signal);
      if (!way.cut) await gateway.open(wanted, signal);
      return done(system.serving.endpoint, found);
    },
    async isDone() {
      const found = await foundBy(registry, key, signal);
      if (found === null) return null;
      const { wanted, way } = rollbackIn(found);
      const isLive = (await registry.live(signal))?.version === wanted;
      const isReached = way.cut || (await gateway.listed(signal)).version === wanted;
      return isLive && isReached ? done(system.serving.endpoint, found) : null;
    },
  };
}

/** Everything that can be refused is refused before anything is changed. */
async function look(ports: RollbackPorts, to: string, signal: AbortSignal): Promise<Found> {
  const { registry, gateway } = ports;
  const wanted = versionMeant(ports, to);
  const { name } = ports.system.model;
  const live = await liveOf(ports, signal);
  if (!(await registry.has(wanted, signal)))
    throw new ConnectorError('unknown-version', `${name} has no version "${shown(wanted, 50)}" in the registry.`);
  if ((await gateway.modelName(wanted, signal)) === null)
    throw new ConnectorError(
      'unknown-version',
      `The gateway does not know version ${shown(wanted, 50)} of ${name}. Make its model definition there, or say what it is called: "serving: { definitions: … }" in tocsin.yaml.`,
    );
  return { way: await wayNow(gateway, signal), live: live.version, wanted };
}

function versionMeant({ system }: RollbackPorts, to: string): string {
  if (to === BEFORE)
    throw new ConnectorError('bad-input', '"before" is for undoing a rollback: name a version, or "last-known-good".');
  if (to !== 'last-known-good') return to;
  if (system.model.lastKnownGood !== null) return system.model.lastKnownGood;
  throw new ConnectorError(
    'no-last-known-good',
    `Nothing says which version of ${system.model.name} was good: set "last-known-good" of ${system.id} in tocsin.yaml.`,
  );
}

function rollForward({ system, registry, gateway }: RollbackPorts, actKey: string, signal: AbortSignal): Change {
  const { endpoint } = system.serving;
  /** A way that was cut since then stays cut: an undo of a rollback opens nothing. */
  const toLead = async ({ way }: Found): Promise<string | null> => {
    const now = await wayNow(gateway, signal);
    return way.cut || now.cut || way.version === null || way.version === now.version ? null : way.version;
  };
  const undone = (found: Found, led: string | null): JsonObject => {
    const { live, wanted } = rollbackIn(found);
    const way = led === null ? '' : ` The endpoint ${endpoint} leads to version ${led} again.`;
    return { from: wanted, to: live, detail: `The alias points to version ${live} again, as before.${way}` };
  };
  return {
    async carryOut(begin) {
      const found = await foundBy(registry, actKey, signal);
      if (found === null) {
        const live = (await registry.live(signal))?.version ?? '';
        return { from: live, to: live, detail: 'The rollback had not come so far as to change anything.' };
      }
      begin();
      await registry.point(rollbackIn(found).live, signal);
      const version = await toLead(found);
      if (version !== null) await gateway.open(version, signal);
      return undone(found, version);
    },
    async isDone() {
      const found = await foundBy(registry, actKey, signal);
      if (found === null) return null;
      const isLive = (await registry.live(signal))?.version === rollbackIn(found).live;
      return isLive && (await toLead(found)) === null ? undone(found, null) : null;
    },
  };
}

function done(endpoint: string, found: Found): JsonObject {
  const { live, wanted, way } = rollbackIn(found);
  const reach = way.cut
    ? `The endpoint ${endpoint} stays cut.`
    : `The endpoint ${endpoint} leads there too, as the gateway says; only traffic proves it, which may take a minute.`;
  return { from: live, to: wanted, detail: `The alias points to version ${wanted}. ${reach}` };
}

function rollbackIn({ live, wanted, way }: Found) {
  if (live !== undefined && wanted !== undefined) return { live, wanted, way };
  throw new ConnectorError(
    'bad-note',
    'The note of this rollback in the registry does not say which versions it is about.',
  );
}
