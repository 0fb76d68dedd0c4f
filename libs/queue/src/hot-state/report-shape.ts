/*
 * What a report must look like to be taken back from Redis, where others may write too: everything that readers rely on.
 */
import { z } from 'zod';
import { assertDeviceLedger } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';

const text = z.string();
const count = z.int().min(0);
const measure = z.number().min(0);
const quality = z.enum(['measured', 'estimated', 'unknown']);

const row = z.object({
  id: text,
  kind: z.enum(['cgroup', 'process', 'pod', 'bucket']),
  within: text.optional(),
  name: text,
  class: z.enum(['Running', 'Deleted', 'Kernel']),
  flags: z.array(text),
  bytes: count,
  parts: z.object({ anon: count, shmem: count, file: count, kernel: count }).optional(),
  swapBytes: count.optional(),
  limitBytes: count.optional(),
  quality,
  pid: count.optional(),
  startTimeTicks: count.optional(),
  uid: count.optional(),
  container: text.optional(),
  pod: text.optional(),
  namespace: text.optional(),
  workload: text.optional(),
  podUid: text.optional(),
  containerId: text.optional(),
});

const device = z.object({
  id: text,
  kind: z.enum(['host', 'gpu']),
  parent: text.optional(),
  name: text,
  totalBytes: count.nullable(),
  usedBytes: count.nullable(),
  reservedBytes: count.nullable(),
  unattributedBytes: z.int().nullable(),
  errorBoundBytes: count.nullable(),
  unattributedKnown: z.array(z.object({ source: text, bytes: count })),
  unknownHolders: count,
  quality,
  holders: z.array(row),
});

const shape = z.object({
  ledger: z.object({
    // As the link takes it: it stands in URLs and metrics.
    node: text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/),
    bootId: text,
    takenAtMs: count,
    devices: z.array(device),
    pressure: z.object({ someAvg10: measure, fullAvg10: measure, oomKills: count.nullable() }).nullable(),
  }),
  agent: z.object({ version: text, rssBytes: count, cpuPercent: measure, sampleMs: measure }),
  health: z.array(
    z.object({ component: text, state: z.enum(['ok', 'degraded', 'failed']), reason: text.optional() }),
  ),
});

/** @throws {BrokenInvariant} for a ledger that does not add up */
export function isReport(value: unknown): value is NodeReport {
  if (!isShaped(value)) return false;
  for (const each of value.ledger.devices) assertDeviceLedger(each);
  return true;
}

function isShaped(value: unknown): value is NodeReport {
  return shape.safeParse(value).success;
}
