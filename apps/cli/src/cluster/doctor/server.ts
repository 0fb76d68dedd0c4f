/*
 * The API server and what it knows of Memwarden: versions, custom resources, admission policies, and what this person may
 * do.
 */
import type { Examination } from '../../doctor/examination.js';
import { printable } from '../../text/escape.js';
import { version } from '../../version.js';
import type { Cluster } from '../cluster.js';
import {
  ADMISSION_BINDINGS,
  ADMISSION_POLICIES,
  CUSTOM_RESOURCES,
  SELF_SUBJECT_RULES_REVIEWS,
} from '../resources.js';
import { may, type Rule } from './rights.js';
import { partsOf, type ClusterPatient } from './patient.js';

/** Recursive read-only mounts and what the agent's pods need else. */
const LEAST_MINOR = 33;
const MOST_BYTES = 65_536;
const OURS = ['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories'];
const SERVED = 'v1alpha1';

export async function apiServer(cluster: Cluster): Promise<Examination> {
  const subject = 'API server';
  const { context } = cluster.place;
  const text = await cluster.askText('/version', { mostBytes: MOST_BYTES });
  const { gitVersion = 'unknown', minor = '' } = JSON.parse(text) as { gitVersion?: string; minor?: string };
  const found = `${printable(gitVersion)}, ${context === null ? "this pod's cluster" : `context ${printable(context)}`}; this program ${version}`;
  if (Number.parseInt(minor, 10) >= LEAST_MINOR) return { state: 'ok', subject, found };
  return {
    state: 'failed',
    subject,
    found,
    next: `Memwarden needs Kubernetes 1.${LEAST_MINOR} or later.`,
  };
}

export async function customResources({ cluster }: ClusterPatient): Promise<Examination> {
  const subject = 'custom resources';
  const tried = { verb: 'list', type: CUSTOM_RESOURCES, namespace: null } as const;
  const { items } = await cluster.ask(tried, (client) => client.listPage<Crd>(CUSTOM_RESOURCES, {}));
  return crdsFound(subject, items);
}

export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly versions?: readonly { readonly name: string; readonly served?: boolean }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Pure. */
export function crdsFound(subject: string, crds: readonly Crd[]): Examination {
  const upgrade = 'Bring them with the chart: helm upgrade, with crds.enabled (the default).';
  const absent = OURS.filter((plural) => !crds.some(({ metadata }) => metadata.name === crdName(plural)));
  if (absent.length > 0)
    return { state: 'failed', subject, found: `${absent.join(', ')} missing`, next: upgrade };
  const ours = OURS.flatMap((plural) => crds.filter(({ metadata }) => metadata.name === crdName(plural)));
  const unserved = ours.filter((crd) => !isServed(crd)).map(({ metadata }) => metadata.name);
  if (unserved.length > 0)
    return {
      state: 'failed',
      subject,
      found: `${SERVED} is not served of ${unserved.join(', ')}`,
      next: upgrade,
    };
  return { state: 'ok', subject, found: `${ours.length}, served as ${SERVED}` };
}

const crdName = (plural: string): string => `${plural}.memwarden.dev`;

function isServed({ spec, status }: Crd): boolean {
  const isKnown = spec?.versions?.some(({ name, served }) => name === SERVED && served !== false) === true;
  const isThere = status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True');
  return isKnown && isThere === true;
}

export async function admission(patient: ClusterPatient): Promise<Examination> {
  const subject = 'admission policy';
  const [policies, bindings] = await Promise.all([
    partsOf(patient, ADMISSION_POLICIES),
    partsOf(patient, ADMISSION_BINDINGS),
  ]);
  if (policies.length > 0 && bindings.length > 0)
    return { state: 'ok', subject, found: policies.map(({ metadata }) => metadata.name).join(', ') };
  return {
    state: 'warning',
    subject,
    found: policies.length === 0 ? 'none' : 'not bound',
    next: 'Whoever may create MemoryCleanups may ask for acts on any pod: helm upgrade with admissionPolicy.enabled=true.',
  };
}

export async function identity({ cluster, own, namespace }: ClusterPatient): Promise<Examination> {
  const subject = 'you';
  const { user } = await cluster.whoAmI();
  const rulesIn = async (at: string): Promise<readonly Rule[]> => {
    const { status } = await cluster.client.review<{ status?: { resourceRules?: readonly Rule[] } }>(
      SELF_SUBJECT_RULES_REVIEWS,
      { spec: { namespace: at } },
    );
    return status?.resourceRules ?? [];
  };
  const [here, there] = await Promise.all([rulesIn(own), rulesIn(namespace)]);
  const { can, cannot } = may(here, there, own);
  const found = `${printable(user)} may ${can.length === 0 ? 'nothing here' : can.join(', ')}`;
  if (cannot.length === 0) return { state: 'ok', subject, found };
  return {
    state: can.length === 0 ? 'warning' : 'ok',
    subject,
    found: `${found}; not: ${cannot.join(', ')}`,
    ...(can.length === 0
      ? { next: 'Who administers the cluster can bind you to the ClusterRole memwarden-view.' }
      : {}),
  };
}
