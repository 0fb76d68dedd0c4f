/*
 * Devices for the page's specs: small ones by hand, any ones by fast-check. All of them add up.
 */
import fc from 'fast-check';
import { assertDeviceLedger, type DeviceLedger, type Holder, type Parts } from '#contracts/ledger';
import { bytes, signedBytes, type Quality } from '#contracts/units';

export function cgroupRow(path: string, own: number, more: Partial<Holder> = {}): Holder {
  return {
    id: `cgroup:1:${path}`,
    kind: 'cgroup',
    name: path,
    class: 'Running',
    flags: [],
    bytes: bytes(own),
    quality: 'measured',
    ...more,
  };
}

export function processRow(pid: number, own: number, within: string, name = 'worker'): Holder {
  return {
    id: `process:${pid}:1`,
    kind: 'process',
    within,
    name,
    class: 'Running',
    flags: [],
    bytes: bytes(own),
    quality: 'measured',
    pid,
  };
}

export function restRow(own: number, within: string): Holder {
  return {
    id: `rest:${within}`,
    kind: 'bucket',
    within,
    name: 'cache and kernel',
    class: 'Kernel',
    flags: [],
    bytes: bytes(own),
    quality: 'measured',
  };
}

export function deviceOf(holders: readonly Holder[], reserved = 100, unattributed = -7): DeviceLedger {
  const held = holders.reduce((sum, row) => (row.within === undefined ? sum + row.bytes : sum), 0);
  const used = Math.max(0, held + reserved + unattributed);
  const device: DeviceLedger = {
    id: 'host',
    kind: 'host',
    name: 'Host memory',
    totalBytes: bytes(used * 2),
    usedBytes: bytes(used),
    reservedBytes: bytes(reserved),
    unattributedBytes: signedBytes(used - held - reserved),
    errorBoundBytes: bytes(5),
    unattributedKnown: [],
    unknownHolders: 0,
    quality: 'measured',
    holders,
  };
  assertDeviceLedger(device);
  return device;
}

const segment = fc.constantFrom(
  'kubepods.slice',
  'system.slice',
  'user.slice',
  'a',
  'b',
  'c.service',
  'init.scope',
);
const size = fc.integer({ min: 0, max: 2 ** 40 });
const quality = fc.constantFrom<Quality>('measured', 'estimated');

const partsOf = fc.tuple(size, size, size, size).map(([anon, shmem, file, kernel]): Parts => ({
  anon: bytes(anon),
  shmem: bytes(shmem),
  file: bytes(file),
  kernel: bytes(kernel),
}));

const anyRow = fc.record({
  path: fc.array(segment, { minLength: 1, maxLength: 5 }),
  parts: fc.option(partsOf, { nil: undefined }),
  own: size,
  quality,
  gone: fc.boolean(),
  processes: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
});

function sumOf({ anon, shmem, file, kernel }: Parts): number {
  return anon + shmem + file + kernel;
}

type AnyRow = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;

function rowsOf(row: AnyRow, at: number): Holder[] {
  const path = `/${row.path.join('/')}`;
  const own = row.parts === undefined ? row.own : sumOf(row.parts);
  const holder = cgroupRow(path, own, {
    id: `cgroup:${at}:${path}`,
    quality: row.quality,
    class: row.gone ? 'Deleted' : 'Running',
    ...(row.parts === undefined ? {} : { parts: row.parts }),
  });
  if (row.processes.length === 0) return [holder];
  let left = own;
  const processes = row.processes.map((share, index) => {
    const held = Math.floor(left * share);
    left -= held;
    return processRow(at * 10 + index + 1, held, holder.id, `w${index}`);
  });
  return [holder, ...processes, restRow(left, holder.id)];
}

/** Any host device: cgroups in any order, some without rows of their own, some twice. */
export const anyDevice: fc.Arbitrary<DeviceLedger> = fc
  .tuple(
    fc.array(anyRow, { maxLength: 25 }),
    fc.integer({ min: 0, max: 2 ** 30 }),
    fc.integer({ min: -(2 ** 20), max: 2 ** 30 }),
  )
  .map(([rows, reserved, unattributed]) => deviceOf(rows.flatMap(rowsOf), reserved, unattributed));
