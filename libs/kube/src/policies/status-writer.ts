/*
 * Status of objects as this process wants it, written when it is another than the server has: at once when it is the first
 * in a while, else at the end of the pause. Only the newest is written, and what a person writes over it is put right. The
 * whole status is replaced, not applied: nobody else owns a part of it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { InvalidValue } from '#contracts/errors';
import type { Leadership } from '#contracts/leadership';
import { Conflict, keyOf, type StoredObject } from '#contracts/store';
import type { KubeClient } from '../client/kube-client.js';
import { apiVersionOf, type ResourceType } from '../client/resource-type.js';
import { memberOf } from '../store/kept.js';

export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly leadership: Leadership;
  /** As the server has it; null: it is not there. */
  readonly current: (key: string) => { readonly object: StoredObject; readonly status: unknown } | null;
  readonly written: (raw: StoredObject) => void;
  /** Between two writes of one object. */
  readonly everyMs: number;
}

interface Wanted {
  readonly status: object;
  /** What the server made of it, when it was written. */
  readonly became: unknown;
}

/** After a refusal nothing is better a moment later. */
const REFUSED_PAUSES = 12;

export class StatusWriter implements AsyncDisposable {
  readonly #options: StatusWriterOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #failed = new Map<string, string>();
  readonly #stop = new AbortController();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Null: all are written, or will be. */
  get problem(): string | null {
    const [first] = this.#failed;
    return first === undefined ? null : `the status of ${first.join(' cannot be written: ')}`;
  }

  want(key: string, status: object): void {
    const before = this.#wanted.get(key);
    if (before === undefined || !isDeepStrictEqual(before.status, status))
      this.#wanted.set(key, { status, became: undefined });
    this.look(key);
  }

  /** The object may have changed. */
  look(key: string): void {
    if (this.#working.has(key) || !this.#isDue(key)) return;
    const work = this.#work(key).finally(() => this.#working.delete(key));
    this.#working.set(key, work);
  }

  lookAtAll(): void {
    for (const key of this.#wanted.keys()) this.look(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#working.values());
  }

  #isDue(key: string): boolean {
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || !this.#options.leadership.isLeader || this.#stop.signal.aborted) return false;
    const current = this.#options.current(key);
    if (current === null) {
      this.#wanted.delete(key);
      this.#failed.delete(key);
      return false;
    }
    const { status } = current;
    return (
      !isDeepStrictEqual(status, wanted.status) && !isDeepStrictEqual(status, wanted.became ?? wanted.status)
    );
  }

  async #work(key: string): Promise<void> {
    while (this.#isDue(key)) {
      const pauses = await this.#once(key);
      try {
        await pause(this.#options.everyMs * pauses, undefined, { signal: this.#stop.signal, ref: false });
      } catch {
        return;
      }
    }
  }

  /** For how many pauses nothing more is written. */
  async #once(key: string): Promise<number> {
    const wanted = this.#wanted.get(key);
    const current = this.#options.current(key);
    if (wanted === undefined || current === null) return 1;
    try {
      await this.#write(key, current.object, wanted);
      this.#failed.delete(key);
      return 1;
    } catch (error) {
      // The newest version is on its way by the watch.
      if (error instanceof Conflict) return 1;
      this.#failed.set(key, error instanceof Error ? error.message : String(error));
      return error instanceof InvalidValue ? REFUSED_PAUSES : 1;
    }
  }

  async #write(key: string, object: StoredObject, wanted: Wanted): Promise<void> {
    const { client, type, written } = this.#options;
    const { creationTimestamp: _c, generation: _g, ...metadata } = object.metadata;
    const body = { apiVersion: apiVersionOf(type), kind: type.kind, metadata, status: wanted.status };
    const options = { subresource: 'status', priority: 'status' } as const;
    const raw: StoredObject = await client.update(type, body, options);
    if (this.#wanted.get(keyOf(object.metadata)) === wanted)
      this.#wanted.set(key, { status: wanted.status, became: memberOf(raw, 'status') });
    written(raw);
  }
}
