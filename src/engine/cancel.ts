export type CancelReason = 'stand-down' | 'unwind';

/** Thrown through a fiber whose part of the plan has been called off. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}

/** Thrown when a person (or the default) says that the plan goes no further; what was done stays done. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** What can be called off together. `finally` and unwinding run in a fresh scope, which nobody cancels. */
export class CancelScope {
  reason: CancelReason | null = null;
  readonly #listeners = new Map<object, { path: string; listener: () => void }>();

  cancel(reason: CancelReason): void {
    if (this.reason) return;
    this.reason = reason;
    // In order of path: the same on every stage, also after continue-as-new has set the listeners anew.
    const listeners = [...this.#listeners.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    for (const { listener } of listeners) listener();
  }

  check(): void {
    if (this.reason) throw new Cancelled(this.reason);
  }

  onCancel(path: string, listener: () => void): () => void {
    const key = {};
    this.#listeners.set(key, { path, listener });
    return () => this.#listeners.delete(key);
  }
}
