/*
 * What a row is as a target, and which finding a detector makes of it.
 */
import { findingName, type PolicyRef, type Target } from '#api';
import type { Holder, NodeLedger } from '#contracts/ledger';
import type { CompiledPolicy, PressureDetector } from './compile.js';
import type { FindingIdentity } from './finding-change.js';
import type { OwnerFacts } from './labels.js';
import { podOfRow } from './row-pod.js';

/** The row's pod is known, and nobody told us more of it: its owner counts as unknown. */
const UNKNOWN_UID = 'unknown';
const CGROUP_ID = /^cgroup:(\d+):/;

/** Null: the row has no identity of its own (a detail of huge pages), so nothing can be done about it. */
export function targetOf(row: Holder, ledger: NodeLedger, owners: OwnerFacts): Target | null {
  const place = { node: ledger.node, bootID: ledger.bootId, device: 'host', holder: row.id };
  const self = row.kind === 'process' ? processOf(row) : cgroupOf(row);
  return self === null ? null : { ...place, ...self, ...ownersOf(row, owners) };
}

/** Rows that can be targets: one incarnation of a process or of a cgroup. */
export function isTargetRow({ id }: Holder): boolean {
  return id.startsWith('process:') || id.startsWith('cgroup:');
}

export function identityOf(by: CompiledPolicy, detector: PressureDetector, target: Target): FindingIdentity {
  const policyRef = refOf(by);
  const { signal } = detector.pressure;
  // Two detectors of one policy may watch one signal with different marks: the name tells them apart.
  const name = findingName('Pressure', `${signal}/${detector.name}`, policyRef, target);
  return { name, type: 'Pressure', class: signal, detector: detector.name, policyRef, target };
}

function refOf({ policy: { metadata } }: CompiledPolicy): PolicyRef {
  return { name: metadata.name, uid: metadata.uid ?? metadata.name, generation: metadata.generation ?? 1 };
}

function processOf({ pid, startTimeTicks, name }: Holder): Pick<Target, 'process'> | null {
  if (pid === undefined || startTimeTicks === undefined) return null;
  return { process: { pid, startTimeTicks, name } };
}

function cgroupOf({ id, name }: Holder): Pick<Target, 'cgroup'> | null {
  const inode = CGROUP_ID.exec(id)?.[1];
  return inode === undefined ? null : { cgroup: { path: name, inode: Number(inode) } };
}

function ownersOf(row: Holder, owners: OwnerFacts): Pick<Target, 'pod' | 'container' | 'workload'> {
  const ofContainer = row.containerId === undefined ? {} : { container: { id: row.containerId } };
  const pod = podOfRow(row, owners);
  if (pod.kind === 'Known') {
    const { namespace, name, facts } = pod;
    const ofWorkload = facts.workload === undefined ? {} : { workload: facts.workload };
    return { ...ofContainer, pod: { namespace, name, uid: facts.uid }, ...ofWorkload };
  }
  if (pod.kind === 'None' || pod.names === null) return ofContainer;
  return { ...ofContainer, pod: { ...pod.names, uid: row.podUid ?? UNKNOWN_UID } };
}
