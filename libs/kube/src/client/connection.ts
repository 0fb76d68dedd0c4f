/*
 * One pool of connections to one API server. Credentials are read anew every few seconds and whenever they are refused;
 * when CA or certificate are others, new requests go through a new pool, and the old one ends with its last request.
 */
import { isDeepStrictEqual } from 'node:util';
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '#contracts/clock';
import type { CredentialSource, Credentials } from './credentials.js';

export interface Route {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The kernel asks a peer that says nothing for so long; Node asks ten times, a second apart. */
const KEEP_ALIVE_AFTER_MS = 10_000;
const CONNECT_WITHIN_MS = 5000;
const READ_AGAIN_AFTER_MS = 5000;

export class Connection implements AsyncDisposable {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  #credentials: Credentials | null = null;
  #readAtMs = -Infinity;
  #agent: Agent | null = null;
  readonly #old = new Set<Agent>();

  constructor(source: CredentialSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** @param wereRefused the server did not take what was last read @throws {Unavailable} */
  async route(wereRefused = false): Promise<Route> {
    const nowMs = this.#clock.monotonicMs();
    if (wereRefused || this.#credentials === null || nowMs - this.#readAtMs > READ_AGAIN_AFTER_MS) {
      this.#take(await this.#read(wereRefused));
      this.#readAtMs = nowMs;
    }
    const { server, headers } = this.#credentials as Credentials;
    return { dispatcher: this.#agent as Agent, origin: server, headers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.destroy();
    await Promise.allSettled([...this.#old].map((agent) => agent.destroy()));
  }

  /** While a file is being replaced, what was read before is as good as it was. */
  async #read(wereRefused: boolean): Promise<Credentials> {
    try {
      return await this.#source.read(wereRefused);
    } catch (error) {
      if (this.#credentials === null) throw error;
      return this.#credentials;
    }
  }

  #take(next: Credentials): void {
    const before = this.#credentials;
    this.#credentials = next;
    if (this.#agent !== null && before?.server === next.server && isDeepStrictEqual(before.tls, next.tls))
      return;
    if (this.#agent !== null) this.#retire(this.#agent);
    this.#agent = new Agent({
      allowH2: false,
      connect: { ...next.tls, timeout: CONNECT_WITHIN_MS, keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS },
    });
  }

  #retire(agent: Agent): void {
    this.#old.add(agent);
    void agent.close().finally(() => this.#old.delete(agent));
  }
}
