import { type CapabilityProvider, ConnectorError } from '../contract.ts';
import { shown } from '../text.ts';
import { liveOf } from './live.ts';
import type { ModelPorts } from './ports.ts';
import { reading } from './reading.ts';
import { verdictOf } from './verdict.ts';

/** `model.verify`: downloads the artefacts of a version and says whether they are as they were signed. */
export const createVerifyProvider = (
  ports: Pick<ModelPorts, 'system' | 'registry' | 'signatures'>,
): CapabilityProvider =>
  reading(async (call, { signal }) => {
    const version = await versionMeant(ports, String(call.with.version), signal);
    const { valid, signer, detail } = await verdictOf(ports, version, signal);
    return { version, valid, signer, detail };
  });

async function versionMeant(
  { system, registry }: Pick<ModelPorts, 'system' | 'registry'>,
  word: string,
  signal: AbortSignal,
): Promise<string> {
  const { name, lastKnownGood } = system.model;
  if (word === 'live') return (await liveOf({ system, registry }, signal)).version;
  const version = word === 'last-known-good' ? lastKnownGood : word;
  if (version === null)
    throw new ConnectorError(
      'no-last-known-good',
      `Nothing says which version of ${name} was good: set "last-known-good" of ${system.id} in tocsin.yaml.`,
    );
  if (await registry.has(version, signal)) return version;
  throw new ConnectorError('unknown-version', `${name} has no version "${shown(version, 50)}" in the registry.`);
}
