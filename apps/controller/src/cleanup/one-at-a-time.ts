/*
 * Work under one name never overlaps; work under two names does. Nothing is remembered of a name that nobody works on.
 */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  get busy(): number {
    return this.#last.size;
  }

  /** Resolves or rejects as `work` does. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    // Whoever comes next only wants to know that this one is over.
    const over = mine.catch(() => undefined);
    this.#last.set(name, over);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === over) this.#last.delete(name);
    }
  }

  /** When nobody works any more. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
