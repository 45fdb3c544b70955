/** What has been opened, closed in the reverse order: at the end, or when opening the next thing fails. */
export class Closing {
  readonly #steps: { what: string; close: () => Promise<unknown> | unknown }[] = [];
  #closed: Promise<void> | null = null;

  add(what: string, close: () => Promise<unknown> | unknown): void {
    this.#steps.push({ what, close });
  }

  /** Everything is tried; what failed is said at the end. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    const failures: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        failures.push(`${step.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (failures.length > 0) throw new Error(`not everything could be closed: ${failures.join('; ')}`);
  }
}
