/*
 * The pause between two tries to follow the API server: none worth naming after one that brought news, then doubling, with
 * chance in it so that replicas do not come together. Short at its longest: a server that is back is found in seconds.
 */
import { setTimeout as wait } from 'node:timers/promises';

const FIRST_MS = 100;
const LONGEST_MS = 5000;

export class Backoff {
  readonly #chance: () => number;
  readonly #signal: AbortSignal;
  #tries = 0;

  constructor(chance: () => number, signal: AbortSignal) {
    this.#chance = chance;
    this.#signal = signal;
  }

  /** @param hadNews the last try brought something. Returns at once when the signal aborts. */
  async pause(hadNews: boolean): Promise<void> {
    this.#tries = hadNews ? 0 : this.#tries + 1;
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + this.#chance() / 2);
    try {
      await wait(ms, undefined, { signal: this.#signal, ref: false });
    } catch {
      // The signal: whoever waits sees it.
    }
  }
}
