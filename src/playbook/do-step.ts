import type { CapabilityContract } from '../capabilities/contract.ts';
import { milliseconds } from './duration.ts';
import type { Flow } from './flow.ts';
import { didYouMean } from './names.ts';
import type { DoStep, Retry, Use, Value } from './plan.ts';
import type { DoSource, UseSource } from './step-source.ts';
import { reporter, type Unit } from './unit.ts';
import { compileUse, contractNamed, isRisky } from './uses.ts';
import type { Key } from './yaml.ts';

export type Act = Pick<DoStep, 'use' | 'retry' | 'prove' | 'undo' | 'outputs' | 'unattended'>;

/** The act of a `do` step with its proof and its undo; null when its capability is unknown. */
export function compileAct(unit: Unit, step: DoSource, path: readonly Key[], flow: Flow): Act | null {
  const contract = contractNamed(unit, step.do, [...path, 'do']);
  const use =
    contract &&
    compileUse(
      unit,
      {
        capability: step.do,
        at: [...path, 'do'],
        with: step.with ?? {},
        withPath: [...path, 'with'],
        timeoutMs: step.timeout === undefined ? undefined : milliseconds(step.timeout),
      },
      flow,
    );
  if (!contract || !use) return null;
  if (step.unattended !== undefined && !isRisky(contract.risk))
    reporter(unit.diagnostics)(
      unit.source.place([...path, 'unattended'], { key: true }),
      'needless',
      `${contract.name} is no risky act; nobody has to decide about it`,
      { severity: 'warning' },
    );
  return {
    use,
    retry: retryOf(step, isRisky(contract.risk)),
    prove: step.prove === undefined ? null : compileProof(unit, step.prove, contract, use, path, flow),
    undo: compileUndo(unit, step, contract, use, path, flow),
    unattended: step.unattended ?? null,
    outputs: Object.keys(contract.output.shape),
  };
}

/** A risky act is tried once: whether it is tried again is for people. */
function retryOf(step: DoSource, risky: boolean): Retry {
  const { attempts = risky ? 1 : 3, delay, factor = 2, on } = step.retry ?? {};
  return {
    attempts,
    delayMs: delay === undefined ? 2_000 : milliseconds(delay),
    factor,
    ...(on && { on: [...new Set(on)].sort() }),
  };
}

const request = (use: UseSource, path: readonly Key[]) =>
  typeof use === 'string'
    ? { capability: use, at: path, with: {}, withPath: path }
    : { capability: use.do, at: [...path, 'do'], with: use.with ?? {}, withPath: [...path, 'with'] };

function compileProof(
  unit: Unit,
  source: UseSource,
  act: CapabilityContract,
  use: Use,
  path: readonly Key[],
  flow: Flow,
): Use | null {
  const asked = request(source, [...path, 'prove']);
  const contract = contractNamed(unit, asked.capability, asked.at);
  if (!contract) return null;
  if (!contract.proves) {
    const proofs = Object.values(unit.making.surroundings.contracts).flatMap((one) => (one.proves ? [one.name] : []));
    const suggestion = didYouMean(contract.name, proofs) ?? proofs[0];
    reporter(unit.diagnostics)(unit.source.place(asked.at), 'not-a-proof', `${contract.name} proves nothing`, {
      suggestion,
    });
    return null;
  }
  const expect = act.expects ?? act.leaves;
  const knows = contract.input.shape.expect?.safeParse(expect).success === true;
  const given: Record<string, Value> = {
    ...(use.with.system && { system: use.with.system }),
    ...(expect !== undefined && knows && { expect: { literal: expect } }),
  };
  return compileUse(unit, { ...asked, given }, flow);
}

function compileUndo(
  unit: Unit,
  step: DoSource,
  contract: CapabilityContract,
  use: Use,
  path: readonly Key[],
  flow: Flow,
): Use | null {
  const { undo } = step;
  const kept = Object.fromEntries(
    (contract.undo?.keep ?? []).flatMap((name) => (use.with[name] ? [[name, use.with[name]] as const] : [])),
  );
  if (undo === 'none') {
    reporter(unit.diagnostics)(unit.source.place([...path, 'undo']), 'reason', 'undo: none needs a reason', {
      suggestion: 'undo: { none: why nothing undoes it }',
    });
    return null;
  }
  if (undo !== undefined) {
    if (typeof undo !== 'string' && 'none' in undo) return null;
    const asked = request(undo, [...path, 'undo']);
    const chosen = compileUse(unit, { ...asked, given: kept }, flow);
    if (chosen && isRisky(chosen.risk) && !isRisky(contract.risk))
      reporter(unit.diagnostics)(
        unit.source.place(asked.at),
        'uncovered',
        `${chosen.capability} is ${chosen.risk}, and nobody decides about ${contract.name}, which it undoes: leave this undo out`,
      );
    return chosen;
  }
  if (!contract.undo) return null;
  const set = Object.entries(contract.undo.set ?? {}).map(([name, value]) => [name, { literal: value }] as const);
  const given = { ...kept, ...Object.fromEntries(set) };
  const at = [...path, 'do'];
  return compileUse(unit, { capability: contract.undo.capability, at, with: {}, withPath: at, given }, flow);
}
