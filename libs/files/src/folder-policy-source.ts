/*
 * Policies from a folder of YAML and JSON files, followed as they are edited. An edit that is not accepted is reported
 * and leaves the last good generation in force, across restarts: generations are kept in the state dir.
 *   A file that is removed takes its policies with it. A folder that is missing has no policies in force, and what was
 *   kept waits for it; a folder that cannot be read leaves everything as it was.
 */
import { watch, type FSWatcher } from 'node:fs';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import type { PolicySource, SourcedPolicy, StoredObject } from '#contracts/store';
import type { Codec } from '#contracts/codec';
import type { Disk } from './disk.js';
import { identityOf, type PolicyParser } from './policy-file.js';
import { PolicyFolder, type Look } from './policy-folder.js';
import { PolicyGenerations } from './policy-generations.js';
import { Turns } from './turns.js';

export interface FolderPolicySourceOptions<T> {
  readonly folder: string;
  /** Where generations are kept. */
  readonly stateFolder: string;
  readonly parse: PolicyParser<T & StoredObject>;
  /** Of what is kept. */
  readonly codec: Codec<T>;
  readonly clock?: Clock;
  readonly disk?: Disk;
  /** From a change to the look at it, and between two looks at a file that changes; 200. */
  readonly settleMs?: number;
  /** Between looks when nothing is heard; 30,000. */
  readonly rescanMs?: number;
}

const MISSING_RESCAN_MS = 1000;

export class FolderPolicySource<T extends StoredObject> implements PolicySource<T>, AsyncDisposable {
  readonly #path: string;
  readonly #settleMs: number;
  readonly #rescanMs: number;
  readonly #folder: PolicyFolder<T>;
  readonly #generations: PolicyGenerations<T>;
  readonly #listeners = new Set<() => void>();
  readonly #turns = new Turns();
  #trouble: string | null = null;
  #watcher: { readonly watcher: FSWatcher; readonly of: string } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lookAtMs = Infinity;
  #ended = false;
  readonly #clock: Clock;

  private constructor(options: FolderPolicySourceOptions<T>, generations: PolicyGenerations<T>) {
    this.#path = options.folder;
    this.#clock = options.clock ?? systemClock;
    this.#settleMs = options.settleMs ?? 200;
    this.#rescanMs = options.rescanMs ?? 30_000;
    this.#folder = new PolicyFolder<T>(options.folder, options.parse, this.#clock);
    this.#generations = generations;
  }

  /** Resolves when every settled file was read. @throws {StoreUnavailable} when generations cannot be kept at all */
  static async open<T extends StoredObject>(
    options: FolderPolicySourceOptions<T>,
  ): Promise<FolderPolicySource<T>> {
    const source = new FolderPolicySource<T>(options, await PolicyGenerations.open<T>(options));
    await source.look();
    return source;
  }

  list(): readonly SourcedPolicy<T>[] {
    return this.#generations.list();
  }

  onChange(callback: () => void): Disposable {
    const listener = (): void => callback();
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  health(): ComponentHealth {
    const kept = this.#generations.health();
    return this.#trouble === null || kept.state !== 'ok'
      ? kept
      : { component: kept.component, state: 'degraded', reason: this.#trouble };
  }

  /** Looks now. */
  async look(): Promise<void> {
    await this.#turns.alone(async () => this.#look());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#listeners.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#watcher?.watcher.close();
    await this.#turns.idle();
    await this.#generations[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    if (this.#ended) return;
    await this.#follow();
    const found = await this.#folder.look();
    this.#trouble = troubleOf(found, this.#path);
    const applied = await this.#generations.apply(found);
    if (applied.changed) for (const listener of this.#listeners) tell(listener);
    if (found.kind === 'Read' && !found.isSettled) this.#lookIn(this.#settleMs);
    else
      this.#lookIn(
        found.kind === 'Read' && applied.isKept
          ? this.#rescanMs
          : Math.min(MISSING_RESCAN_MS, this.#rescanMs),
      );
  }

  /** Hears of changes in the folder that has the path now. */
  async #follow(): Promise<void> {
    const now = (await identityOf(this.#path))?.key.split(':', 2).join(':') ?? null;
    if (now === (this.#watcher?.of ?? null)) return;
    this.#watcher?.watcher.close();
    this.#watcher = null;
    if (now === null) return;
    try {
      const watcher = watch(this.#path, { persistent: false }, () => this.#lookIn(this.#settleMs));
      watcher.on('error', () => this.#lookIn(this.#settleMs));
      this.#watcher = { watcher, of: now };
    } catch {
      // Too many watches: what is edited is seen at the next look anyway.
    }
  }

  /** At the latest: a look that is due earlier stays. */
  #lookIn(ms: number): void {
    const atMs = this.#clock.monotonicMs() + ms;
    if (this.#ended || (this.#timer !== null && this.#lookAtMs <= atMs)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#lookAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.look();
    }, ms).unref();
  }
}

function troubleOf(found: Look<unknown>, path: string): string | null {
  if (found.kind === 'Missing') return `${path} is not there: no policy is in force until it is.`;
  if (found.kind === 'Unreadable')
    return `${path} cannot be read, policies stay as they were: ${found.reason}`;
  return found.ignored > 0 ? `${path} has too many files: ${found.ignored} are not read.` : null;
}

// What a listener does wrong is its own defect, and surfaces by itself.
function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
