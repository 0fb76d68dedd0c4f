/*
 * The last good generation of each policy, as a ControllerRevision in the installation's namespace: what stays in force
 * while an edit is not accepted, across restarts. Owned by nobody, so that no garbage collector takes one too early; those
 * of older generations, and of policies that are gone, are removed here.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { StoredObject } from '#contracts/store';
import { AlreadyExists } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { apiVersionOf, CONTROLLER_REVISIONS } from '../client/resource-type.js';
import { memberOf, trimmedMetadata } from '../store/kept.js';
import { Informer } from '../watch/informer.js';

export interface RevisionsOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly chance: () => number;
  readonly clock?: Clock;
}

interface Revision extends StoredObject {
  readonly uid: string;
  readonly revision: number;
  readonly data: unknown;
}

const UID_LABEL = 'memwarden.dev/policy-uid';
const POLICY_ANNOTATION = 'memwarden.dev/policy';

export class Revisions implements AsyncDisposable {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #informer: Informer<Revision, 'uid'>;

  constructor({ client, namespace, chance, clock }: RevisionsOptions) {
    this.#client = client;
    this.#namespace = namespace;
    this.#informer = new Informer<Revision, 'uid'>({
      ...{ client, type: CONTROLLER_REVISIONS, component: 'policies', chance },
      ...(clock !== undefined && { clock }),
      query: { namespace, labelSelector: UID_LABEL },
      indexes: { uid: ({ uid }) => [uid] },
      trim: revisionOf,
    });
  }

  synced(signal: AbortSignal): Promise<void> {
    return this.#informer.synced(signal);
  }

  health(): ComponentHealth {
    return this.#informer.health();
  }

  /** The newest that was kept of this policy, as it was accepted; null: none. */
  lastGood(uid: string): unknown {
    return this.#newest(uid)?.data ?? null;
  }

  has(uid: string, generation: number): boolean {
    return this.#informer.byIndex('uid', uid).some(({ revision }) => revision === generation);
  }

  /** Resolves when it is kept and older ones are not. @throws what the client throws */
  async keep(object: StoredObject): Promise<void> {
    const { uid = '', generation = 1, name } = object.metadata;
    const revision = {
      apiVersion: apiVersionOf(CONTROLLER_REVISIONS),
      kind: CONTROLLER_REVISIONS.kind,
      metadata: {
        name: `memwarden-${uid}-${generation}`,
        namespace: this.#namespace,
        labels: { [UID_LABEL]: uid, 'app.kubernetes.io/managed-by': 'memwarden' },
        annotations: { [POLICY_ANNOTATION]: name },
      },
      revision: generation,
      data: object,
    };
    try {
      this.#informer.written(await this.#client.create<StoredObject>(CONTROLLER_REVISIONS, revision));
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
    }
    await this.#remove((each) => each.uid === uid && each.revision < generation);
  }

  /** Removes those of policies that are no more. @throws what the client throws */
  async prune(uids: ReadonlySet<string>): Promise<void> {
    await this.#remove(({ uid }) => !uids.has(uid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#informer[Symbol.asyncDispose]();
  }

  async #remove(isOver: (revision: Revision) => boolean): Promise<void> {
    for (const each of this.#informer.list().filter(isOver)) {
      const { name, namespace, uid } = each.metadata;
      await this.#client.delete(CONTROLLER_REVISIONS, { name, namespace }, { uid, priority: 'status' });
      this.#informer.deleted(each);
    }
  }

  #newest(uid: string): Revision | null {
    const all = this.#informer.byIndex('uid', uid);
    return all.reduce<Revision | null>((a, b) => (a === null || b.revision > a.revision ? b : a), null);
  }
}

function revisionOf(raw: StoredObject): Revision | null {
  const metadata = trimmedMetadata(raw.metadata);
  const labels = (memberOf(metadata, 'labels') ?? {}) as Readonly<Record<string, string>>;
  const revision = memberOf(raw, 'revision');
  const uid = labels[UID_LABEL] ?? '';
  return typeof revision === 'number' ? { metadata, uid, revision, data: memberOf(raw, 'data') } : null;
}
