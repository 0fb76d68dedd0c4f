import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDevice, cgroupRow, deviceOf } from '../../test/devices.js';
import { deviceModel } from './screen.js';
import { layoutBar } from './segments.js';

const EPSILON = 1e-9;

describe('a bar', () => {
  it('never overlaps itself, never overflows, and shows what there is at least 2 px wide', () => {
    fc.assert(
      fc.property(anyDevice, fc.integer({ min: 200, max: 4000 }), (device, width) => {
        const { groups } = deviceModel(device);
        let end = 0;
        for (const segment of layoutBar(device, groups, width)) {
          expect(segment.start).toBeGreaterThanOrEqual(end - EPSILON);
          expect(segment.width * width).toBeGreaterThanOrEqual(2 - 1e-6);
          end = segment.start + segment.width;
        }
        expect(end).toBeLessThanOrEqual(1 + EPSILON);
      }),
    );
  });

  it('has every positive byte in exactly one segment', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        const { groups } = deviceModel(device);
        const drawn = layoutBar(device, groups, 1000).reduce((sum, segment) => sum + segment.bytes, 0);
        expect(drawn).toBe((device.usedBytes ?? 0) - Math.min(0, device.unattributedBytes ?? 0));
      }),
    );
  });

  it('gathers what is too narrow to point at, at the end of its group', () => {
    const rows = Array.from({ length: 300 }, (_, at) => cgroupRow(`/job/${at}`, at === 0 ? 100_000 : 50));
    const device = deviceOf(rows, 0, 0);
    const segments = layoutBar(device, deviceModel(device).groups, 1000);
    expect(segments.map((segment) => [segment.kind, segment.nodes.length])).toEqual([
      ['holder', 1],
      ['more', 299],
    ]);
  });

  it('draws nothing while it has no width or nothing is known', () => {
    const device = deviceOf([cgroupRow('/a', 5)]);
    expect(layoutBar(device, deviceModel(device).groups, 0)).toEqual([]);
    const unknown = { ...device, usedBytes: null, totalBytes: null };
    expect(layoutBar(unknown, deviceModel(device).groups, 500)).toEqual([]);
  });
});
