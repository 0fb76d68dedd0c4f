/*
 * Says in Events what happened to findings, cleanups, pods and nodes. Whoever records neither waits nor fails: what is
 * said waits in a bounded line, and goes out one by one at a bounded rate, after everything that somebody waits for.
 */
import { randomBytes } from 'node:crypto';
import { NotFound } from '#contracts/errors';
import type { Clock } from '#contracts/clock';
import { AlreadyExists, Forbidden, Rejected } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';
import { eventBody, eventName, eventNamespace, seriesBody, type Reporter } from './event-body.js';
import { EventLine, type KubeEvent, type SaidEvent } from './event-line.js';

const EVENTS: ResourceType = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  isNamespaced: true,
};

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'patch'>;
  readonly clock: Clock;
  /** The pod's name. */
  readonly instance: string;
  /** memwarden.dev/controller */
  readonly controller?: string;
  /** Hears of every write that failed; what was said is tried three times. */
  readonly onFailure: (error: unknown) => void;
}

const CAPACITY = 1000;
/** Five a second in the long run. */
const PAUSE_MS = 200;
const PAUSE_AFTER_FAILURE_MS = 10_000;
const IDLE_MS = 5_000;
const WRITE_WITHIN_MS = 5_000;
const LAST_WORDS_WITHIN_MS = 2_000;

export class EventRecorder implements AsyncDisposable {
  readonly #options: EventRecorderOptions;
  readonly #reporter: Reporter;
  readonly #line = new EventLine({ capacity: CAPACITY });
  #timer: NodeJS.Timeout | null = null;
  #timerMs = Infinity;
  #writing: Promise<void> | null = null;
  #notBeforeMs = -Infinity;
  #isStopped = false;

  constructor(options: EventRecorderOptions) {
    const { instance, controller = 'memwarden.dev/controller' } = options;
    this.#options = options;
    this.#reporter = { controller, instance };
  }

  /** How many were never said. */
  get dropped(): number {
    return this.#line.dropped;
  }

  record(event: KubeEvent): void {
    if (this.#isStopped) return;
    const { clock } = this.#options;
    this.#line.add(event, { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() });
    this.#writeIn(0);
  }

  /** Says what is left as far as that goes within two seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#writing;
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + LAST_WORDS_WITHIN_MS;
    for (let next = this.#next(true); next !== null; next = this.#next(true)) {
      const leftMs = Math.ceil(deadlineMs - clock.monotonicMs());
      if (leftMs <= 0 || !(await this.#write(next, leftMs))) return;
    }
  }

  #next(isLast: boolean): SaidEvent | null {
    return this.#line.next(this.#options.clock.monotonicMs(), isLast);
  }

  // One timer, at the earliest time that was asked for.
  #writeIn(ms: number): void {
    if (this.#isStopped || this.#writing !== null) return;
    const nowMs = this.#options.clock.monotonicMs();
    const atMs = Math.max(nowMs + ms, this.#notBeforeMs);
    if (this.#timer !== null && this.#timerMs <= atMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerMs = atMs;
    this.#timer = setTimeout(() => this.#writeNext(), atMs - nowMs).unref();
  }

  #writeNext(): void {
    this.#timer = null;
    const next = this.#next(false);
    if (next === null) {
      if (this.#line.size > 0) this.#writeIn(IDLE_MS);
      return;
    }
    this.#writing = this.#write(next, WRITE_WITHIN_MS).then((isWritten) => {
      this.#writing = null;
      const pauseMs = isWritten ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS;
      this.#notBeforeMs = this.#options.clock.monotonicMs() + pauseMs;
      this.#writeIn(pauseMs);
    });
  }

  async #write(said: SaidEvent, timeoutMs: number): Promise<boolean> {
    const { clock, onFailure } = this.#options;
    const { count } = said;
    try {
      const name =
        said.name === null
          ? await this.#create(said, timeoutMs)
          : await this.#patch(said, said.name, timeoutMs);
      if (name === null) this.#line.gone(said);
      else this.#line.written(said, name, count, clock.monotonicMs());
      return true;
    } catch (error) {
      // What is refused for itself says nothing about the next.
      const isFinal = isRefused(error);
      this.#line.failed(said, isFinal);
      onFailure(error);
      return isFinal;
    }
  }

  async #create(said: SaidEvent, timeoutMs: number): Promise<string> {
    const { client } = this.#options;
    const name = eventName(said.event.regarding, randomBytes(8).toString('hex'));
    await client.create(EVENTS, eventBody(said, name, this.#reporter), { priority: 'status', timeoutMs });
    return name;
  }

  /** Null: it is there no longer. */
  async #patch({ event, count, last }: SaidEvent, name: string, timeoutMs: number): Promise<string | null> {
    const ref = { name, namespace: eventNamespace(event.regarding) };
    try {
      const options = { kind: 'merge', priority: 'status', timeoutMs } as const;
      await this.#options.client.patch(EVENTS, ref, seriesBody(count, last.wallMs), options);
      return name;
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }
}

/** Its namespace is going, it is not taken, or not from us. */
function isRefused(error: unknown): boolean {
  return [NotFound, Forbidden, Rejected, AlreadyExists].some((kind) => error instanceof kind);
}
