/*
 * Those who want to be told of changes, each by itself: what one does wrong is its own defect, surfaces by itself and takes
 * nothing from the others.
 */
export class Listeners<C> {
  readonly #callbacks = new Set<(change: C) => void>();

  add(callback: (change: C) => void): Disposable {
    const own = (change: C): void => callback(change);
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  tell(change: C): void {
    for (const callback of this.#callbacks) {
      try {
        callback(change);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
