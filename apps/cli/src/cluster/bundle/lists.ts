/*
 * The lists of objects in a support archive: what of them is kept, and how many.
 */
import { MEMORY_CLEANUPS, MEMORY_FINDINGS, MEMORY_POLICIES, NODE_MEMORIES, type ResourceType } from '#kube';
import type { LeftOut } from '../../bundle/entry.js';
import type { Cluster } from '../cluster.js';
import {
  ADMISSION_BINDINGS,
  ADMISSION_POLICIES,
  CONFIG_MAPS,
  CUSTOM_RESOURCES,
  DAEMON_SETS,
  DEPLOYMENTS,
  EVENTS,
  LEASES,
  NODES,
  PODS,
  STATEFUL_SETS,
} from '../resources.js';

type Json = Readonly<Record<string, unknown>>;

export interface BundleList {
  readonly path: string;
  readonly type: ResourceType;
  /** Installation: of its namespace. Everywhere: of all of them. */
  readonly of: 'Installation' | 'Everywhere';
  /** Only those with these labels. */
  readonly labels?: string;
  readonly trim?: (object: Json) => unknown;
}

const PART = 'app.kubernetes.io/part-of=memwarden';
const COMPONENTS = 'app.kubernetes.io/component in (controller,agent,redis)';
const PAGE = 500;
const MOST = 5000;

const installed = (name: string, type: ResourceType, trim?: BundleList['trim']): BundleList => ({
  path: `installation/${name}.json`,
  type,
  of: 'Installation',
  labels: PART,
  ...(trim === undefined ? {} : { trim }),
});
const everywhere = (path: string, type: ResourceType, trim?: BundleList['trim']): BundleList => ({
  path,
  type,
  of: 'Everywhere',
  ...(trim === undefined ? {} : { trim }),
});

export const LISTS: readonly BundleList[] = [
  everywhere('objects/policies.json', MEMORY_POLICIES),
  everywhere('objects/findings.json', MEMORY_FINDINGS),
  everywhere('objects/cleanups.json', MEMORY_CLEANUPS),
  everywhere('objects/nodememories.json', NODE_MEMORIES),
  installed('deployments', DEPLOYMENTS),
  installed('daemonsets', DAEMON_SETS),
  installed('statefulsets', STATEFUL_SETS),
  // Pods have the selectors' labels alone.
  { path: 'installation/pods.json', type: PODS, of: 'Installation', labels: COMPONENTS },
  { path: 'installation/configmaps.json', type: CONFIG_MAPS, of: 'Installation', trim: trimConfigMap },
  { path: 'installation/leases.json', type: LEASES, of: 'Installation' },
  { path: 'installation/events.json', type: EVENTS, of: 'Installation' },
  { ...installed('admission-policies', ADMISSION_POLICIES), of: 'Everywhere' },
  { ...installed('admission-bindings', ADMISSION_BINDINGS), of: 'Everywhere' },
  everywhere('installation/crds.json', CUSTOM_RESOURCES, trimCrd),
  everywhere('nodes.json', NODES, trimNode),
];

/** What was left out of it is said. */
export async function listed(
  cluster: Cluster,
  { path, type, of, labels, trim }: BundleList,
  { namespace, leftOut }: { readonly namespace: string; readonly leftOut: (one: LeftOut) => void },
): Promise<readonly unknown[]> {
  const at = of === 'Installation' && type.isNamespaced ? namespace : null;
  const selection = { namespace: at ?? undefined, ...(labels === undefined ? {} : { labelSelector: labels }) };
  const items: unknown[] = [];
  let next: string | undefined;
  do {
    const query = { ...selection, limit: PAGE, continue: next };
    const page = await cluster.ask({ verb: 'list', type, namespace: at }, (client) => client.listPage(type, query));
    const objects: readonly unknown[] = page.items;
    items.push(...objects.flatMap((object) => (trim === undefined ? [object] : kept(trim(object as Json)))));
    next = page.continue ?? undefined;
  } while (next !== undefined && items.length < MOST);
  if (next !== undefined) leftOut({ what: `the rest of ${path}`, why: `more than ${MOST}` });
  return items;
}

const kept = (value: unknown): unknown[] => (value === null ? [] : [value]);

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (typeof found === 'object' && found !== null ? (found as Json)[name] : undefined),
    value,
  );
}

/** Only what is ours has data that may be shown. */
const OUR_CONFIG_MAP = /^memwarden-(?:pause|breaker|link-ca)$|-agent-allow$/u;

export function trimConfigMap(object: Json): unknown {
  const name = String(at(object, 'metadata', 'name'));
  const data = at(object, 'data');
  const isShown = OUR_CONFIG_MAP.test(name);
  return { metadata: object['metadata'], ...(isShown ? { data } : { keys: Object.keys((data ?? {})) }) };
}

/** A schema of thousands of lines is in the chart. */
function trimCrd(object: Json): unknown {
  const name = String(at(object, 'metadata', 'name'));
  if (!name.endsWith('.memwarden.dev')) return null;
  const versions = (at(object, 'spec', 'versions') ?? []) as readonly Json[];
  return {
    name,
    labels: at(object, 'metadata', 'labels'),
    versions: versions.map((one) => ({ name: one['name'], served: one['served'], storage: one['storage'] })),
    conditions: at(object, 'status', 'conditions'),
  };
}

/** Without addresses, images and what others wrote on it. */
function trimNode(object: Json): unknown {
  return {
    name: at(object, 'metadata', 'name'),
    nodeInfo: at(object, 'status', 'nodeInfo'),
    capacity: at(object, 'status', 'capacity'),
    allocatable: at(object, 'status', 'allocatable'),
    conditions: at(object, 'status', 'conditions'),
    unschedulable: at(object, 'spec', 'unschedulable'),
    taints: at(object, 'spec', 'taints'),
  };
}
