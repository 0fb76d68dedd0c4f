/*
 * The Lease of one name at the API server: read, written at a version, and watched. A renewal goes before all other
 * requests of this process.
 */
import { NotFound } from '#contracts/errors';
import { Conflict, type StoredObject } from '#contracts/store';
import { AlreadyExists } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';
import { Informer } from '../watch/informer.js';
import { leaseBody, parseLease, type StoredLease } from './lease.js';
import type { LeaseApi } from './lease-election.js';

const LEASES: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  isNamespaced: true,
};

export interface ClusterLeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** From 0 to 1. */
  readonly chance: () => number;
}

export class ClusterLease implements LeaseApi, AsyncDisposable {
  readonly #options: ClusterLeaseOptions;
  readonly #ends: Promise<void>[] = [];

  constructor(options: ClusterLeaseOptions) {
    this.#options = options;
  }

  async read(deadlineMs: number): Promise<StoredLease | null> {
    const { client, namespace, name } = this.#options;
    try {
      return parseLease(
        await client.get(LEASES, { namespace, name }, { timeoutMs: deadlineMs, priority: 'lead' }),
      );
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  async write(
    { record, over }: Parameters<LeaseApi['write']>[0],
    deadlineMs: number,
  ): Promise<StoredLease | null> {
    const { client, namespace, name } = this.#options;
    const body = leaseBody({ namespace, name }, record, over);
    const options = { timeoutMs: deadlineMs, priority: 'lead' } as const;
    try {
      const written =
        over === null ? client.create(LEASES, body, options) : client.update(LEASES, body, options);
      return parseLease(await written);
    } catch (error) {
      const isOvertaken = over === null ? error instanceof AlreadyExists : isNoLonger(error);
      if (isOvertaken) return null;
      throw error;
    }
  }

  watch(onLease: (lease: StoredLease | null) => void): Disposable {
    const { client, namespace, name, chance } = this.#options;
    const informer = new Informer<StoredObject>({
      client,
      type: LEASES,
      query: { namespace, fieldSelector: `metadata.name=${name}` },
      trim: (raw) => raw,
      component: 'kube/lease',
      chance,
    });
    informer.onChange(({ kind, object }) => onLease(kind === 'Deleted' ? null : parseLease(object)));
    return { [Symbol.dispose]: () => void this.#ends.push(informer[Symbol.asyncDispose]()) };
  }

  /** Resolves when nothing is watched any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends);
  }
}

function isNoLonger(error: unknown): boolean {
  return error instanceof Conflict || error instanceof NotFound;
}
