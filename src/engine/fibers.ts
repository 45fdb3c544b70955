/**
 * Counts runnable fibers exactly, in two primitives. A fiber is an async function; it is runnable unless it is suspended.
 * When the count reaches zero, `onIdle` is called synchronously: time may move on.
 */
export class Fibers {
  #runnable = 0;
  /** While `onIdle` runs: whom it has resumed, in that order. */
  #resumed: (() => void)[] | null = null;
  readonly #onIdle: () => void;

  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
  }

  /**
   * The fiber that was the last to suspend has not reached its own `await` yet. Were it resumed at once, it would go on after all who
   * were resumed with it, whatever their order: so all of them go on together, a moment later.
   */
  #becomeIdle(): void {
    if (this.#resumed) {
      this.#onIdle();
      return;
    }
    const resumed: (() => void)[] = [];
    this.#resumed = resumed;
    try {
      this.#onIdle();
    } finally {
      this.#resumed = null;
      if (resumed.length > 0)
        Promise.resolve().then(() => {
          for (const goOn of resumed) goOn();
        });
    }
  }

  get idle(): boolean {
    return this.#runnable === 0;
  }

  /** Starts the root fiber. `crashed` hears of any error that escapes it. */
  start(fiber: () => Promise<void>, crashed: (error: unknown) => void): void {
    this.#runnable++;
    fiber().then(() => this.#leave(), crashed);
  }

  /** Suspends the calling fiber until `resume` is called; the first call wins, later ones do nothing. */
  suspend<T>(setUp: (resume: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve) => {
      let settled = false;
      this.#runnable--;
      setUp((value) => {
        if (settled) return;
        settled = true;
        this.#runnable++;
        if (this.#resumed) this.#resumed.push(() => resolve(value));
        else resolve(value);
      });
      if (this.#runnable === 0) this.#becomeIdle();
    });
  }

  /** Runs fibers side by side and waits for all of them; none may throw. The caller's own place is lent to one of them. */
  async all(fibers: readonly (() => Promise<void>)[]): Promise<void> {
    if (fibers.length === 0) return;
    this.#runnable += fibers.length - 1;
    await new Promise<void>((resolve, reject) => {
      let left = fibers.length;
      for (const fiber of fibers)
        fiber().then(() => {
          left--;
          // The last one hands its place back to the caller, so the count never touches zero in between.
          if (left === 0) resolve();
          else this.#leave();
        }, reject);
    });
  }

  #leave(): void {
    this.#runnable--;
    if (this.#runnable === 0) this.#becomeIdle();
  }
}
