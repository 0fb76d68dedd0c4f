/*
 * The stores of findings and cleanups as the controller opens them.
 */
import { validateCleanup, validateFinding, type MemoryCleanup, type MemoryFinding } from '#api';
import type { Leadership } from '#contracts/leadership';
import {
  cleanupAnnotations,
  initialCleanupStatus,
  initialFindingStatus,
  KubeObjectStore,
  MEMORY_CLEANUPS,
  MEMORY_FINDINGS,
  type KubeClient,
  type KubeObjectStoreOptions,
} from '#kube';

const common = { chance: Math.random } as const;

export async function openFindings(
  client: KubeClient,
  options: Partial<KubeObjectStoreOptions<MemoryFinding>> = {},
): Promise<KubeObjectStore<MemoryFinding>> {
  return KubeObjectStore.open<MemoryFinding>(
    {
      ...{ client, type: MEMORY_FINDINGS, component: 'store/findings', ...common },
      codec: { kind: 'MemoryFinding', decode: validateFinding },
      initialStatus: initialFindingStatus,
      ...options,
    },
    AbortSignal.timeout(30_000),
  );
}

export async function openCleanups(
  client: KubeClient,
  options: Partial<KubeObjectStoreOptions<MemoryCleanup>> = {},
): Promise<KubeObjectStore<MemoryCleanup>> {
  return KubeObjectStore.open<MemoryCleanup>(
    {
      ...{ client, type: MEMORY_CLEANUPS, component: 'store/cleanups', ...common },
      codec: { kind: 'MemoryCleanup', decode: validateCleanup },
      initialStatus: initialCleanupStatus,
      annotations: cleanupAnnotations,
      ...options,
    },
    AbortSignal.timeout(30_000),
  );
}

/** Leads when it is told to. */
export class Led implements Leadership {
  readonly leader = null;
  readonly #callbacks = new Set<() => void>();

  constructor(public isLeader: boolean) {}

  set(isLeader: boolean): void {
    this.isLeader = isLeader;
    for (const callback of this.#callbacks) callback();
  }

  onChange(callback: () => void): Disposable {
    this.#callbacks.add(callback);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(callback) };
  }
}
