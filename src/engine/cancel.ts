/** What `on-failure` of a try may know of what failed. `step`: its id. */
export type Failure = { step: string; code: string; message: string };

export type CancelReason = 'stand-down' | 'unwind';
/** Why one branch of a `parallel` is called off, as people read it. */
export type BranchCalledOff = 'another branch came first' | 'another branch failed';

/** Thrown through a fiber whose part of the plan has been called off. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}

/** Thrown when a person (or the default) says that the plan goes no further; what was done stays done. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** Thrown out of the blocks of a `try` whose step has failed, up to its `on-failure`. */
export class Abandoned extends Error {
  override name = 'Abandoned';
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The ways out of a block other than its end. */
export type Thrown = Cancelled | Stopped | Abandoned;
export const isThrown = (error: unknown): error is Thrown =>
  error instanceof Cancelled || error instanceof Stopped || error instanceof Abandoned;

/** What can be called off together. `finally` and unwinding run in a fresh scope, which nobody cancels. */
export class CancelScope {
  reason: CancelReason | BranchCalledOff | null = null;
  /** The scope that this one is a part of, outermost: itself, unless it is a branch's. */
  readonly root: CancelScope;
  readonly #listeners = new Map<object, { path: string; listener: () => void }>();

  constructor(root?: CancelScope) {
    this.root = root ?? this;
  }

  /** A part of it, which can also be called off by itself, and may have been: `reason`. `leave` when the part is over. */
  part(path: string, reason: CancelScope['reason']): { scope: CancelScope; leave: () => void } {
    const scope = new CancelScope(this.root);
    scope.reason = reason ?? this.reason;
    const leave = this.onCancel(path, () => this.reason && scope.cancel(this.reason));
    return { scope, leave };
  }

  cancel(reason: CancelReason | BranchCalledOff): void {
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
