/*
 * Reports that add up, for tests that need one and do not care which.
 */
import type { Holder } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { bytes, MIB, signedBytes } from '#contracts/units';

export interface ReportShape {
  readonly node?: string;
  readonly bootId?: string;
  readonly takenAtMs?: number;
  readonly rows?: number;
  readonly name?: (index: number) => string;
}

export function someReport(shape: ReportShape = {}): NodeReport {
  const {
    node = 'node-a',
    bootId = 'boot-1',
    takenAtMs = 1_790_000_000_000,
    rows = 3,
    name = (i) => `/pod-${i}`,
  } = shape;
  const holders = Array.from({ length: rows }, (_, i): Holder => ({
    id: `cgroup:${i}:${name(i)}`,
    kind: 'cgroup',
    name: name(i),
    class: 'Running',
    flags: [],
    bytes: bytes((i + 1) * MIB),
    parts: { anon: bytes(i * MIB), shmem: bytes(0), file: bytes(MIB), kernel: bytes(0) },
    quality: 'measured',
  }));
  const held = holders.reduce((sum, row) => sum + row.bytes, 0);
  return {
    ledger: {
      node,
      bootId,
      takenAtMs,
      pressure: { someAvg10: 0, fullAvg10: 0, oomKills: 0 },
      devices: [
        {
          id: 'host',
          kind: 'host',
          name: 'host memory',
          totalBytes: bytes(64 * 1024 * MIB),
          usedBytes: bytes(held + 7 * MIB),
          reservedBytes: bytes(8 * MIB),
          unattributedBytes: signedBytes(-MIB),
          errorBoundBytes: bytes(4096),
          unattributedKnown: [],
          unknownHolders: 0,
          quality: 'measured',
          holders,
        },
      ],
    },
    agent: { version: '0.1.0', rssBytes: bytes(70 * MIB), cpuPercent: 0.4, sampleMs: 11 },
    health: [{ component: 'host', state: 'ok' }],
  };
}
