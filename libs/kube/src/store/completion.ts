/*
 * Objects without a status get theirs, by the process that leads: when they appear, when it begins to lead, and again after
 * a while where it failed. One at a time, so that a flood of them takes no more than its share of the rate.
 */
import { Conflict, keyOf, type StoredObject } from '#contracts/store';
import { NotFound } from '#contracts/errors';
import type { Leadership } from '#contracts/leadership';
import type { Informer } from '../watch/informer.js';
import type { Kept } from './kept.js';

export interface CompletionOptions {
  readonly informer: Pick<Informer<Kept<StoredObject>>, 'list' | 'onChange'>;
  readonly leadership: Leadership;
  readonly complete: (key: string) => Promise<void>;
}

const AGAIN_AFTER_MS = 5000;

export class Completion implements Disposable {
  readonly #options: CompletionOptions;
  readonly #waiting = new Set<string>();
  readonly #listeners: Disposable[];
  readonly #failed = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #isWorking = false;
  #ended = false;

  constructor(options: CompletionOptions) {
    this.#options = options;
    this.#listeners = [
      options.informer.onChange(({ kind, object }) => {
        const key = keyOf(object.metadata);
        if (kind !== 'Deleted' && object.is === 'Half') this.#add(key);
        else this.#failed.delete(key);
      }),
      options.leadership.onChange(() => this.#lookAgain()),
    ];
  }

  /** Null: none has waited in vain. */
  get problem(): string | null {
    const [first] = this.#failed;
    if (first === undefined) return null;
    return `${this.#failed.size} objects have no status yet, and it cannot be written: ${first.join(': ')}`;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    for (const listener of this.#listeners) listener[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #lookAgain(): void {
    for (const kept of this.#options.informer.list()) if (kept.is === 'Half') this.#add(keyOf(kept.metadata));
  }

  #add(key: string): void {
    if (!this.#options.leadership.isLeader) return;
    this.#waiting.add(key);
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (const key of this.#waiting) {
      this.#waiting.delete(key);
      if (this.#ended || !this.#options.leadership.isLeader) continue;
      await this.#one(key);
    }
    this.#isWorking = false;
  }

  async #one(key: string): Promise<void> {
    try {
      await this.#options.complete(key);
      this.#failed.delete(key);
    } catch (error) {
      // Another version comes by the watch, and it is looked at then.
      if (error instanceof Conflict || error instanceof NotFound) return;
      this.#failed.set(key, error instanceof Error ? error.message : String(error));
      this.#later();
    }
  }

  #later(): void {
    if (this.#timer !== null || this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#lookAgain();
    }, AGAIN_AFTER_MS).unref();
  }
}
