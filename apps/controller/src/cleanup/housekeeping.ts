/*
 * What is looked at now and then although nobody said anything: whether circumstances changed, and what is to be let go.
 * One timer, never two rounds at once.
 */
export interface Chore {
  readonly everyMs: number;
  /** Rejections are told to onFailure. */
  readonly run: () => Promise<void> | void;
}

const TICK_MS = 1000;

export class Housekeeping implements AsyncDisposable {
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();
  #elapsedMs = 0;
  #ended = false;

  constructor(
    private readonly chores: readonly Chore[],
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#elapsedMs += TICK_MS;
      this.#round = this.#run().finally(() => {
        this.start();
      });
    }, TICK_MS).unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#round;
  }

  async #run(): Promise<void> {
    for (const { everyMs, run } of this.chores) {
      if (this.#elapsedMs % everyMs !== 0) continue;
      try {
        await run();
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}
