/*
 * The whole cluster in one answer of bounded size: sums, and one small row per node.
 */
import { Controller, Get, Inject } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { DeviceKind } from '#contracts/ledger';
import type { KnownNode } from '../sessions/node-registry.js';
import { NodeRegistry } from '../sessions/node-registry.js';
import { addTotals, NO_TOTALS, type KindTotals } from '../sessions/node-summary.js';
import { CLOCK } from '../tokens.js';
import type { ClusterNodeView, ClusterView } from './schemas.js';
import { rfc3339 } from './time.js';

const SILENT_AFTER_MS = 60_000;
const MOST_NAMESPACES = 1000;

@Controller('api/v1/cluster')
export class ClusterController {
  constructor(
    @Inject(NodeRegistry) private readonly registry: NodeRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  read(): ClusterView {
    return clusterView(this.registry.all(), this.clock.nowMs());
  }
}

export function clusterView(nodes: readonly KnownNode[], nowMs: number): ClusterView {
  return {
    takenAt: rfc3339(nowMs),
    devices: Object.fromEntries(sumKinds(nodes)),
    namespaces: sumNamespaces(nodes),
    nodes: nodes.map((known) => nodeRow(known, nowMs)),
  };
}

function sumKinds(nodes: readonly KnownNode[]): Map<DeviceKind, KindTotals> {
  const sums = new Map<DeviceKind, KindTotals>();
  for (const { summary } of nodes)
    for (const [kind, totals] of summary.kinds)
      sums.set(kind, addTotals(sums.get(kind) ?? NO_TOTALS, totals));
  return sums;
}

function sumNamespaces(nodes: readonly KnownNode[]): ClusterView['namespaces'] {
  const sums = new Map<string, { namespace: string; hostBytes: number; gpuBytes: number }>();
  for (const { summary } of nodes)
    for (const [namespace, kinds] of summary.namespaces) {
      const sum = sums.get(namespace) ?? { namespace, hostBytes: 0, gpuBytes: 0 };
      sum.hostBytes += kinds.get('host') ?? 0;
      sum.gpuBytes += kinds.get('gpu') ?? 0;
      sums.set(namespace, sum);
    }
  const bySize = [...sums.values()].sort((a, b) => b.hostBytes + b.gpuBytes - a.hostBytes - a.gpuBytes);
  return bySize.slice(0, MOST_NAMESPACES);
}

function nodeRow({ info, summary }: KnownNode, nowMs: number): ClusterNodeView {
  const host = summary.kinds.get('host') ?? NO_TOTALS;
  const gpu = summary.kinds.get('gpu');
  const known = host.devices > host.unknownDevices;
  return {
    node: info.node,
    silent: !info.connected || nowMs - info.lastSeenMs > SILENT_AFTER_MS,
    totalBytes: known ? host.totalBytes : null,
    usedBytes: known ? host.usedBytes : null,
    unattributedBytes: known ? host.unattributedBytes : null,
    // Nobody looks for these yet: unknown, which is not 0.
    orphanedBytes: null,
    soonestExhaustionAt: null,
    ...(gpu === undefined ? {} : { gpuTotalBytes: gpu.totalBytes, gpuUsedBytes: gpu.usedBytes }),
  };
}
