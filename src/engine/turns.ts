import { planNumber } from '../incident/step-path.ts';
import type { CancelScope } from './cancel.ts';
import type { Conductor } from './conductor.ts';

/** `undoing`: pausing must not hold it up, so that it waits for no proof that a pause holds up. */
export type Claim = { path: string; capability: string; system: string; undoing: boolean };

type Waiting = { undoing: boolean; ask: () => void };

/**
 * Which risky acts are in flight on which AI system. Acts of one plan on one system were looked at together when it was checked;
 * those of two plans were not, so the second waits for the first and its proof. Nothing of it is saved: a run that is continued between
 * an act and its proof takes up its plans in their order.
 */
export class Turns {
  readonly #conductor: Conductor;
  readonly #inFlight = new Map<string, Claim>();
  readonly #resting = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(conductor: Conductor) {
    this.#conductor = conductor;
  }

  /** Takes the turn, or gives a promise of when to ask again. */
  take(claim: Claim, cancel: CancelScope): Promise<void> | undefined {
    const before = this.#before(claim);
    if (!before) {
      this.#inFlight.set(claim.path, claim);
      this.#resting.delete(claim.path);
      return undefined;
    }
    const { path, capability, system, undoing } = claim;
    this.#conductor.record(path, 'act.held', { capability, system, for: before.path });
    return this.#conductor.fibers.suspend<void>((resume) => {
      const ask = () => {
        this.#waiting.delete(path);
        off();
        resume();
      };
      this.#waiting.set(path, { undoing, ask });
      const off = cancel.onCancel(path, ask);
    });
  }

  /** Everybody who waits asks again, in order of path: the same on every stage. */
  leave(path: string): void {
    this.#resting.delete(path);
    if (this.#inFlight.delete(path)) this.#wake(() => true);
  }

  /** Its act is done, and its proof must wait: other plans' acts wait on, but for what is undone. */
  rest(path: string): void {
    if (!this.#inFlight.has(path)) return;
    this.#resting.add(path);
    this.#wake(({ undoing }) => undoing);
  }

  #wake(which: (waiting: Waiting) => boolean): void {
    for (const path of [...this.#waiting.keys()].sort()) {
      const waiting = this.#waiting.get(path);
      if (waiting && which(waiting)) waiting.ask();
    }
  }

  #before({ path, system, undoing }: Claim): Claim | undefined {
    const mine = planNumber(path);
    return [...this.#inFlight.values()].find(
      (other) =>
        other.system === system && planNumber(other.path) !== mine && !(undoing && this.#resting.has(other.path)),
    );
  }
}
