/*
 * The last report of each node in Redis, outliving the controller. Redis may vanish, come back empty or be another one at
 * any time: memory keeps the newest report of each node and writes all of them again after each connect.
 * A Redis that answers "no" (full, read-only, another type under our keys) is asked again on the same connection.
 * Bounded: at most one report per node waits (the newest), at most BATCH are written at once, every wait has a deadline.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import { Stalled } from '#contracts/errors';
import type { HotState, NodeReport } from '#contracts/report';
import { RedisTooOld } from '../redis/errors.js';
import { redisClient } from '../redis/client.js';
import { isRefusal } from '../redis/script.js';
import { tooOld } from '../redis/server.js';
import { decodeReport, encodeReport } from './report-codec.js';

export interface RedisHotStateOptions {
  /** `unix:///path`, `redis://…` or `rediss://…`. */
  readonly url: string;
  readonly chance: () => number;
  readonly clock?: Clock;
  /** Redis was lost or is back; for logs. */
  readonly onHealth?: (health: ComponentHealth) => void;
  readonly prefix?: string;
  readonly refusedPauseMs?: number;
}

const BATCH = 64;
const KEEP_SECONDS = 24 * 3600;
const MOST_NODES = 6000;
/** Encoding takes at most one part in so many of this thread; a busy cluster's copies grow older instead. */
const SHARE = 10;
const LONGEST_PAUSE_MS = 2000;
/** How long a Redis that refuses is left alone. */
const REFUSED_PAUSE_MS = 5000;
const PROBE_SECONDS = 60;

export class RedisHotState implements HotState, AsyncDisposable {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #onHealth: (health: ComponentHealth) => void;
  readonly #refusedPauseMs: number;
  readonly #readable = new Set<() => void>();
  #retry: NodeJS.Timeout | undefined;
  /** The newest report of each node: what is written again when Redis comes back. In order of arrival. */
  readonly #newest = new Map<string, NodeReport>();
  readonly #unwritten = new Set<string>();
  #writing: Promise<void> | null = null;
  /** Resolves when it is known for the first time whether Redis can be used. */
  readonly #known = Promise.withResolvers<undefined>();
  #tooOld: RedisTooOld | null = null;
  #told: ComponentHealth['state'] | null = null;
  #usable = false;
  #health: ComponentHealth = { component: 'redis', state: 'degraded', reason: 'Not connected yet.' };

