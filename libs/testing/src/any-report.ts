/*
 * Reports of every shape that the vocabulary allows, for property tests. Each keeps the ledger's identity.
 * Ids come from a few letters, so that two reports of one run share some rows and differ in others.
 */
import fc from 'fast-check';
import type { DeviceLedger, Holder, Parts } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { bytes, signedBytes } from '#contracts/units';

/** Whom the reports are of: the same in all of them. */
export const ANY_NODE = { node: 'node-a', bootId: 'boot-1' };

const size = fc.oneof(fc.nat(9), fc.integer({ min: 0, max: 2 ** 45 })).map((n) => bytes(n));
const name = fc.oneof(fc.constantFrom('/', '/a', '/a/b'), fc.string({ unit: 'binary', maxLength: 20 }));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Objects as a program makes them: fast-check's have no prototype, and undefined fields where there should be none. */
function plain(drawn: unknown): unknown {
  return JSON.parse(JSON.stringify(drawn));
}

function sumOf(parts: Parts): number {
  return parts.anon + parts.shmem + parts.file + parts.kernel;
}

/** One row by itself. */
export const anyRow: fc.Arbitrary<Holder> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
    kind: fc.constantFrom('cgroup' as const, 'process' as const, 'pod' as const, 'bucket' as const),
    name,
    class: fc.constantFrom('Running' as const, 'Deleted' as const, 'Kernel' as const),
    flags: fc.array(fc.constantFrom('Idle', 'Frozen', ''), { maxLength: 2 }),
    bytes: size,
    parts: maybe(fc.record({ anon: size, shmem: size, file: size, kernel: size })),
    swapBytes: maybe(size),
    limitBytes: maybe(size),
    quality: fc.constantFrom('measured' as const, 'estimated' as const, 'unknown' as const),
    pid: maybe(fc.nat(4_194_304)),
    startTimeTicks: maybe(fc.maxSafeNat()),
    uid: maybe(fc.nat(0xffff_ffff)),
    container: maybe(name),
    pod: maybe(name),
    namespace: maybe(name),
    workload: maybe(name),
    podUid: maybe(name),
    containerId: maybe(name),
  })
  .map((drawn) => {
    const whole = drawn.parts === undefined ? drawn.bytes : bytes(sumOf(drawn.parts));
    return plain({ ...drawn, bytes: whole }) as Holder;
  });

/** Each of the rows after the first few may detail one of those, which then has their sum. */
function nest(rows: readonly Holder[], details: readonly number[]): Holder[] {
  const nested = rows.map((each, i) => {
    const parent = rows[details[i] ?? -1];
    return parent === undefined || (details[i] ?? 0) >= i || details[details[i] ?? 0] !== -1
      ? each
      : { ...each, within: parent.id };
  });
  return nested.map((each) => {
    const inside = nested.filter((other) => other.within === each.id);
    if (inside.length === 0) return each;
    const { parts: _parts, ...rest } = each;
    return { ...rest, bytes: bytes(inside.reduce((sum, other) => sum + other.bytes, 0)) };
  });
}

const holders = fc
  .tuple(
    fc.uniqueArray(anyRow, { maxLength: 10, selector: (each) => each.id }),
    fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 10, maxLength: 10 }),
  )
  .map(([rows, details]) => nest(rows, details));

const device = (id: string): fc.Arbitrary<DeviceLedger> =>
  fc
    .record({
      id: fc.constant(id),
      kind: fc.constantFrom('host' as const, 'gpu' as const),
      parent: maybe(name),
      name,
      known: fc.boolean(),
      totalBytes: fc.option(size),
      reservedBytes: size,
      unattributedBytes: size.map((n) => signedBytes(n)),
      errorBoundBytes: fc.option(size),
      unattributedKnown: fc.array(fc.record({ source: name, bytes: size }), { maxLength: 2 }),
      unknownHolders: fc.nat(3),
      quality: fc.constantFrom('measured' as const, 'estimated' as const, 'unknown' as const),
      holders,
    })
    .map(({ known, ...drawn }) => {
      const held = drawn.holders.reduce((sum, each) => sum + (each.within === undefined ? each.bytes : 0), 0);
      const usedBytes = known ? bytes(held + drawn.reservedBytes + drawn.unattributedBytes) : null;
      const unattributedBytes = known ? drawn.unattributedBytes : null;
      return { ...drawn, usedBytes, unattributedBytes } as DeviceLedger;
    });

export const anyReport: fc.Arbitrary<NodeReport> = fc
  .record({
    ledger: fc.record({
      node: fc.constant(ANY_NODE.node),
      bootId: fc.constant(ANY_NODE.bootId),
      takenAtMs: fc.nat(),
      devices: fc.tuple(device('host'), maybe(device('gpu-0')), fc.boolean()).map(([host, gpu, swapped]) => {
        if (gpu === undefined) return [host];
        return swapped ? [gpu, host] : [host, gpu];
      }),
      pressure: fc.option(
        fc.record({ someAvg10: fc.nat(100), fullAvg10: fc.nat(100), oomKills: fc.option(fc.nat()) }),
      ),
    }),
    agent: fc.record({
      version: name,
      rssBytes: size,
      cpuPercent: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
      sampleMs: fc.nat(),
    }),
    health: fc.array(
      fc.record({
        component: name,
        state: fc.constantFrom('ok' as const, 'degraded' as const, 'failed' as const),
        reason: maybe(name),
      }),
      { maxLength: 2 },
    ),
  })
  .map((drawn) => plain(drawn) as NodeReport);
