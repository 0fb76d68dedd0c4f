/*
 * A signal that aborts with its parent, and by itself when what it limits takes too long. For what becomes unlimited
 * later: a watch whose beginning is a list.
 */
import { Stalled } from '#contracts/errors';

export class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #end = (): void => this.#controller.abort(this.#parent.reason);
  #timer: NodeJS.Timeout | null = null;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    if (parent.aborted) this.#end();
    parent.addEventListener('abort', this.#end, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  limit(ms: number): void {
    this.#timer = setTimeout(
      () => this.#controller.abort(new Stalled(`Not all was read within ${ms} ms.`)),
      ms,
    );
  }

  release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  [Symbol.dispose](): void {
    this.release();
    this.#parent.removeEventListener('abort', this.#end);
    this.#controller.abort();
  }
}
