/*
 * Where a number is from: what it is, which file or call it was read from, how sure it is, how old, how far off at most.
 * What the controller explains stands before what is known of this kind of number in general (docs/reference/ledger.md).
 */
import type { DeviceLedger, Parts } from '#contracts/ledger';
import type { Quality } from '#contracts/units';
import type { Explained, PageAgent } from '../data/wire.js';
import { clockTime, sizeText, span } from './format.js';
import type { TreeNode } from './tree.js';

export interface Fact {
  readonly term: string;
  readonly text: string;
  /** A file, call or formula. */
  readonly code?: boolean;
}

export type Aspect = keyof Parts | 'swap' | 'total';

export interface Provenance {
  readonly title: string;
  readonly figure: string;
  readonly facts: readonly Fact[];
}

export interface Moment {
  readonly nowMs: number;
  readonly takenAtMs: number;
}

const PART_TEXT: Readonly<Record<keyof Parts, string>> = {
  anon: 'anonymous memory: heaps, stacks, private mappings',
  shmem: 'shared memory: tmpfs, memfd, System V. Charged to who touched it first',
  file: 'page cache of files: given back under pressure',
  kernel: 'kernel memory on its behalf: page tables, stacks, sockets, slab',
};

export function rowProvenance(
  row: { node: TreeNode; device: DeviceLedger; explained: Explained | undefined },
  aspect: Aspect,
  moment: Moment,
): Provenance {
  const { node, device, explained } = row;
  return {
    title: `${node.label.prefix}${node.label.text}${aspect === 'total' ? '' : ` · ${aspect}`}`,
    figure: sizeText(aspectBytes(node, aspect), true),
    facts: [
      { term: 'is', text: aspectText(node, aspect) },
      { term: 'from', text: explained?.source ?? sourceText(node, aspect), code: true },
      ...qualityFacts(node.quality, node.kind),
      ...boundFacts(node, device, explained),
      ageFact(moment),
    ],
  };
}

function aspectBytes(node: TreeNode, aspect: Aspect): number | null {
  if (aspect === 'total') return node.bytes;
  return aspect === 'swap' ? node.swapBytes : (node.parts?.[aspect] ?? null);
}

function aspectText(node: TreeNode, aspect: Aspect): string {
  if (aspect === 'swap') return 'swapped out: in no sum, since it is not in memory';
  if (aspect !== 'total') return PART_TEXT[aspect];
  return KIND_TEXT[node.gone ? 'gone' : node.kind](node);
}

const KIND_TEXT: Readonly<Record<TreeNode['kind'] | 'gone', (node: TreeNode) => string>> = {
  cgroup: (node) =>
    node.holder === null
      ? 'the sum of the rows below: this cgroup has none of its own'
      : node.children.some((child) => child.kind === 'cgroup')
        ? `charge of this cgroup (${sizeText(node.ownBytes)} its own) and all below`
        : 'charge of this cgroup: every page is charged to exactly one',
  pod: () => 'the sum of the pod’s cgroups',
  process: () => 'pages of this process within its cgroup’s charge',
  bucket: () => 'memory that belongs to no cgroup with a name',
  itself: () => 'charge of this cgroup without its child cgroups',
  rest: () => 'what the cgroup is charged for and no process of it maps: page cache, tmpfs, kernel memory',
  reserved: () => 'kernel memory charged to nobody, free huge pages and pages on per-CPU lists',
  unattributed: () => 'used, and in nobody’s charge. Signed, never clamped to zero',
  gone: () => 'still charged, although the cgroup was removed: nobody lives there',
};

const SOURCES: Readonly<Record<TreeNode['kind'], string>> = {
  cgroup: 'cgroup usage − Σ usage of live children',
  pod: 'Σ cgroup usage',
  process: '/proc/PID/status: RssAnon + RssShmem',
  bucket: '/proc/meminfo, root cgroup − Σ top-level cgroups',
  itself: 'cgroup usage − Σ usage of live children',
  rest: 'cgroup usage − Σ its processes',
  reserved: '/proc/meminfo, /proc/zoneinfo − charged kernel memory',
  unattributed: 'used − Σ holders − reserved',
};

