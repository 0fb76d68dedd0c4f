/*
 * Told when another replica is to be asked from now on: whoever serves a stream of this one ends it, and its reader finds
 * the other one.
 */
export class Handover {
  readonly #callbacks = new Set<() => void>();

  onHandover(callback: () => void): Disposable {
    const own = (): void => callback();
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  tell(): void {
    for (const callback of this.#callbacks) callback();
  }
}
