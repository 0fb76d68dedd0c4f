/*
 * Looks at a policies folder. What a file holds is taken once the file has settled: it was the same in two looks, or
 * untouched for a while. A file is gone when two looks miss it, since editors take it away for a moment. Between looks
 * nothing is read again that did not change.
 */
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#contracts/clock';
import type { StoredObject } from '#contracts/store';
import { codeOf, reasonOf } from './failures.js';
import {
  identityOf,
  readPolicies,
  type FileIdentity,
  type ParsedPolicy,
  type PolicyParser,
} from './policy-file.js';

export interface PolicyFile<T> {
  readonly path: string;
  readonly documents: readonly ParsedPolicy<T>[];
}

/** What a look finds. `isSettled`: looking again soon would find the same, as far as can be seen. */
export type Look<T> =
  /** Files in byte order of their paths. */
  | {
      readonly kind: 'Read';
      readonly files: readonly PolicyFile<T>[];
      /** Files that are there and were never read yet. */
      readonly pending: readonly string[];
      readonly isSettled: boolean;
      readonly ignored: number;
    }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Unreadable'; readonly reason: string };

interface Seen<T> {
  readonly identity: FileIdentity | null;
  /** As last read; null: never yet. */
  readonly documents: readonly ParsedPolicy<T>[] | null;
  readonly isRead: boolean;
}

const SUFFIX = /\.(?:yaml|yml|json)$/;
const MOST_FILES = 1000;
const MOST_NAMES = 100_000;
const UNTOUCHED_MS = 2000;

export class PolicyFolder<T extends StoredObject> {
  readonly #path: string;
  readonly #parse: PolicyParser<T>;
  readonly #clock: Clock;
  #seen = new Map<string, Seen<T>>();

  constructor(path: string, parse: PolicyParser<T>, clock: Clock) {
    this.#path = path;
    this.#parse = parse;
    this.#clock = clock;
  }

  async look(): Promise<Look<T>> {
    const listed = await this.#names();
    if (!('names' in listed)) {
      if (listed.kind === 'Missing') this.#seen.clear();
      return listed;
    }
    const next = new Map<string, Seen<T>>();
    for (const name of listed.names) {
      const path = join(this.#path, name);
      const seen = await this.#lookAt(path);
      if (seen !== null) next.set(path, seen);
    }
    this.#keepMissed(next);
    this.#seen = next;
    return { ...this.#found(), ignored: listed.ignored };
  }

  #found(): Omit<Extract<Look<T>, { readonly kind: 'Read' }>, 'ignored'> {
    const seen = [...this.#seen].sort(([a], [b]) => byteOrder(a, b));
    const files = seen.flatMap(([path, { documents }]) => (documents === null ? [] : [{ path, documents }]));
    const pending = seen.flatMap(([path, { documents }]) => (documents === null ? [path] : []));
    return { kind: 'Read', files, pending, isSettled: seen.every(([, each]) => each.isRead) };
  }

  async #lookAt(path: string): Promise<Seen<T> | null> {
    const identity = await identityOf(path);
    if (identity === null) return null;
    const before = this.#seen.get(path);
    const isSame = before?.identity?.key === identity.key;
    if (before !== undefined && isSame && before.isRead) return before;
    const isUntouched = this.#clock.nowMs() - identity.changedAtMs > UNTOUCHED_MS;
    const documents = isSame || isUntouched ? await readPolicies(path, identity, this.#parse) : null;
    return { identity, documents: documents ?? before?.documents ?? null, isRead: documents !== null };
  }

  #keepMissed(next: Map<string, Seen<T>>): void {
    for (const [path, seen] of this.#seen) {
      if (!next.has(path) && seen.identity !== null)
        next.set(path, { ...seen, identity: null, isRead: false });
    }
  }

  async #names(): Promise<
    | { readonly names: readonly string[]; readonly ignored: number }
    | Exclude<Look<T>, { readonly kind: 'Read' }>
  > {
    const names: string[] = [];
    let ignored = 0;
    try {
      for await (const { name } of await opendir(this.#path)) {
        if (name.startsWith('.') || !SUFFIX.test(name)) continue;
        if (names.length < MOST_NAMES) names.push(name);
        else ignored += 1;
      }
      // Always the same ones are too many.
      const read = names.sort(byteOrder).slice(0, MOST_FILES);
      return { names: read, ignored: ignored + names.length - read.length };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { kind: 'Missing' };
      return { kind: 'Unreadable', reason: reasonOf(error) };
    }
  }
}

export function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
