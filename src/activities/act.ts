import type { CapabilityContract } from '../capabilities/contract.ts';
import { contractOf } from '../capabilities/contracts.ts';
import type { ActFault, ActResult, Call } from '../engine/stage.ts';
import { isExercise } from '../incident/ids.ts';
import type { JsonObject } from '../incident/json.ts';
import { trueRisk } from './approval.ts';
import type { ActivityPorts, CapabilityProvider } from './ports.ts';

export type Attempt = {
  incident: string;
  call: Call;
  /** An earlier attempt at this very call may have had its effect. */
  maybeDone: boolean;
  signal: AbortSignal;
  beat: () => void;
  /** Called right before the outside world is touched. */
  touching: () => void;
};

const READ_BACK_WITHIN_MS = 20_000;
/** Outputs go on the timeline and travel with the incident, which Temporal lets grow to 2 MB. */
const OUTPUT_CHARS_MAX = 100_000;
const MESSAGE_CHARS_MAX = 2_000;
const TIMED_OUT = Symbol('timed out');

/** Carries out one call. What the world refuses is a value; only "our own database is away" is thrown, and retried. */
export async function carryOut(ports: ActivityPorts, attempt: Attempt): Promise<ActResult> {
  const { incident, call } = attempt;
  // Nobody who approved in a drill approved anything real, and bots sign nothing: no timeline of one opens an act here.
  if (isExercise(incident))
    return fault('exercise', `${incident} is an exercise: nothing of it is carried out for real.`);
  const contract = contractOf(call.capability);
  if (!contract) return fault('unknown-capability', `There is no capability "${call.capability}".`);
  const input = contract.input.safeParse(call.with);
  if (!input.success) return fault('bad-input', `${call.capability} cannot be used like this: ${issues(input.error)}`);
  const parsed = { ...call, with: input.data as JsonObject };
  const system = typeof parsed.with.system === 'string' ? parsed.with.system : null;
  const provider = ports.registry.provider(call.capability, system);
  if (!provider)
    return fault(
      'unbound',
      `Nothing is bound to ${call.capability}${system ? ` for ${system}` : ''}. Bind it in the inventory.`,
    );
  const ready = { ...attempt, call: parsed };
  const earlier =
    attempt.maybeDone && contract.risk !== 'read' ? await readBack(ports, provider, contract, ready) : null;
  if (earlier) return earlier;
  const refusal = await ports.approvals.refuse(parsed, incident, ports.now());
  if (refusal) return fault(refusal.code, refusal.message);
  const conflict = await leaseConflict(ports, ready, system);
  return conflict ?? (await useProvider(ports, provider, contract, ready));
}

/** After a crash in mid-act the world is asked first. Null: it was surely not done, so do it. */
async function readBack(
  ports: ActivityPorts,
  provider: CapabilityProvider,
  contract: CapabilityContract,
  attempt: Attempt,
): Promise<ActResult | null> {
  const { call, incident } = attempt;
  const found = await within(READ_BACK_WITHIN_MS, attempt.signal, (signal) =>
    provider.readBack(call, { incident, signal }),
  ).catch((error: unknown) => {
    if (mustRetry(ports, attempt, error)) throw error;
    return { state: 'unknown' as const, why: messageOf(error) };
  });
  if (found === TIMED_OUT) return ambiguous(call, `it did not answer within ${READ_BACK_WITHIN_MS / 1000} s`);
  switch (found.state) {
    case 'done':
      return checked(contract, found.outputs);
    case 'not-done':
      return null;
    case 'unknown':
      return ambiguous(call, found.why);
    default:
      return found satisfies never;
  }
}

const ambiguous = (call: Call, why: string): ActResult =>
  fault(
    'ambiguous',
    `A worker died while it carried out ${call.capability}. Whether it had its effect cannot be told: ${why}. Look at it before you repeat it.`,
    { effect: 'unknown' },
  );

