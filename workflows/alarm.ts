import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** One Temporal timer, for one moment. Cancelling the workflow leaves it as it is. */
export class Alarm {
  readonly #ring: () => void;
  readonly #crashed: (error: unknown) => void;
  #set: { time: number; scope: CancellationScope } | null = null;

  constructor(ring: () => void, crashed: (error: unknown) => void) {
    this.#ring = ring;
    this.#crashed = crashed;
  }

  /** Null: no moment. Setting it for the same moment again does nothing. */
  set(time: number | null): void {
    if ((this.#set?.time ?? null) === time) return;
    this.#set?.scope.cancel();
    this.#set = null;
    if (time === null) return;
    // The block runs synchronously.
    CancellationScope.nonCancellable(async () => this.#sleepUntil(time)).catch(this.#crashed);
  }

  #sleepUntil(time: number): void {
    const scope = new CancellationScope();
    this.#set = { time, scope };
    scope
      .run(() => sleep(Math.max(1, time - Date.now())))
      .then(
        () => {
          this.#set = null;
          this.#ring();
        },
        (error: unknown) => {
          if (!isCancellation(error)) throw error;
        },
      )
      .catch(this.#crashed);
  }
}
