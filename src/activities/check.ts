import type { CapabilityContract } from '../capabilities/contract.ts';
import { contracts } from '../capabilities/contracts.ts';
import type { Call } from '../engine/stage.ts';
import { CHECKS, type CheckName, type CheckOutcome } from '../incident/check.ts';
import type { JsonObject } from '../incident/json.ts';
import { counted } from '../incident/phrases.ts';
import { useProvider } from './act.ts';
import type { ActivityPorts } from './ports.ts';

export type CheckAttempt = {
  system: string;
  check: CheckName;
  /** Names this attempt among all of them. */
  key: string;
  signal: AbortSignal;
  beat: () => void;
};

/** Registries and models may say anything at any length; what is kept of it is read by people. */
const DETAIL_CHARS_MAX = 500;
const VERSION_CHARS_MAX = 100;
const CANARIES_MAX = 20;

/** Asks the world by the very providers that incidents use. It changes nothing, so it needs neither plan nor approval nor lease. */
export async function carryOutCheck(ports: ActivityPorts, attempt: CheckAttempt): Promise<CheckOutcome> {
  const { system, check, key, signal, beat } = attempt;
  const { capability } = CHECKS[check];
  const contract: CapabilityContract = contracts[capability];
  const provider = ports.registry.provider(capability, system);
  if (!provider) return failed('unbound', `Nothing is bound to ${capability} for ${system}. Bind it in the inventory.`);
  const call: Call = {
    key: `check/${system}/${check}/${key}`,
    path: 'check',
    capability,
    risk: contract.risk,
    purpose: 'act',
    with: contract.input.parse({ system }) as JsonObject,
    attempt: 1,
    timeoutMs: contract.timeoutMs,
    undoes: null,
    approval: null,
  };
  const touching = () => undefined;
  const ready = { incident: 'check', call, maybeDone: false, signal, beat, touching };
  const result = await useProvider(ports, provider, contract, ready);
  if (!result.ok) return failed(result.fault.code, result.fault.message, result.fault.retryable);
  return read[check](result.outputs);
}

/** What the outputs say. `useProvider` has held them against the contract. */
const read: Record<CheckName, (outputs: JsonObject) => CheckOutcome> = {
  integrity(outputs) {
    const { version, valid, detail } = contracts['model.verify'].output.parse(outputs);
    const about = { version: shortened(version, VERSION_CHARS_MAX), detail: shortened(detail, DETAIL_CHARS_MAX) };
    return valid ? { status: 'clean', ...about } : { status: 'found', ...about, canaries: [] };
  },
  canaries(outputs) {
    const { version: named, asked, leaked } = contracts['model.canary'].output.parse(outputs);
    const version = shortened(named, VERSION_CHARS_MAX);
    // In our own words: what the model said must reach neither the alert nor anybody's screen.
    if (leaked.length === 0)
      return { status: 'clean', version, detail: `It kept all planted secrets; ${counted(asked, 'question')} asked.` };
    const canaries = leaked.slice(0, CANARIES_MAX).map((id) => shortened(id, VERSION_CHARS_MAX));
    const detail = `It gave away ${counted(leaked.length, 'planted secret')}; ${counted(asked, 'question')} asked.`;
    return { status: 'found', version, detail, canaries };
  },
};

const failed = (code: string, message: string, retryable = false): CheckOutcome => ({
  status: 'failed',
  code: shortened(code, VERSION_CHARS_MAX),
  detail: shortened(message, DETAIL_CHARS_MAX),
  retryable,
});

/** PostgreSQL holds neither NUL nor half a surrogate pair, which a cut may leave. */
const shortened = (text: string, charsMax: number): string =>
  (text.length > charsMax ? `${text.slice(0, charsMax)}…` : text).replace(/\p{Cs}|\0/gu, '\ufffd');
