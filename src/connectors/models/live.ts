import { ConnectorError } from '../contract.ts';
import type { ModelPorts } from './ports.ts';

/** The version that is live, which there must be. */
export async function liveOf({ system, registry }: Pick<ModelPorts, 'system' | 'registry'>, signal: AbortSignal) {
  const live = await registry.live(signal);
  if (live !== null) return live;
  throw noLiveVersion(system);
}

export const noLiveVersion = ({ serving, model }: ModelPorts['system']): ConnectorError =>
  new ConnectorError(
    'no-live-version',
    `The alias "${serving.alias}" of ${model.name} points to no version in the registry.`,
  );
