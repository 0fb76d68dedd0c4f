import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDevice, cgroupRow, deviceOf } from '../../test/devices.js';
import { DELETED, groupsOf } from './groups.js';
import { buildTree } from './tree.js';

const POD =
  '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod4c1f0000_0000_4000_8000_00000000000';

const groups = (...rows: Parameters<typeof deviceOf>[0]) => groupsOf(buildTree(deviceOf(rows)));

describe('groups', () => {
  it('hold every byte of every holder exactly once', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        const held = device.holders.reduce(
          (sum, row) => (row.within === undefined ? sum + row.bytes : sum),
          0,
        );
        const grouped = groupsOf(buildTree(device)).flatMap((group) => group.units);
        expect(grouped.reduce((sum, unit) => sum + unit.bytes, 0)).toBe(held);
      }),
    );
  });

  it('give the three largest a hue, and the rest share one', () => {
    const rows = ['/a', '/b', '/c', '/d', '/system.slice/x.service'].map((path, at) =>
      cgroupRow(path, 100 - at * 10),
    );
    expect(groups(...rows).map((group) => [group.name, group.tone])).toEqual([
      ['a', 'one'],
      ['b', 'two'],
      ['c', 'three'],
      ['d', 'system'],
      ['system', 'system'],
    ]);
  });

  it('spend no hue on what nobody sees', () => {
    const tones = groups(cgroupRow('/a', 1), cgroupRow('/b', 999)).map((group) => [group.name, group.tone]);
    expect(tones).toEqual([
      ['b', 'one'],
      ['a', 'system'],
    ]);
  });

  it('keep their hues while the largest of them change places', () => {
    const tones = (a: number, b: number): unknown =>
      groups(cgroupRow('/a', a), cgroupRow('/b', b)).map((group) => [group.name, group.tone]);
    expect(tones(10, 20)).toEqual(tones(20, 10));
  });

  it('are namespaces where those are known, with pods as units', () => {
    const rows = [
      cgroupRow(`${POD}1.slice`, 1, { namespace: 'ml', pod: 'train-0' }),
      cgroupRow(`${POD}1.slice/cri-containerd-${'a'.repeat(64)}.scope`, 30, {
        namespace: 'ml',
        pod: 'train-0',
      }),
      cgroupRow(`${POD}2.slice/cri-containerd-${'b'.repeat(64)}.scope`, 20, {
        namespace: 'web',
        pod: 'shop-0',
      }),
    ];
    expect(groups(...rows).map((group) => [group.name, group.units.map((unit) => unit.bytes)])).toEqual([
      ['ml', [31]],
      ['web', [20]],
    ]);
  });

  it('put removed cgroups last, without a hue', () => {
    const gone = cgroupRow('/gone', 900, { id: 'bucket:deleted', kind: 'bucket', class: 'Deleted' });
    expect(groups(gone, cgroupRow('/a', 1)).at(-1)).toMatchObject({
      name: DELETED,
      tone: 'system',
      bytes: 900,
    });
  });
});
