import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError, type SignatureVerdict } from '../contract.ts';
import type { ModelPorts } from './ports.ts';

/** Downloads the artefacts of a version into a folder that is gone afterwards, and verifies who signed them. */
export async function verdictOf(
  { system, registry, signatures }: Pick<ModelPorts, 'system' | 'registry' | 'signatures'>,
  version: string,
  signal: AbortSignal,
): Promise<SignatureVerdict> {
  if (signatures === null)
    throw new ConnectorError(
      'unbound',
      `Nothing says whose keys must sign ${system.id}: add a connection of kind model-signing to tocsin.yaml, and name it in "serving: { signed-by: … }".`,
    );
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-artefacts-'));
  try {
    await registry.download(version, folder, signal);
    return await signatures.verify(folder, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
