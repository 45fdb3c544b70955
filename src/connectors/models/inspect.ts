import { type CapabilityProvider, ConnectorError } from '../contract.ts';
import { liveOf } from './live.ts';
import type { ModelPorts } from './ports.ts';
import { reading } from './reading.ts';
import { verdictOf } from './verdict.ts';

type InspectPorts = Pick<ModelPorts, 'system' | 'registry' | 'gateway' | 'signatures'>;

/** Why a signature cannot be looked at, where asking again would not help: it does not verify, and the detail says why. */
const NO_VERDICT = ['unbound', 'not-found', 'not-served', 'refused'];

/** `model.inspect`: what is live, since when, whether it and the last known good version are as they were signed, and whether it is reached. */
export const createInspectProvider = (ports: InspectPorts): CapabilityProvider =>
  reading(async (_call, { signal, beat }) => {
    const { system, gateway } = ports;
    const { name, lastKnownGood } = system.model;
    const found = await liveOf(ports, signal);
    const listed = await gateway.listed(signal);
    // A registry may not keep when an alias was set; since when people are led to that version says as much.
    const live = { ...found, since: found.since ?? (listed.version === found.version ? listed.since : null) };
    const liveVerdict = await judged(ports, live.version, signal);
    beat();
    const good = lastKnownGood === null || lastKnownGood === live.version ? null : lastKnownGood;
    const goodVerdict = good === null ? null : await judged(ports, good, signal);
    return {
      version: live.version,
      since: live.since === null ? 'unknown' : iso(live.since),
      lastKnownGood: lastKnownGood ?? 'unknown',
      signatureValid: liveVerdict.valid,
      lastKnownGoodValid: goodVerdict?.valid ?? (lastKnownGood !== null && liveVerdict.valid),
      traffic: listed.endpoint ? 'serving' : 'cut',
      detail: [
        `${name} version ${live.version} is live by the alias ${system.serving.alias}${sinceWords(live)}.`,
        wayWords(system.serving.endpoint, listed, live.version),
        `Version ${live.version}: ${liveVerdict.detail}`,
        goodVerdict
          ? `Last known good, version ${good}: ${goodVerdict.detail}`
          : lastKnownGood === null
            ? 'Nothing says which version was good.'
            : 'It is the last known good one.',
      ].join(' '),
    };
  });

async function judged(ports: InspectPorts, version: string, signal: AbortSignal) {
  try {
    const { valid, detail } = await verdictOf(ports, version, signal);
    return { valid, detail };
  } catch (error) {
    if (signal.aborted || !(error instanceof ConnectorError) || !NO_VERDICT.includes(error.code)) throw error;
    return { valid: false, detail: error.message };
  }
}

/** When the version was registered says only that it cannot be longer. */
function sinceWords({ since, registeredAt }: { since: number | null; registeredAt: number | null }): string {
  if (since !== null) return ` since ${iso(since)}`;
  if (registeredAt !== null)
    return `; since when is not kept, but no longer than since it was registered, ${iso(registeredAt)}`;
  return '; since when is not kept';
}

function wayWords(
  endpoint: string,
  { endpoint: isThere, version }: { endpoint: boolean; version: string | null },
  live: string,
): string {
  if (!isThere) return `The gateway has no endpoint ${endpoint}: it is cut.`;
  if (version === null) return `The endpoint ${endpoint} does not lead to one known version alone.`;
  return version === live
    ? `The endpoint ${endpoint} leads to it, as the gateway says.`
    : `The endpoint ${endpoint} leads to version ${version}, which is another one.`;
}

const iso = (ms: number): string => new Date(ms).toISOString();