  constructor(options: RedisHotStateOptions) {
    this.#redis = redisClient(options.url, options.chance);
    this.#clock = options.clock ?? systemClock;
    this.#prefix = options.prefix ?? 'memwarden:';
    this.#onHealth = options.onHealth ?? (() => undefined);
    this.#refusedPauseMs = options.refusedPauseMs ?? REFUSED_PAUSE_MS;
    this.#redis.on('ready', () => void this.#connected());
    this.#redis.on('close', () => {
      clearTimeout(this.#retry);
      // Why it could not be used before is still the better reason.
      if (this.#usable) this.#lost('The connection to Redis is lost');
    });
    this.#redis.on('error', (error: Error) => {
      this.#lost(`Redis does not answer (${error.message})`);
    });
  }

  /**
   * Connects. A Redis that is not there is not an error: it is looked for from then on.
   * @throws {RedisTooOld}
   */
  async start(): Promise<void> {
    await this.#redis.connect().catch(() => undefined);
    await this.#known.promise;
    if (this.#tooOld !== null) throw this.#tooOld;
  }

  /** Keeps the newest of each node; resolves when it is written or superseded, or when Redis is away. Never rejects. */
  put(report: NodeReport): Promise<void> {
    const { node } = report.ledger;
    this.#newest.delete(node);
    this.#newest.set(node, report);
    this.#unwritten.add(node);
    this.#forgetOldest();
    return this.#write();
  }

  /** What is there and can be read. Empty when Redis is away: agents refill it. */
  async all(): Promise<readonly NodeReport[]> {
    if (!this.#usable) return [];
    try {
      const nodes = (await this.#redis.smembers(this.#indexKey)).slice(0, MOST_NODES);
      const reports: NodeReport[] = [];
      for (let at = 0; at < nodes.length; at += BATCH)
        reports.push(...(await this.#read(nodes.slice(at, at + BATCH))));
      return reports;
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  health(): ComponentHealth {
    return this.#health;
  }

  onReadable(callback: () => void): void {
    this.#readable.add(callback);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#usable = false;
    this.#readable.clear();
    clearTimeout(this.#retry);
    this.#over.abort();
    await this.#writing;
    this.#redis.removeAllListeners();
    this.#redis.on('error', () => undefined);
    this.#redis.disconnect();
  }

  get #indexKey(): string {
    return `${this.#prefix}nodes`;
  }

  #reportKey(node: string): string {
    return `${this.#prefix}report:${node}`;
  }

  async #connected(): Promise<void> {
    try {
      await this.#checkVersion();
      await this.#checkUse();
    } catch (error) {
      if (error instanceof RedisTooOld) this.#refuse(error);
      else this.#failed(error);
      return;
    }
    if (this.#over.signal.aborted) return;
    this.#usable = true;
    this.#setHealth({ component: 'redis', state: 'ok' });
    for (const callback of this.#readable) callback();
    for (const node of this.#newest.keys()) this.#unwritten.add(node);
    // Not waited for: a start need not be as slow as what is written.
    void this.#write();
  }

  #refuse(error: RedisTooOld): void {
    this.#tooOld = error;
    this.#unusable('failed', error.message);
  }

  /** @throws {RedisTooOld} */
  async #checkVersion(): Promise<void> {
    const info = await this.#redis.info('server');
    const old = tooOld(info);
    if (old !== null) throw new RedisTooOld(old);
  }

  /** Whether it takes what will be written and has what will be read, before anybody is told that all is well. */
  async #checkUse(): Promise<void> {
    const probe = this.#redis.pipeline().set(`${this.#prefix}probe`, '1', 'EX', PROBE_SECONDS);
    throwFailure(await probe.scard(this.#indexKey).exec());
  }

  // One writer at a time: what comes meanwhile is coalesced into its next round.
  #write(): Promise<void> {
    if (!this.#usable) return Promise.resolve();
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Reports of one turn of the loop go together.
    await new Promise(setImmediate);
    while (this.#usable && this.#unwritten.size > 0) await this.#writeRound();
  }

  async #writeRound(): Promise<void> {
    const nodes = [...this.#unwritten].slice(0, BATCH);
    for (const node of nodes) this.#unwritten.delete(node);
    try {
      const tookMs = await this.#writeBatch(nodes);
      if (this.#unwritten.size > 0) await this.#rest(tookMs);
    } catch (error) {
      for (const node of nodes) this.#unwritten.add(node);
      this.#failed(error);
    }
  }

  async #rest(workedMs: number): Promise<void> {
    const ms = Math.min(LONGEST_PAUSE_MS, workedMs * (SHARE - 1));
    // Being disposed of ends the rest early.
    await pause(ms, undefined, { signal: this.#over.signal }).catch(() => undefined);
  }

  /** @returns how long this thread was busy with it */
  async #writeBatch(nodes: readonly string[]): Promise<number> {
    const startMs = this.#clock.monotonicMs();
    const pipeline = this.#redis.pipeline().sadd(this.#indexKey, ...nodes);
    for (const node of nodes) {
      const report = this.#newest.get(node);
      if (report !== undefined) pipeline.set(this.#reportKey(node), encodeReport(report), 'EX', KEEP_SECONDS);
    }
    const workedMs = this.#clock.monotonicMs() - startMs;
    throwFailure(await pipeline.exec());
    return workedMs;
  }

  async #read(nodes: readonly string[]): Promise<readonly NodeReport[]> {
    const values = await this.#redis.mgetBuffer(...nodes.map((node) => this.#reportKey(node)));
    const expired = nodes.filter((_, i) => values[i] === null);
    if (expired.length > 0) await this.#redis.srem(this.#indexKey, ...expired);
    return values.flatMap((value, i) => {
      const report = value === null ? null : decodeReport(value);
      return report === null || report.ledger.node !== nodes[i] ? [] : [report];
    });
  }

  #forgetOldest(): void {
    for (const node of this.#newest.keys()) {
      if (this.#newest.size <= MOST_NODES) return;
      this.#newest.delete(node);
      this.#unwritten.delete(node);
    }
  }

  // A command that timed out says nothing of the next one: only a new connection does. A refusal says that it answers.
  #failed(error: unknown): void {
    if (isRefusal(error)) {
      this.#refused(error);
      return;
    }
    this.#lost(`Redis does not answer (${String(error)})`);
    this.#redis.disconnect(true);
  }

  #refused(error: Error): void {
    this.#lost(`Redis refuses (${error.message})`);
    clearTimeout(this.#retry);
    if (this.#over.signal.aborted) return;
    this.#retry = setTimeout(() => void this.#connected(), this.#refusedPauseMs);
  }

  #lost(what: string): void {
    this.#unusable(
      'degraded',
      `${what}; it is tried again by itself. Until then a restarted controller shows only nodes whose agents are connected.`,
    );
  }

  #unusable(state: 'degraded' | 'failed', reason: string): void {
    this.#usable = false;
    this.#setHealth({ component: 'redis', state, reason });
  }

  #setHealth(health: ComponentHealth): void {
    const changed = this.#told !== health.state;
    this.#told = health.state;
    this.#health = health;
    this.#known.resolve(undefined);
    if (changed) this.#onHealth(health);
  }
}

type Results = readonly (readonly [error: Error | null, result: unknown])[];

function throwFailure(results: Results | null): void {
  const failure =
    results === null ? new Stalled('Redis dropped a write.') : results.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
}
