/*
 * A cleanup as a person asks for it, as an object: whom it is about, so exactly that a process or pod of the same name
 * that comes later is never meant.
 */
import { randomBytes } from 'node:crypto';
import {
  rfc3339,
  type LadderStep,
  type MemoryCleanup,
  type MemoryFinding,
  type NodeMemory,
  type Target,
} from '#api';
import { systemClock } from '#contracts/clock';
import { InvalidValue, NotFound } from '#contracts/errors';
import { MEMORY_FINDINGS } from '#kube';
import type { CleanupRequest, ObjectSource } from '../backend/backend.js';
import { printable } from '../text/escape.js';
import type { Cluster } from './cluster.js';
import { ifMayNot } from './installation.js';
import { NODES, PODS } from './resources.js';

const HOST = 'host';
const PATIENCE_SECONDS = 3600;
const STEP_ALLOWANCE_SECONDS = 120;
/** Asked in each way that the target may have opted in to: who has not is refused, and nothing was sent. */
const ASK_IN_EACH_WAY: readonly LadderStep[] = [
  { type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 30, minFreed: 1 },
  { type: 'Notify', notify: { transport: 'Signal', signal: 'SIGUSR2' }, verifyAfterSeconds: 30, minFreed: 1 },
];

interface Surroundings {
  readonly namespace: string;
  readonly nodes: ObjectSource<NodeMemory>;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid?: string };
  readonly spec?: { readonly nodeName?: string };
}

interface Node {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly nodeInfo?: { readonly bootID?: string } };
}

/** @throws {NotFound | InvalidValue | MayNot} */
export async function cleanupSpec(
  cluster: Cluster,
  { target: asked, step, isDryRun, reason }: CleanupRequest,
  surroundings: Surroundings,
): Promise<{ readonly name: string; readonly spec: Partial<MemoryCleanup['spec']> }> {
  if (step?.type === 'Evict' && asked.kind !== 'Pod')
    throw new InvalidValue('--evict is for a pod: name it, --pod NAMESPACE/NAME.');
  const target = await targetOf(cluster, asked, surroundings);
  const ladder = step === null ? ASK_IN_EACH_WAY : [step as LadderStep];
  const seconds = ladder.reduce(
    (sum, one) => sum + one.verifyAfterSeconds + STEP_ALLOWANCE_SECONDS,
    PATIENCE_SECONDS,
  );
  return {
    name: `by-hand-${randomBytes(5).toString('hex')}`,
    spec: {
      target,
      mode: isDryRun ? 'DryRun' : 'Enforce',
      ladder,
      deadline: rfc3339(systemClock.nowMs() + seconds * 1000),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

function targetOf(
  cluster: Cluster,
  asked: CleanupRequest['target'],
  surroundings: Surroundings,
): Promise<Target> {
  switch (asked.kind) {
    case 'Pod':
      return podTarget(cluster, asked.name, surroundings);
    case 'Holder':
      return rowTarget(surroundings.nodes, asked.node, asked.holder);
    case 'Process':
      throw new InvalidValue(
        '--pid is known to the controller only. Name the row: --holder ID, as "kubectl memwarden top -o json" has it; or the pod: --pod NAMESPACE/NAME.',
      );
  }
}

/** Of the row that the node has now. @throws {NotFound} */
async function rowTarget(nodes: ObjectSource<NodeMemory>, node: string, holder: string): Promise<Target> {
  const { status } = await nodes.one(node);
  if (status === undefined) throw new NotFound(`The node ${printable(node)} has not reported yet.`);
  const device = status.devices.find(({ topHolders }) => topHolders.some(({ id }) => id === holder));
  return { node, bootID: status.bootID, device: device?.id ?? HOST, holder, ...partsOf(holder) };
}

/** What the id of a row says: process:PID:START-TIME, cgroup:INODE:PATH. */
function partsOf(holder: string): Pick<Target, 'process' | 'cgroup'> {
  const [, kind, number, rest] = /^(process|cgroup):(\d+):(.+)$/su.exec(holder) ?? [];
  if (kind === 'process' && /^\d+$/u.test(rest ?? ''))
    return { process: { pid: Number(number), startTimeTicks: Number(rest), name: '' } };
  if (kind === 'cgroup') return { cgroup: { inode: Number(number), path: rest ?? '' } };
  return {};
}

/**
 * The pod's own row, which a finding or its node's summary names; else the pod itself, by its uid. Never one of its
 * processes: whoever may ask for a pod may not ask for a process.
 */
async function podTarget(
  cluster: Cluster,
  name: string,
  { namespace, nodes }: Surroundings,
): Promise<Target> {
  const { metadata, spec } = await readPod(cluster, namespace, name);
  const uid = metadata.uid ?? '';
  const node = spec?.nodeName;
  if (node === undefined)
    throw new NotFound(
      `The pod ${printable(namespace)}/${printable(name)} runs on no node yet: it holds nothing.`,
    );
  const found = await findingOf(cluster, namespace, uid);
  if (found !== null) return found;
  const memory = await nodes.one(node).catch(ifMayNot);
  const row = rowOf(memory, uid);
  const bootID = memory?.status?.bootID ?? (await bootOf(cluster, node));
  const holder = row?.holder ?? `pod:${uid}`;
  return {
    node,
    bootID,
    device: row?.device ?? HOST,
    holder,
    pod: { namespace, name, uid },
    ...partsOf(holder),
  };
}

function rowOf(
  memory: NodeMemory | null,
  uid: string,
): { readonly device: string; readonly holder: string } | null {
  for (const { id, topHolders } of memory?.status?.devices ?? []) {
    const row = topHolders.find((one) => isOfPod(one.id, uid));
    if (row !== undefined) return { device: id, holder: row.id };
  }
  return null;
}

/** cgroup drivers write a uid with - or _. */
function isOfPod(holder: string, uid: string): boolean {
  return (
    !holder.startsWith('process:') && (holder.includes(uid) || holder.includes(uid.replaceAll('-', '_')))
  );
}

async function readPod(cluster: Cluster, namespace: string, name: string): Promise<Pod> {
  try {
    const tried = { verb: 'get', type: PODS, namespace } as const;
    return await cluster.ask(tried, (client) => client.get<Pod>(PODS, { namespace, name }));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new NotFound(
      `There is no pod ${printable(name)} in namespace ${printable(namespace)}; "kubectl get pods -n ${printable(namespace)}" lists those that are there.`,
    );
  }
}

async function findingOf(cluster: Cluster, namespace: string, uid: string): Promise<Target | null> {
  const tried = { verb: 'list', type: MEMORY_FINDINGS, namespace } as const;
  const page = await cluster
    .ask(tried, (client) => client.listPage<MemoryFinding>(MEMORY_FINDINGS, { namespace, limit: 500 }))
    .catch(ifMayNot);
  const found = page?.items.find(
    ({ spec: { target } }) =>
      target.pod?.uid === uid && target.process === undefined && isOfPod(target.holder, uid),
  );
  return found?.spec.target ?? null;
}

/** The controller knows it; who may not read nodes leaves it to the controller. */
async function bootOf(cluster: Cluster, name: string): Promise<string> {
  const tried = { verb: 'get', type: NODES, namespace: null } as const;
  const node = await cluster.ask(tried, (client) => client.get<Node>(NODES, { name })).catch(ifMayNot);
  return node?.status?.nodeInfo?.bootID ?? 'unknown';
}
