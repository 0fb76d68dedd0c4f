import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Holder, Parts } from '#contracts/ledger';
import { bytes, GIB, MIB } from '#contracts/units';
import { cgroupRow, ledgerOf, processRow } from '../test/objects.js';
import { hostDevice, HostMemory } from './host-memory.js';

const memoryOf = (rows: readonly Holder[], totalBytes: number | null = 100 * GIB): HostMemory =>
  new HostMemory(hostDevice(ledgerOf(rows, { totalBytes }).devices)!);
const parts = (anon: number, shmem: number, file: number, kernel: number): Parts => ({
  anon: bytes(anon),
  shmem: bytes(shmem),
  file: bytes(file),
  kernel: bytes(kernel),
});

describe('what a cgroup holds', () => {
  it('is anon, shmem and kernel of it and all below it; page cache never', () => {
    const rows = [
      cgroupRow(2, '/a/b', 0, { parts: parts(1, 2, 1000, 4) }),
      cgroupRow(1, '/a', 0, { parts: parts(10, 20, 1000, 40), limitBytes: bytes(1000) }),
      cgroupRow(3, '/a/b/c', 0, { parts: parts(100, 200, 1000, 400) }),
      cgroupRow(4, '/ab', 0, { parts: parts(5000, 0, 0, 0) }),
    ];
    expect(memoryOf(rows).share(rows[1]!)).toEqual({ bytes: 777, quality: 'Measured', limitBytes: 1000 });
  });

  it('a row between that is missing does not hide what is below', () => {
    const rows = [cgroupRow(1, '/a', 1, { limitBytes: bytes(10) }), cgroupRow(3, '/a/b/c', 2)];
    expect(memoryOf(rows).share(rows[0]!)?.bytes).toBe(3);
  });

  it('is unknown when any part of it is: unknown is never 0', () => {
    const parent = cgroupRow(1, '/a', 50, { limitBytes: bytes(100) });
    const { parts: _parts, ...without } = cgroupRow(2, '/a/b', 10);
    expect(memoryOf([parent, without]).share(parent)).toBeNull();
    expect(memoryOf([parent, cgroupRow(2, '/a/b', 10, { quality: 'unknown' })]).share(parent)).toBeNull();
    expect(memoryOf([parent, cgroupRow(2, '/b', 10, { quality: 'unknown' })]).share(parent)?.bytes).toBe(50);
  });

  it('is estimated when any part of it is', () => {
    const parent = cgroupRow(1, '/a', 50, { limitBytes: bytes(100) });
    expect(memoryOf([parent, cgroupRow(2, '/a/b', 1, { quality: 'estimated' })]).share(parent)?.quality).toBe(
      'Estimated',
    );
  });

  it('equals the sum over paths, whatever the tree and the order', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 })
      .map((p) => `/${p.join('/')}`);
    const tree = fc.uniqueArray(fc.record({ path, held: fc.nat(1000) }), {
      selector: (node) => node.path,
      maxLength: 30,
    });
    fc.assert(
      fc.property(tree, (nodes) => {
        const rows = nodes.map((node, i) =>
          cgroupRow(i + 1, node.path, node.held, { limitBytes: bytes(GIB) }),
        );
        const memory = memoryOf(rows);
        for (const row of rows) {
          const below = nodes.filter(
            (node) => node.path === row.name || node.path.startsWith(`${row.name}/`),
          );
          expect(memory.share(row)?.bytes).toBe(below.reduce((sum, { held }) => sum + held, 0));
        }
      }),
    );
  });
});

describe('what a process is measured against', () => {
  const limited = cgroupRow(1, '/pods', 0, { limitBytes: bytes(5 * GIB) });
  const inner = cgroupRow(2, '/pods/a', 0);
  const process = processRow(7, GIB, { within: inner.id });

  it('the nearest limit above it, also of a cgroup without bytes of its own', () => {
    expect(memoryOf([limited, inner, process]).share(process)?.limitBytes).toBe(5 * GIB);
    const nearer = { ...inner, limitBytes: bytes(2 * GIB) };
    expect(memoryOf([limited, nearer, process]).share(process)?.limitBytes).toBe(2 * GIB);
  });

  it('else the machine; also in the root cgroup, and under a limit that the machine cannot reach', () => {
    expect(memoryOf([inner, process]).share(process)?.limitBytes).toBe(100 * GIB);
    expect(memoryOf([processRow(7, GIB, { within: 'bucket:root' })]).share(process)?.limitBytes).toBe(
      100 * GIB,
    );
    const huge = { ...limited, limitBytes: bytes(900 * GIB) };
    expect(memoryOf([huge, inner, process]).share(process)?.limitBytes).toBe(100 * GIB);
  });

  it('nothing, where the machine does not say its size either', () => {
    expect(memoryOf([inner, process], null).share(process)).toBeNull();
    expect(memoryOf([limited, inner, process], null).share(process)?.limitBytes).toBe(5 * GIB);
  });

  it('counts anon and shmem; unknown rows and those without parts say nothing', () => {
    const mixed = { ...process, parts: parts(3 * MIB, 2 * MIB, MIB, MIB) };
    expect(memoryOf([mixed]).share(mixed)?.bytes).toBe(5 * MIB);
    expect(memoryOf([process]).share({ ...process, quality: 'unknown' })).toBeNull();
    const { parts: _parts, ...without } = process;
    expect(memoryOf([without]).share(without)).toBeNull();
  });

  it('a limit of 0 is nothing to be a share of', () => {
    const zero = { ...limited, limitBytes: bytes(0) };
    expect(memoryOf([zero, inner, process]).share(process)).toBeNull();
  });
});

describe('a cgroup of a pod', () => {
  const pod = cgroupRow(1, '/pod', 0, { podUid: 'u', limitBytes: bytes(100) });
  const container = (limit: number | null, podUid = 'u'): Holder =>
    cgroupRow(2, '/pod/c', 50, { podUid, ...(limit !== null && { limitBytes: bytes(limit) }) });
  const stands = (row: Holder, above: Holder = pod): boolean => memoryOf([above, row]).standsForItself(row);

  it('is found by its pod, unless its own limit comes first', () => {
    expect(stands(container(100))).toBe(false);
    expect(stands(container(200))).toBe(false);
    expect(stands(container(null))).toBe(false);
    expect(stands(container(99))).toBe(true);
  });

  it('stands for itself where its pod has no limit, or what is above is another pod', () => {
    const { limitBytes: _limit, ...unlimited } = pod;
    expect(stands(container(100), unlimited)).toBe(true);
    expect(stands(container(100, 'v'))).toBe(true);
    expect(stands(pod, container(100))).toBe(true);
    const process: Holder = { ...processRow(7, 1), podUid: 'u' };
    expect(stands(process)).toBe(true);
  });
});
