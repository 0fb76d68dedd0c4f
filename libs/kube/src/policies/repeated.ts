/*
 * Work that is done when somebody says so: one at a time, once more when it was said meanwhile, and again after a while
 * when it did not succeed.
 */
const AGAIN_AFTER_MS = 5000;

export class Repeated implements AsyncDisposable {
  readonly #work: () => Promise<boolean>;
  #running: Promise<void> | null = null;
  #isWanted = false;
  #ended = false;
  #timer: NodeJS.Timeout | null = null;

  /** @param work true: it succeeded; never throws */
  constructor(work: () => Promise<boolean>) {
    this.#work = work;
  }

  /** Resolves when it was done after this was called. */
  async now(): Promise<void> {
    this.#isWanted = true;
    this.#running ??= this.#run();
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    let isDone = true;
    while (this.#isWanted && !this.#ended) {
      this.#isWanted = false;
      isDone = await this.#work();
    }
    this.#running = null;
    if (!isDone) this.#later();
  }

  #later(): void {
    if (this.#ended || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.now();
    }, AGAIN_AFTER_MS).unref();
  }
}
