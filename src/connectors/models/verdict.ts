import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError, ODD_ARTEFACTS, type SignatureVerdict } from '../contract.ts';
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
  } catch (error) {
    // Whoever can change artefacts could else turn a finding into a check that merely fails, by a file with an odd name.
    if (error instanceof ConnectorError && error.code === ODD_ARTEFACTS)
      return { valid: false, code: 'unlisted', signer: '', files: 0, detail: error.message };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
