/**
 * Counts runnable fibers exactly, in two primitives. A fiber is an async function; it is runnable unless it is suspended.
 * When the count reaches zero, `onIdle` is called synchronously: time may move on.
 */
export class Fibers {
  #runnable = 0;
  readonly #onIdle: () => void;

  constructor(onIdle: () => void) {
    this.#onIdle = onIdle;
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
        resolve(value);
      });
      if (this.#runnable === 0) this.#onIdle();
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
    if (this.#runnable === 0) this.#onIdle();
  }
}
