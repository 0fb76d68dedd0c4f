/*
 * Everything of one process that must be given back, by name. What always holds:
 *   - a name stands for one resource, found in constant time, from its registration until its release is over;
 *   - a child is released before its parent, and one that is in use (referenced) when its last user has gone;
 *   - shutdown takes nothing new and leaves nothing behind: by priority, what a more urgent parent waits for goes with
 *     it; what is still in use at the deadline is released all the same;
 *   - a handle that was thrown away without a release is told (the leak alarm): its resource is still here.
 */
import type { QueuePriority } from '#contracts/cleanup';
import { Stalled } from '#contracts/errors';
import { Busy, Denied, Gone } from './errors.js';
import { guard, type Guard, type OnFailure, type Release } from './guard.js';
import { PRIORITIES } from './virtual-start.js';

export interface RegistryOptions {
  readonly onFailure: OnFailure;
  /** A handle was collected by the garbage collector and its resource had not been released. */
  readonly onLeak?: (name: string) => void;
}

export interface Registration<T> {
  readonly name: string;
  readonly value: T;
  readonly release: Release<T>;
  /** Of its release at shutdown. */
  readonly priority?: QueuePriority;
  /** Released after this one. */
  readonly parent?: string;
  readonly deadlineMs?: number;
}

export type LifecycleState = 'Active' | 'Draining' | 'Releasing';

export interface Resource {
  readonly name: string;
  readonly state: LifecycleState;
  readonly priority: QueuePriority;
  readonly parent: string | null;
  readonly children: readonly string[];
  readonly references: number;
}

/** What the owner holds. Disposing of it releases the resource. */
export interface Handle<T> extends AsyncDisposable {
  readonly name: string;
  readonly value: T;
}

interface Entry {
  readonly name: string;
  readonly priority: QueuePriority;
  readonly parent: Entry | null;
  readonly children: Set<Entry>;
  readonly guard: Guard<unknown>;
  references: number;
  state: LifecycleState;
  /** Its release, from the moment that somebody asked for it. */
  ending: Promise<void> | null;
  /** Resolves when nobody uses it. */
  unused: PromiseWithResolvers<undefined> | null;
  /** It waits no longer for those who use it. */
  forced: boolean;
}

const SHUTDOWN_MS = 2000;
/** How long somebody who asks for a release waits for those who still use it. */
const IN_USE_MS = 10_000;

