import { describe, expect, it } from '@jest/globals';
import type { Holder } from '#contracts/ledger';
import { bytes, MIB } from '#contracts/units';
import { someReport } from '#testing';
import { explainDevice, explainHolder } from './explain.js';

const [host] = someReport().ledger.devices;

function row(more: Partial<Holder>): Holder {
  return { ...host!.holders[0]!, bytes: bytes(MIB), ...more };
}

const sourceOf = (more: Partial<Holder>): string => explainHolder(host!, row(more), 2).source;

describe('where a number is from', () => {
  it('names the file of every kind of row', () => {
    expect(sourceOf({ kind: 'cgroup' })).toContain('memory.current');
    expect(sourceOf({ kind: 'process', pid: 7, within: 'cgroup:1:/a' })).toBe(
      '/proc/7/status: RssAnon + RssShmem',
    );
    expect(sourceOf({ kind: 'process', pid: 7, within: 'cgroup:1:/a', quality: 'estimated' })).toContain(
      'smaps_rollup',
    );
    expect(sourceOf({ kind: 'bucket', id: 'bucket:deleted' })).toContain('removed cgroups');
  });

  it('tells huge pages of a process from its other memory', () => {
    const within = 'bucket:hugetlb';
    expect(sourceOf({ kind: 'process', pid: 7, within })).toBe('/proc/7/status: HugetlbPages');
    expect(sourceOf({ kind: 'bucket', id: 'hugetlb:1:/a', within })).toContain('hugetlb.*.current');
    expect(sourceOf({ kind: 'bucket', id: 'hugetlb:rest', within })).toContain('its other details');
  });

  it('bounds what was read at another moment by the error of the reading, and knows no bound of the unknown', () => {
    expect(explainDevice(host!, 2).usedBytes.errorBoundBytes).toBe(0);
    expect(explainDevice(host!, 2).unattributedBytes.errorBoundBytes).toBe(host!.errorBoundBytes);
    expect(explainHolder(host!, row({ quality: 'unknown' }), 2).errorBoundBytes).toBeNull();
  });
});
