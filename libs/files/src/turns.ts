/*
 * Work that must never overlap: one after the other, in the order it was asked for.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async alone<R>(work: () => Promise<R>): Promise<R> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** What was asked for until now is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