export class Registry implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>();
  readonly #options: RegistryOptions;
  readonly #alarm: FinalizationRegistry<Entry>;
  #isClosed = false;
  #shutdown: Promise<void> | null = null;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#alarm = new FinalizationRegistry((entry) => {
      if (this.#entries.get(entry.name) === entry && entry.state === 'Active') options.onLeak?.(entry.name);
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws {Denied} after shutdown, or for a name that is taken. @throws {Gone} for a parent that is not here, or going */
  register<T>(registration: Registration<T>): Handle<T> {
    const { name, value, release, priority = 'Normal', deadlineMs } = registration;
    if (this.#isClosed) throw new Denied(`${name} comes after the shutdown; release it yourself.`);
    if (this.#entries.has(name)) throw new Denied(`There is a resource ${name} already.`);
    const parent = this.#parent(registration.parent);
    const { onFailure } = this.#options;
    const made = guard(value, release, { name, onFailure, ...(deadlineMs !== undefined && { deadlineMs }) });
    const entry: Entry = {
      name,
      priority,
      parent,
      children: new Set(),
      guard: made,
      references: 0,
      state: 'Active',
      ending: null,
      unused: null,
      forced: false,
    };
    this.#entries.set(name, entry);
    parent?.children.add(entry);
    return this.#handle(entry, value);
  }

  get(name: string): Resource | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const { state, priority, references } = entry;
    const children = [...entry.children].map((child) => child.name);
    return { name, state, priority, references, parent: entry.parent?.name ?? null, children };
  }

  /** Keeps it from being released until the reference is disposed of. @throws {Gone} @throws {Busy} while it is being released */
  reference(name: string): Disposable {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Gone(`There is no resource ${name}.`);
    if (entry.state !== 'Active') throw new Busy(`${name} is being released.`);
    entry.references += 1;
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        entry.references -= 1;
        if (entry.references === 0) entry.unused?.resolve(undefined);
      },
    };
  }

  /** Its children first, each when it is no longer in use. Not there: nothing to do. Failures go to onFailure. */
  async release(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry !== undefined) await this.#ask(entry).catch(() => undefined);
  }

  /** Nothing is left when it resolves; it never rejects. */
  shutdown(deadlineMs = SHUTDOWN_MS): Promise<void> {
    this.#isClosed = true;
    this.#shutdown ??= this.#drain(deadlineMs);
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #parent(name: string | undefined): Entry | null {
    if (name === undefined) return null;
    const parent = this.#entries.get(name);
    if (parent?.state !== 'Active') throw new Gone(`There is no resource ${name} to belong to.`);
    return parent;
  }

  // The handle must not be reachable from the entry, else it is never collected and no alarm is ever heard.
  #handle<T>(entry: Entry, value: T): Handle<T> {
    const release = (): Promise<void> => this.#ask(entry);
    const handle: Handle<T> = { name: entry.name, value, [Symbol.asyncDispose]: release };
    this.#alarm.register(handle, entry);
    return handle;
  }

  /** @throws what the release threw, to the first who asks; {Busy} when it is in use for too long: it goes when it is not */
  async #ask(entry: Entry): Promise<void> {
    const isFirst = entry.ending === null;
    const ending = (entry.ending ??= this.#end(entry));
    // Heard by onFailure whether or not anybody still waits here.
    const quiet = ending.catch(() => undefined);
    const wanted = isFirst ? ending : quiet;
    if (entry.references === 0 && entry.children.size === 0) await wanted;
    else await inTime(wanted, entry.name);
  }

  async #end(entry: Entry): Promise<void> {
    entry.state = 'Draining';
    // No child comes to a parent that drains: this list is complete.
    await Promise.all([...entry.children].map((child) => this.#wait(child)));
    if (entry.references > 0 && !entry.forced) {
      entry.unused = Promise.withResolvers<undefined>();
      await entry.unused.promise;
    }
    entry.state = 'Releasing';
    try {
      await entry.guard.release();
    } finally {
      this.#forget(entry);
    }
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.name) !== entry) return;
    this.#entries.delete(entry.name);
    entry.parent?.children.delete(entry);
  }

  async #drain(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#force(deadlineMs), deadlineMs);
    // Nothing comes any more. Whoever a more urgent parent waits for goes with it.
    const all = [...this.#entries.values()];
    for (const priority of PRIORITIES)
      await Promise.all(all.filter((entry) => entry.priority === priority).map((entry) => this.#wait(entry)));
    clearTimeout(timer);
  }

  // However long it takes: the shutdown's own deadline ends it.
  async #wait(entry: Entry): Promise<void> {
    entry.ending ??= this.#end(entry);
    await entry.ending.catch(() => undefined);
  }

  #force(deadlineMs: number): void {
    for (const entry of this.#entries.values()) {
      entry.forced = true;
      if (entry.references === 0) continue;
      this.#options.onFailure(
        new Stalled(`${entry.name} was still in use ${deadlineMs} ms after the shutdown.`),
        entry.name,
      );
      entry.unused?.resolve(undefined);
    }
  }
}

/** @throws {Busy} */
async function inTime(ending: Promise<void>, name: string): Promise<void> {
  const late = Promise.withResolvers<never>();
  const busy = new Busy(`${name} is still in use; it is released when it is not.`);
  const timer = setTimeout(() => late.reject(busy), IN_USE_MS);
  try {
    await Promise.race([ending, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
