/*
 * What is seen on each node, as the NodeMemory of its name: owned by the Node, and gone with it. The newest status of
 * each node waits for its turn; whoever leads writes. A failed write is tried again with what is newest then.
 */
import { API_VERSION, type NodeMemory, type NodeMemoryStatus } from '#api';
import type { ClusterView } from '#contracts/cluster';
import type { Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import { NotFound } from '#contracts/errors';
import { Conflict, type StoredObject } from '#contracts/store';
import { AlreadyExists } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { NODE_MEMORIES } from '../client/resource-type.js';
import { Informer } from '../watch/informer.js';
import { afterWrite, changeOf, dueMs, newBudget, type Change, type WriteBudget } from './material.js';

export interface NodeMemoryWriterOptions {
  readonly client: KubeClient;
  readonly view: ClusterView;
  readonly leadership: Leadership;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly chance: () => number;
  /** Hears of every write that failed; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly status: NodeMemoryStatus;
  readonly change: Change;
}

type Owned = NodeMemory & {
  readonly metadata: { readonly ownerReferences?: readonly { readonly uid: string }[] };
};

const LOOK_EVERY_MS = 2_000;
const OLDEST_MS = 600_000;
const AT_ONCE = 4;

export class NodeMemoryWriter implements AsyncDisposable {
  readonly #options: NodeMemoryWriterOptions;
  readonly #stored: Informer<Owned>;
  readonly #budgets = new Map<string, WriteBudget>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #view: Disposable;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: NodeMemoryWriterOptions) {
    const { client, chance, view } = options;
    this.#options = options;
    this.#stored = new Informer({
      client,
      type: NODE_MEMORIES,
      trim: trimmed,
      component: 'kube/nodememories',
      chance,
    });
    this.#view = view.onChange((node) => this.#nodeChanged(node));
    this.#lookLater();
  }

  /** What is seen there now. Never fails and never waits; a node that the cluster does not have is left out. */
  offer(node: string, status: NodeMemoryStatus): void {
    const { view, leadership } = this.#options;
    if (!leadership.isLeader || !this.#stored.isSynced || view.node(node) === null) return;
    const change = changeOf(this.#stored.get(node)?.status ?? null, status);
    this.#waiting.set(node, { status, change });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#view[Symbol.dispose]();
    await this.#round;
    await this.#stored[Symbol.asyncDispose]();
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look().finally(() => this.#lookLater());
    }, LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    if (!this.#options.leadership.isLeader) {
      this.#waiting.clear();
      return;
    }
    const nowMs = this.#options.clock.monotonicMs();
    const due = [...this.#waiting].filter(
      ([node, { change }]) => dueMs(this.#budgetOf(node), change) <= nowMs,
    );
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = due.pop(); next !== undefined; next = due.pop()) await this.#write(...next);
    });
    await Promise.all(workers);
  }

  // What another process wrote may have been just now or long ago: spread, so that a new leader does not write all at once.
  #budgetOf(node: string): WriteBudget {
    const known = this.#budgets.get(node);
    if (known !== undefined) return known;
    const { clock, chance } = this.#options;
    const budget = newBudget(clock.monotonicMs() - OLDEST_MS * (0.1 + 0.8 * chance()));
    this.#budgets.set(node, budget);
    return budget;
  }

  async #write(node: string, waiting: Waiting): Promise<void> {
    const { clock, leadership, view, onFailure } = this.#options;
    const uid = view.node(node)?.uid;
    if (uid === undefined || !leadership.isLeader || this.#isStopped) return;
    this.#budgets.set(node, afterWrite(this.#budgetOf(node), waiting.change, clock.monotonicMs()));
    try {
      const object = await this.#objectOf(node, uid);
      const written = await this.#update({ ...object, status: waiting.status });
      this.#stored.written(written);
      if (this.#waiting.get(node) === waiting) this.#waiting.delete(node);
    } catch (error) {
      // Somebody else wrote it: the watch tells what, and the next round decides anew.
      if (!isOvertaken(error)) onFailure(error);
    }
  }

  #update(object: Owned): Promise<Owned> {
    return this.#options.client.update(NODE_MEMORIES, object, { subresource: 'status', priority: 'status' });
  }

  /** The object of this Node, made where there is none. One of a former Node of that name is removed first. */
  async #objectOf(name: string, uid: string): Promise<Owned> {
    const there = this.#stored.get(name);
    if (there !== null && ownerOf(there) === uid) return there;
    const { client } = this.#options;
    if (there !== null) await this.#remove(there);
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
    const object: Owned = {
      apiVersion: API_VERSION,
      kind: 'NodeMemory',
      metadata: { name, ownerReferences },
    };
    return client.create(NODE_MEMORIES, object, { priority: 'status' });
  }

  async #remove(object: Owned): Promise<void> {
    const { name, uid } = object.metadata;
    await this.#options.client.delete(NODE_MEMORIES, { name }, { uid, priority: 'status' });
    this.#stored.deleted(object);
  }

  // The garbage collector does it too, minutes later.
  #nodeChanged(node: string | null): void {
    const { view, leadership, onFailure } = this.#options;
    if (node === null || view.node(node) !== null) return;
    this.#budgets.delete(node);
    this.#waiting.delete(node);
    const orphan = this.#stored.get(node);
    if (orphan === null || !leadership.isLeader) return;
    this.#remove(orphan).catch((error: unknown) => {
      if (!isOvertaken(error)) onFailure(error);
    });
  }
}

/** What decides whether to write, and what a write needs: the largest holders are most of it, and neither. */
function trimmed(raw: StoredObject): Owned {
  const { apiVersion, kind, metadata, status } = raw as Owned;
  const { name, uid, resourceVersion, ownerReferences } = metadata;
  const kept = { name, uid, resourceVersion, ownerReferences } as Owned['metadata'];
  if (status === undefined) return { apiVersion, kind, metadata: kept };
  const devices = status.devices.map((device) => ({ ...device, topHolders: [] }));
  return { apiVersion, kind, metadata: kept, status: { ...status, devices } };
}

function ownerOf({ metadata }: Owned): string | undefined {
  return metadata.ownerReferences?.[0]?.uid;
}

function isOvertaken(error: unknown): boolean {
  return error instanceof Conflict || error instanceof AlreadyExists || error instanceof NotFound;
}
