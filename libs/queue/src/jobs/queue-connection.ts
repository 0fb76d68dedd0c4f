/*
 * The one connection for jobs and epochs, and whether what is in that Redis can be relied on. What always holds:
 *   - a command is sent only while it can be, and whoever sends it is answered within COMMAND_MS;
 *   - it is 'ok' only while a fit Redis takes writes and holds the marker that rebuilt() wrote: a Redis that came back
 *     empty, or is another one, does not have it;
 *   - one probe at a time, at most one reconnection each PROBE_MS.
 */
import type { Redis } from 'ioredis';
import type { ComponentHealth } from '#contracts/agent';
import { Unavailable } from '#contracts/errors';
import { patientRedisClient } from '../redis/client.js';
import { isRefusal } from '../redis/script.js';
import { judgeServer } from '../redis/server.js';

const COMMAND_MS = 2000;
const PROBE_MS = 2000;
const PROBE_SECONDS = 60;
const MOST_UNANSWERED = 4096;
const WAITING = 'no cleanup is done until then; measuring goes on.';

export interface QueueConnectionOptions {
  readonly url: string;
  readonly chance: () => number;
  readonly prefix: string;
  readonly onHealth: (health: ComponentHealth) => void;
  /** A fit Redis was connected to; fill it again if need be. */
  readonly onConnected: () => void;
  /** The marker is gone while connected. */
  readonly onEmptied: () => void;
}

type State =
  /** Not asked, or not answered. */
  | { readonly kind: 'Away' | 'Unfit'; readonly reason: string; readonly failed?: boolean }
  | { readonly kind: 'Emptied' }
  | { readonly kind: 'Ok' };

export class QueueConnection implements AsyncDisposable {
  readonly redis: Redis;
  readonly #options: QueueConnectionOptions;
  #state: State = { kind: 'Away', reason: 'Redis was not reached yet' };
  #told = '';
  #probing = false;
  #timer: NodeJS.Timeout | undefined;
  #unanswered = 0;
  /** The marker that was seen or written last: another one is another Redis' or another controller's. */
  #marker: string | null = null;
  #isNew = true;
  #over = false;

  constructor(options: QueueConnectionOptions) {
    this.#options = options;
    this.redis = patientRedisClient(options.url, options.chance);
    this.redis.on('ready', () => {
      this.#isNew = true;
      void this.#probe();
    });
    this.redis.on('close', () => this.#away('The connection to Redis is lost'));
    this.redis.on('error', (error: Error) => this.#away(`Redis does not answer (${error.message})`));
    this.#schedule();
  }

  health(): ComponentHealth {
    const component = 'queue';
    switch (this.#state.kind) {
      case 'Ok':
        return { component, state: 'ok' };
      case 'Emptied':
        return {
          component,
          state: 'degraded',
          reason: `Redis is empty and is being filled again; ${WAITING}`,
        };
      case 'Away':
      case 'Unfit': {
        const { failed, reason } = this.#state;
        return { component, state: failed === true ? 'failed' : 'degraded', reason: `${reason}; ${WAITING}` };
      }
    }
  }

  /** @throws {Unavailable} when it cannot be asked, does not answer in time, or says no */
  async ask<T>(what: () => Promise<T>): Promise<T> {
    const { kind } = this.#state;
    if (kind === 'Away' || kind === 'Unfit' || this.#unanswered >= MOST_UNANSWERED)
      throw new Unavailable(
        this.health().reason ?? 'Too many questions to Redis wait for an answer; try again.',
      );
    this.#unanswered += 1;
    const answer = what();
    const settled = (): void => void (this.#unanswered -= 1);
    answer.then(settled, settled);
    try {
      return await inTime(answer);
    } catch (cause) {
      this.#failed(cause);
      throw new Unavailable(`Redis: ${String(cause)}`, { cause });
    }
  }

  /** Everything is in the queue again. @throws {Unavailable} */
  async rebuilt(): Promise<void> {
    const marker = this.#marker ?? Math.floor(this.#options.chance() * 2 ** 48).toString(36);
    await this.ask(() => this.redis.set(this.#markerKey, marker));
    this.#marker = marker;
    if (this.#state.kind === 'Emptied') this.#become({ kind: 'Ok' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    clearTimeout(this.#timer);
    this.redis.removeAllListeners();
    this.redis.on('error', () => undefined);
    this.redis.disconnect();
    return Promise.resolve();
  }

  get #markerKey(): string {
    return `${this.#options.prefix}marker`;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#recover();
      void this.#probe();
      this.#schedule();
    }, PROBE_MS);
    this.#timer.unref();
  }

  // A server that took the connection and says nothing is left; one that is being waited for is not disturbed.
  #recover(): void {
    if (this.#state.kind !== 'Away') return;
    const { status } = this.redis;
    if (status === 'connect' || (status === 'ready' && this.#probing)) this.redis.disconnect(true);
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.redis.status !== 'ready' || this.#over) return;
    this.#probing = true;
    const answer = this.#readMarker();
    // One that comes too late ends the probe, and the next one is asked.
    const ended = (): void => void (this.#probing = false);
    answer.then(ended, ended);
    try {
      this.#judge(await inTime(answer));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #readMarker(): Promise<{ readonly info: string; readonly marker: string | null }> {
    const info = await this.redis.info();
    if (judgeServer(info).kind !== 'Fit') return { info, marker: null };
    await this.redis.set(`${this.#options.prefix}probe`, '1', 'EX', PROBE_SECONDS);
    return { info, marker: await this.redis.get(this.#markerKey) };
  }

  #judge({ info, marker }: { readonly info: string; readonly marker: string | null }): void {
    if (this.#over) return;
    const verdict = judgeServer(info);
    if (verdict.kind !== 'Fit') {
      this.#become({ kind: 'Unfit', reason: verdict.reason, failed: verdict.kind === 'TooOld' });
      return;
    }
    const isSame = marker !== null && (this.#marker === null || this.#marker === marker);
    if (isSame) this.#marker = marker;
    const wasEmptied = this.#state.kind === 'Emptied';
    this.#become({ kind: isSame ? 'Ok' : 'Emptied' });
    if (this.#isNew) this.#options.onConnected();
    else if (!isSame && !wasEmptied) this.#options.onEmptied();
    this.#isNew = false;
  }

  #failed(error: unknown): void {
    if (isRefusal(error)) this.#become({ kind: 'Unfit', reason: `Redis refuses (${error.message})` });
    else this.#away(`Redis does not answer (${String(error)})`);
  }

  #away(reason: string): void {
    if (!this.#over) this.#become({ kind: 'Away', reason });
  }

  #become(state: State): void {
    this.#state = state;
    const health = this.health();
    const text = `${health.state} ${state.kind}`;
    if (text === this.#told) return;
    this.#told = text;
    this.#options.onHealth(health);
  }
}

/** @throws {Unavailable} after COMMAND_MS; what was asked may still happen */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Unavailable(`no answer within ${COMMAND_MS} ms`)),
    COMMAND_MS,
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