/** One incident at a time changes an AI system. The lease is kept until the incident is closed. */
async function leaseConflict(ports: ActivityPorts, { call, incident }: Attempt, system: string | null) {
  const risk = trueRisk(call);
  if (system === null || (risk !== 'disruptive' && risk !== 'irreversible')) return null;
  const { holder } = await ports.leases.take(system, incident);
  if (holder === incident) return null;
  return fault(
    'lease-held',
    `${holder} is changing ${system} and holds it until it is closed. ${incident} must wait, or the two must agree.`,
  );
}

/** Whatever the provider does, throws or answers becomes a result. */
export async function useProvider(
  ports: ActivityPorts,
  provider: CapabilityProvider,
  contract: CapabilityContract,
  attempt: Attempt,
): Promise<ActResult> {
  const { call, incident, beat } = attempt;
  attempt.touching();
  try {
    const result = await within(call.timeoutMs, attempt.signal, (signal) =>
      provider.act(call, { incident, signal, beat }),
    );
    if (result === TIMED_OUT) return await afterTimeout(ports, provider, contract, attempt);
    if (result.ok) return checked(contract, result.outputs);
    return { ok: false, fault: { ...result.fault, message: shortened(result.fault.message) } };
  } catch (error) {
    if (mustRetry(ports, attempt, error)) throw error;
    return fault('connector-error', `${call.capability} failed: ${messageOf(error)}`, { effect: effectOf(contract) });
  }
}

/** The world may have done it all the same: ask it. If it has not, it still may, so people decide. */
async function afterTimeout(
  ports: ActivityPorts,
  provider: CapabilityProvider,
  contract: CapabilityContract,
  attempt: Attempt,
): Promise<ActResult> {
  const late = `${attempt.call.capability} took longer than ${attempt.call.timeoutMs / 1000} s.`;
  if (contract.risk === 'read') return fault('timeout', late, { retryable: true });
  const found = await readBack(ports, provider, contract, attempt);
  if (found?.ok) return found;
  return fault('timeout', `${late} It may still take effect.`, { effect: 'unknown' });
}

function checked(contract: CapabilityContract, outputs: JsonObject): ActResult {
  const bad = (why: string) =>
    fault('bad-output', `${contract.name} answered with ${why}`, { effect: effectOf(contract) });
  const parsed = contract.output.safeParse(outputs);
  if (!parsed.success) return bad(`something else than it declares: ${issues(parsed.error)}`);
  const chars = JSON.stringify(parsed.data).length;
  if (chars > OUTPUT_CHARS_MAX) return bad(`${chars} characters; an incident takes ${OUTPUT_CHARS_MAX} at most.`);
  return { ok: true, outputs: parsed.data as JsonObject };
}

/** Our own trouble, not the step's: the database is away, or this worker is being stopped. Another attempt reads back first. */
const mustRetry = (ports: ActivityPorts, { signal }: Attempt, error: unknown): boolean =>
  signal.aborted || ports.unavailable(error);

const effectOf = (contract: CapabilityContract): ActFault['effect'] => (contract.risk === 'read' ? 'none' : 'unknown');

function fault(code: string, message: string, more: Partial<ActFault> = {}): ActResult & { ok: false } {
  return { ok: false, fault: { code, message: shortened(message), retryable: false, effect: 'none', ...more } };
}

/** An error that brings a whole page along must not grow the incident. */
const shortened = (message: string): string =>
  message.length > MESSAGE_CHARS_MAX ? `${message.slice(0, MESSAGE_CHARS_MAX)}…` : message;

/** Waits for `work`, but not for ever: one that ignores its signal is left behind. */
async function within<T>(
  timeoutMs: number,
  cancelled: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | typeof TIMED_OUT> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => {
      resolve(TIMED_OUT);
      timeout.abort(new Error('the time is over'));
    }, timeoutMs);
  });
  const working = work(AbortSignal.any([cancelled, timeout.signal]));
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    // Left behind, it may still fail: nobody waits for that any more.
    working.catch(() => undefined);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const issues = (error: { issues: { path: PropertyKey[]; message: string }[] }): string =>
  error.issues.map((issue) => `${issue.path.map(String).join('.') || 'it'}: ${issue.message}`).join('; ');
