/*
 * The shapes of the REST answers, once: the types of the views and the OpenAPI document both come from here.
 * Times are RFC 3339 in UTC, sizes are whole bytes, null means unknown.
 */
import { z } from 'zod';

const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC', example: '2026-11-21T10:00:00.000Z' });
const bytes = z.int().min(0).meta({ description: 'Whole bytes' });
const signedBytes = z.int().meta({ description: 'Whole bytes; may be negative' });
const unknownOr = <T extends z.ZodType>(type: T): z.ZodNullable<T> => type.nullable();

export const quality = z.enum(['measured', 'estimated', 'unknown']);

export const explanation = z
  .object({
    source: z.string().meta({ description: 'The kernel file, call or sum that the number is from' }),
    errorBoundBytes: unknownOr(bytes),
    ageSeconds: z.number().min(0),
  })
  .meta({ id: 'Explanation' });

export const health = z
  .object({
    component: z.string(),
    state: z.enum(['ok', 'degraded', 'failed']),
    reason: z.string().optional().meta({ description: 'What is wrong and what to do' }),
  })
  .meta({ id: 'ComponentHealth' });

export const node = z
  .object({
    node: z.string(),
    bootId: z.string(),
    connected: z.boolean(),
    lastSeen: time,
    agent: z.object({
      version: z.string(),
      rssBytes: bytes,
      cpuPercent: z.number().meta({ description: 'Of one core, over the last sampling period' }),
      sampleMs: z.number(),
    }),
    devices: z.array(z.string()),
    health: z.array(health),
  })
  .meta({ id: 'Node' });

export const holder = z
  .object({
    id: z.string().meta({ description: 'Stable for one incarnation' }),
    kind: z.enum(['cgroup', 'process', 'pod', 'bucket']),
    within: z.string().optional().meta({ description: 'The row that this one details' }),
    name: z.string().meta({ description: 'As the kernel has it: escape before printing' }),
    class: z.enum(['Running', 'Deleted', 'Kernel']),
    flags: z.array(z.string()),
    bytes,
    parts: z.object({ anon: bytes, shmem: bytes, file: bytes, kernel: bytes }).optional(),
    quality,
    swapBytes: bytes.optional(),
    limitBytes: bytes.optional(),
    pid: z.int().optional(),
    startTimeTicks: z.int().optional(),
    uid: z.int().optional(),
    container: z.string().optional(),
    pod: z.string().optional(),
    namespace: z.string().optional(),
    workload: z.string().optional().meta({ description: 'Kind/name' }),
    podUid: z.string().optional().meta({ description: 'In a pod, also where no names are known' }),
    containerId: z.string().optional(),
    explain: explanation.optional(),
  })
  .meta({ id: 'Holder' });

const DEVICE_NUMBERS = ['totalBytes', 'usedBytes', 'reservedBytes', 'unattributedBytes'] as const;
export type DeviceNumber = (typeof DEVICE_NUMBERS)[number];

export const device = z
  .object({
    id: z.string(),
    kind: z.enum(['host', 'gpu']),
    parent: z.string().optional(),
    name: z.string(),
    totalBytes: unknownOr(bytes),
    usedBytes: unknownOr(bytes),
    reservedBytes: unknownOr(bytes),
    unattributedBytes: unknownOr(signedBytes),
    errorBoundBytes: unknownOr(bytes),
    unattributedKnown: z.array(z.object({ source: z.string(), bytes })),
    unknownHolders: z.int().min(0),
    quality,
    holders: z.array(holder),
    explain: z.record(z.enum(DEVICE_NUMBERS), explanation).optional(),
  })
  .meta({ id: 'Device' });

export const ledger = z
  .object({
    node: z.string(),
    bootId: z.string(),
    takenAt: time,
    pressure: unknownOr(
      z.object({ someAvg10: z.number(), fullAvg10: z.number(), oomKills: unknownOr(z.int().min(0)) }),
    ),
    devices: z.array(device),
  })
  .meta({ id: 'Ledger' });

export const series = z
  .object({
    id: z.string(),
    node: z.string(),
    device: z.string(),
    holder: z.string().nullable().meta({ description: 'Null: a quantity of the device itself' }),
    quantity: z.enum(['growth', 'bytes', 'used', 'unattributed']),
    name: z.string(),
    firstAt: time,
    lastAt: time,
    lastBytes: z.number(),
    limitBytes: unknownOr(bytes),
  })
  .meta({ id: 'Series' });

export const seriesList = z
  .object({
    items: z.array(series),
    continue: z.string().optional().meta({ description: 'Ask again with it for what is left' }),
  })
  .meta({ id: 'SeriesList' });

export const seriesHistory = z
  .object({
    series,
    blocks: z.array(
      z.object({
        start: time.meta({ description: 'Inclusive' }),
        end: time.meta({ description: 'Exclusive' }),
        min: z.number(),
        mean: z.number(),
        max: z.number(),
      }),
    ),
  })
  .meta({ id: 'SeriesHistory' });

const kindTotals = z
  .object({
    devices: z.int(),
    unknownDevices: z.int().meta({ description: 'Left out of the sums' }),
    totalBytes: bytes,
    usedBytes: bytes,
    reservedBytes: bytes,
    unattributedBytes: signedBytes,
  })
  .meta({ id: 'KindTotals' });

export const clusterNode = z
  .object({
    node: z.string(),
    silent: z.boolean().meta({ description: 'Not connected, or nothing heard for a minute' }),
    totalBytes: unknownOr(bytes).meta({ description: 'Of the host' }),
    usedBytes: unknownOr(bytes),
    unattributedBytes: unknownOr(signedBytes),
    orphanedBytes: unknownOr(bytes),
    soonestExhaustionAt: unknownOr(time),
    gpuTotalBytes: bytes.optional(),
    gpuUsedBytes: bytes.optional(),
  })
  .meta({ id: 'ClusterNode' });

export const cluster = z
  .object({
    takenAt: time,
    devices: z.record(z.string(), kindTotals).meta({ description: 'By kind of device' }),
    namespaces: z.array(z.object({ namespace: z.string(), hostBytes: bytes, gpuBytes: bytes })),
    nodes: z.array(clusterNode),
  })
  .meta({ id: 'Cluster' });

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened and what to do' }),
    code: z.string().meta({ description: 'Stable: branch on this' }),
    problems: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Where in what was sent, and what to write instead' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export type NodeView = z.infer<typeof node>;
export type LedgerView = z.infer<typeof ledger>;
export type DeviceView = z.infer<typeof device>;
export type HolderView = z.infer<typeof holder>;
export type Explanation = z.infer<typeof explanation>;
export type SeriesView = z.infer<typeof series>;
export type SeriesListView = z.infer<typeof seriesList>;
export type SeriesHistoryView = z.infer<typeof seriesHistory>;
export type ClusterView = z.infer<typeof cluster>;
export type ClusterNodeView = z.infer<typeof clusterNode>;
export type Problem = z.infer<typeof problem>;
