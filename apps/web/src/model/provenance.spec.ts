import { describe, expect, it } from '@jest/globals';
import { cgroupRow, deviceOf, processRow } from '../../test/devices.js';
import { costProvenance, rowProvenance, usedProvenance } from './provenance.js';
import { buildTree } from './tree.js';

const device = deviceOf([
  cgroupRow('/a', 100),
  { ...processRow(7, 100, 'cgroup:1:/a', 'db'), quality: 'estimated' },
]);
const tree = buildTree(device);
const MOMENT = { nowMs: 3_800, takenAtMs: 2_000 };

function about(key: string, explained?: { source: string; errorBoundBytes: number }): Record<string, string> {
  const node = tree.byKey.get(key);
  if (node === undefined) throw new TypeError(`no row ${key}`);
  const { facts } = rowProvenance({ node, device, explained }, 'total', MOMENT);
  return Object.fromEntries(facts.map((fact) => [fact.term, fact.text]));
}

describe('where a number is from', () => {
  it('says what it is, its source, its quality and its age', () => {
    expect(about('cgroup:1:/a')).toMatchObject({ quality: 'measured', read: '00:00:02 UTC, 1.8 s ago' });
    expect(about('process:7:1').quality).toMatch(/^≈ estimated/);
  });

  it('believes the controller first', () => {
    expect(about('cgroup:1:/a', { source: 'memory.current', errorBoundBytes: 4096 })).toMatchObject({
      from: 'memory.current',
      error: '± 4 KiB at most',
    });
  });

  it('says of the rest that it is a difference, and its bound', () => {
    expect(about('unattributed')).toMatchObject({
      error: '± 5 B at most',
      quality: 'measured (a difference)',
    });
  });

  it('says unknown for what is unknown', () => {
    expect(usedProvenance({ ...device, usedBytes: null }, undefined, MOMENT).figure).toBe('unknown');
    const agent = { version: null, rssBytes: null, cpuPercent: null, sampleMs: null };
    expect(costProvenance(agent, 'cpu', MOMENT).figure).toBe('unknown');
  });
});
