/*
 * What an examination of a cluster has: the cluster, where Memwarden is in it, and the time.
 */
import type { Examination } from '../../doctor/examination.js';
import type { ResourceType } from '#kube';
import type { Cluster, Tried } from '../cluster.js';
import { MayNot } from '../errors.js';

export interface ClusterPatient {
  readonly cluster: Cluster;
  /** That Memwarden is installed in. */
  readonly namespace: string;
  /** Whose rights are asked for. */
  readonly own: string;
  readonly nowMs: number;
}

export interface Labelled {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

const PART = 'app.kubernetes.io/part-of=memwarden';
const MOST = 500;

/** The installation's objects of one kind. `component`: only of it. */
export async function partsOf<T extends Labelled>(
  { cluster, namespace }: ClusterPatient,
  type: ResourceType,
  component?: string,
): Promise<readonly T[]> {
  const labelSelector = component === undefined ? PART : `${PART},app.kubernetes.io/component=${component}`;
  const at = type.isNamespaced ? namespace : null;
  const tried: Tried = { verb: 'list', type, namespace: at };
  const query = { namespace: at ?? undefined, labelSelector, limit: MOST };
  return (await cluster.ask(tried, (client) => client.listPage<T>(type, query))).items;
}

/** What this person may not look at is said, and is no fault of the cluster. */
export async function examined(subject: string, work: () => Promise<Examination>): Promise<Examination> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    const [found = '', ...next] = message.split('\n');
    const state = error instanceof MayNot ? 'warning' : 'failed';
    return { state, subject, found, ...(next.length === 0 ? {} : { next: next.join(' ') }) };
  }
}