function sourceText(node: TreeNode, aspect: Aspect): string {
  if (node.kind === 'process' && node.quality === 'estimated')
    return '/proc/PID/smaps_rollup: Pss, scaled to fit';
  if (aspect === 'total' || node.kind === 'process') return SOURCES[node.kind];
  return aspect === 'swap' ? 'memory.swap' : 'memory.stat';
}

const QUALITY_TEXT: Readonly<Record<Quality, string>> = {
  measured: 'measured',
  estimated: '≈ estimated: read while it moved, or scaled to fit its cgroup',
  unknown: 'unknown: the kernel did not tell',
};

function qualityFacts(quality: Quality, kind: TreeNode['kind']): Fact[] {
  const text = kind === 'unattributed' ? `${QUALITY_TEXT[quality]} (a difference)` : QUALITY_TEXT[quality];
  return [{ term: 'quality', text }];
}

function boundFacts(node: TreeNode, device: DeviceLedger, explained: Explained | undefined): Fact[] {
  const bound = explained?.errorBoundBytes ?? (node.kind === 'unattributed' ? device.errorBoundBytes : null);
  const facts: Fact[] = bound === null ? [] : [{ term: 'error', text: `± ${sizeText(bound)} at most` }];
  if (node.kind !== 'unattributed') return facts;
  const known = device.unattributedKnown.map((one) => `${one.source} ${sizeText(one.bytes)}`).join(', ');
  return known === '' ? facts : [...facts, { term: 'of it', text: `known to be elsewhere: ${known}` }];
}

function ageFact(moment: Moment): Fact {
  const ageMs = moment.nowMs - moment.takenAtMs;
  return { term: 'read', text: `${clockTime(moment.takenAtMs)}, ${span(ageMs)} ago` };
}

export function usedProvenance(
  device: DeviceLedger,
  explained: Explained | undefined,
  moment: Moment,
): Provenance {
  const bound = explained?.errorBoundBytes ?? device.errorBoundBytes;
  return {
    title: `${device.name} · used`,
    figure: sizeText(device.usedBytes, true),
    facts: [
      { term: 'is', text: 'all memory that is not free, page cache included' },
      { term: 'from', text: explained?.source ?? '/proc/meminfo: MemTotal − MemFree', code: true },
      { term: 'of', text: sizeText(device.totalBytes, true) },
      { term: 'quality', text: QUALITY_TEXT[device.quality] },
      ...(bound === null ? [] : [{ term: 'error', text: `± ${sizeText(bound)} at most` }]),
      ageFact(moment),
    ],
  };
}

export type CostAspect = 'rss' | 'cpu' | 'sample';

export function costProvenance(agent: PageAgent, aspect: CostAspect, moment: Moment): Provenance {
  const known = COSTS[aspect];
  return {
    title: known.title,
    figure: known.figure(agent),
    facts: [
      { term: 'is', text: known.is },
      { term: 'from', text: known.from, code: true },
      { term: 'quality', text: 'measured by the agent, of itself' },
      ageFact(moment),
    ],
  };
}

const COSTS: Readonly<
  Record<CostAspect, { title: string; is: string; from: string; figure: (agent: PageAgent) => string }>
> = {
  rss: {
    title: 'Memwarden’s agent · memory',
    is: 'resident memory of the agent’s process on this node',
    from: '/proc/self/status: VmRSS',
    figure: (agent) => sizeText(agent.rssBytes, true),
  },
  cpu: {
    title: 'Memwarden’s agent · CPU',
    is: 'user and system time over the last sampling period, of one core',
    from: 'getrusage(RUSAGE_SELF)',
    figure: (agent) => (agent.cpuPercent === null ? 'unknown' : `${agent.cpuPercent.toFixed(2)} %`),
  },
  sample: {
    title: 'Memwarden’s agent · one sample',
    is: 'from the first kernel read to the finished ledger',
    from: 'monotonic clock',
    figure: (agent) => (agent.sampleMs === null ? 'unknown' : `${agent.sampleMs.toFixed(1)} ms`),
  },
};
