import { planNumber } from '../incident/step-path.ts';
import type { CancelScope } from './cancel.ts';
import type { Conductor } from './conductor.ts';

export type Claim = { path: string; capability: string; system: string };

/**
 * Which risky acts are in flight on which AI system. Acts of one plan on one system were looked at together when it was checked;
 * those of two plans were not, so the second waits for the first and its proof. Held only while an act is in flight, when no state
 * is saved: so there is nothing to take up.
 */
export class Turns {
  readonly #conductor: Conductor;
  readonly #inFlight = new Map<string, Claim>();
  readonly #waiting = new Map<string, () => void>();

  constructor(conductor: Conductor) {
    this.#conductor = conductor;
  }

  /** Takes the turn, or gives a promise of when to ask again. */
  take(claim: Claim, cancel: CancelScope): Promise<void> | undefined {
    const before = this.#before(claim);
    if (!before) {
      this.#inFlight.set(claim.path, claim);
      return undefined;
    }
    const { path, capability, system } = claim;
    this.#conductor.record(path, 'act.held', { capability, system, for: before.path });
    return this.#conductor.fibers.suspend<void>((resume) => {
      const ask = () => {
        this.#waiting.delete(path);
        off();
        resume();
      };
      this.#waiting.set(path, ask);
      const off = cancel.onCancel(path, ask);
    });
  }

  /** Everybody who waits asks again, in order of path: the same on every stage. */
  leave(path: string): void {
    if (!this.#inFlight.delete(path)) return;
    for (const waiting of [...this.#waiting.keys()].sort()) this.#waiting.get(waiting)?.();
  }

  #before({ path, system }: Claim): Claim | undefined {
    const mine = planNumber(path);
    return [...this.#inFlight.values()].find((other) => other.system === system && planNumber(other.path) !== mine);
  }
}
