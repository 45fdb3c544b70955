type Entry = { time: number; path: string; order: number; fire: (() => void) | null };

/** What is due when, ordered by (scenario time, path, order of entry). A binary heap; a cancelled entry is dropped when it comes up. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;

  add(time: number, path: string, fire: () => void): () => void {
    const entry: Entry = { time, path, order: this.#order++, fire };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return () => {
      entry.fire = null;
    };
  }

  /** The time of the next entry, or null when nothing is due any more. */
  nextTime(): number | null {
    while (this.#heap[0] && this.#heap[0].fire === null) this.#pop();
    return this.#heap[0]?.time ?? null;
  }

  /** Takes the next entry off. Call after `nextTime()` said that there is one. */
  take(): { time: number; fire: () => void } | null {
    if (this.nextTime() === null) return null;
    const { time, fire } = this.#pop();
    return { time, fire: fire as () => void };
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length > 0) {
      heap[0] = last;
      this.#down(0);
    }
    return first;
  }

  #up(start: number): void {
    const heap = this.#heap;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent] as Entry, heap[i] as Entry)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(start: number): void {
    const heap = this.#heap;
    let i = start;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && before(heap[child] as Entry, heap[least] as Entry)) least = child;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as Entry, heap[a] as Entry];
  }
}

function before(a: Entry, b: Entry): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.path !== b.path) return a.path < b.path;
  return a.order < b.order;
}
