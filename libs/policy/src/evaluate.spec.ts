import { describe, expect, it } from '@jest/globals';
import { rfc3339 } from '#api';
import { bytes, GIB } from '#contracts/units';
import { cgroupRow, NOW, policyOf, pressureDetector, processRow } from '../test/objects.js';
import { BETWEEN, confirmed, HIGH, kinds, LOW, SampledNode } from '../test/sampled-node.js';
import type { FindingChange } from './finding-change.js';

describe('a target above the mark', () => {
  it('is suspected with the second sample and confirmed after forSeconds, with the numbers that decided', () => {
    const node = new SampledNode();
    expect(node.holds(HIGH)).toEqual([]);
    const [suspect] = node.holds(HIGH);
    expect(suspect).toMatchObject({
      kind: 'Suspect',
      firstSeenMs: NOW,
      finding: {
        type: 'Pressure',
        class: 'NonReclaimable',
        detector: 'press',
        policyRef: { name: 'caches', uid: 'uid-caches', generation: 1 },
        target: {
          node: 'node-a',
          bootID: 'boot-1',
          device: 'host',
          holder: 'process:7:70',
          process: { pid: 7, startTimeTicks: 70, name: 'cache' },
        },
      },
      observation: { bytes: HIGH, quality: 'Measured', limitBytes: 100 * GIB, percent: 95 },
    });
    expect(node.holds(HIGH, 10)).toEqual([]);
    expect(node.holds(HIGH)).toEqual([
      expect.objectContaining({
        kind: 'Confirm',
        evidence: [
          {
            type: 'AboveMark',
            at: rfc3339(NOW + 60_000),
            message: '95.0 GiB of a limit of 100.0 GiB (95 %) cannot be reclaimed, at or above 90 % for 60 s',
          },
        ],
      }),
    ]);
  });

  it('reaches the mark exactly; a byte less does not', () => {
    expect(kinds(new SampledNode().holds(90 * GIB, 2))).toEqual(['Suspect']);
    expect(new SampledNode().holds(90 * GIB - 1, 5)).toEqual([]);
  });

  it('with forSeconds 0 it still takes two samples to suspect, and a third to confirm', () => {
    const node = new SampledNode([policyOf({ detectors: [pressureDetector({ forSeconds: 0 })] })]);
    expect(kinds(node.holds(HIGH, 3))).toEqual(['Suspect', 'Confirm']);
  });

  it('once is nothing: no object, and nothing remembered', () => {
    const node = new SampledNode();
    expect(node.holds(HIGH)).toEqual([]);
    expect(node.memory.size).toBe(1);
    expect(node.holds(LOW)).toEqual([]);
    expect(node.memory.size).toBe(0);
    expect(node.holds(HIGH)).toEqual([]);
  });

  it('a cgroup is the target where no process is named, against its own limit', () => {
    const node = new SampledNode([policyOf({ match: { all: true } })]);
    const rows = [
      cgroupRow(9, '/pods/a', 4 * GIB, { limitBytes: bytes(5 * GIB) }),
      cgroupRow(10, '/pods/a/b', GIB),
    ];
    node.sample(rows);
    expect(node.sample(rows).changes).toMatchObject([
      {
        kind: 'Suspect',
        finding: { target: { holder: 'cgroup:9:/pods/a', cgroup: { path: '/pods/a', inode: 9 } } },
        observation: { bytes: 5 * GIB, percent: 100 },
      },
    ]);
  });

  it('names with newlines and control characters are carried as they are, and in no sentence', () => {
    const name = 'ca\nche\u001b[31m';
    const node = new SampledNode([policyOf({ match: { processes: { names: [name] } } })]);
    const rows = [processRow(7, HIGH, { name })];
    node.sample(rows);
    const [change] = node.sample(rows).changes;
    expect(change?.finding.target.process?.name).toBe(name);
    expect(change?.finding.name).toMatch(/^pressure-[0-9a-f]{12}$/);
    expect(JSON.stringify((change as { evidence: unknown }).evidence)).not.toContain('31m');
  });

  it('details of huge pages and rows without an identity are no targets', () => {
    const node = new SampledNode();
    const hugetlb = processRow(7, HIGH, { id: 'hugetlb:7:70' });
    const { pid: _pid, ...nobody } = processRow(8, HIGH);
    for (let i = 0; i < 5; i++) expect(node.sample([hugetlb, nobody]).changes).toEqual([]);
  });
});

describe('hysteresis', () => {
  it('between the marks a suspicion stays, and its count starts anew', () => {
    const node = new SampledNode();
    node.holds(HIGH, 12);
    expect(node.holds(BETWEEN)).toEqual([expect.objectContaining({ kind: 'Seen' })]);
    expect(kinds(node.holds(HIGH, 12))).not.toContain('Confirm');
    expect(kinds(node.holds(HIGH))).toContain('Confirm');
  });

  it('below the clear mark it is cleared, confirmed or not', () => {
    const node = new SampledNode();
    node.holds(HIGH, 2);
    expect(node.holds(LOW)).toMatchObject([{ kind: 'Clear', wasConfirmed: false }]);
    expect(confirmed().holds(LOW)).toMatchObject([
      {
        kind: 'Clear',
        wasConfirmed: true,
        evidence: [
          {
            type: 'BelowClearMark',
            message: '50.0 GiB of a limit of 100.0 GiB (50 %) cannot be reclaimed, below 80 %',
          },
        ],
      },
    ]);
  });

  it('at the clear mark exactly it is not clear', () => {
    const node = confirmed();
    expect(kinds(node.holds(80 * GIB))).toEqual(['Seen']);
    expect(kinds(node.holds(80 * GIB - 1))).toEqual(['Clear']);
  });

  it('confirmed is confirmed: no second Confirm after a dip', () => {
    const node = confirmed();
    node.holds(BETWEEN, 3);
    expect(kinds(node.holds(HIGH, 40))).not.toContain('Confirm');
  });
});

describe('what is written again', () => {
  it('nothing while bytes move by 5 % or less', () => {
    expect(confirmed().holds(95 * GIB * 1.05, 5)).toEqual([]);
  });

  it('a move of more than 5 %, once', () => {
    const node = confirmed();
    expect(node.holds(100 * GIB, 5)).toMatchObject([{ kind: 'Seen', observation: { bytes: 100 * GIB } }]);
  });

  it('and every 60 s', () => {
    expect(kinds(confirmed().holds(HIGH, 24))).toEqual(['Seen', 'Seen']);
  });
});

describe('PSI', () => {
  const psi = [
    policyOf({
      detectors: [pressureDetector({ signal: 'PSI', percentOfLimit: 20, clearPercent: 10, forSeconds: 10 })],
    }),
  ];

  it('is the node waiting for memory; bytes are those of the target', () => {
    const node = new SampledNode(psi);
    expect(node.holds(LOW, 3, { someAvg10: 19.9 })).toEqual([]);
    const changes = node.holds(LOW, 3, { someAvg10: 25.5 });
    expect(changes).toMatchObject([
      { kind: 'Suspect', finding: { class: 'PSI' }, observation: { bytes: LOW, percent: 25.5 } },
      { kind: 'Confirm' },
    ]);
    expect((changes[1] as Extract<FindingChange, { kind: 'Confirm' }>).evidence[0]).toMatchObject({
      message:
        'tasks of the node waited for memory 25.5 % of 10 s (PSI some); 50.0 GiB here cannot be reclaimed, at or above 20 % for 10 s',
    });
    expect(kinds(node.holds(LOW, 1, { someAvg10: 9 }))).toEqual(['Clear']);
  });

  it('says nothing where the kernel does not', () => {
    const node = new SampledNode(psi);
    expect(node.holds(LOW, 3, { someAvg10: null })).toEqual([]);
    node.holds(LOW, 2, { someAvg10: 30 });
    expect(node.holds(LOW, 3, { someAvg10: null })).toEqual([]);
    expect(node.memory.size).toBe(1);
  });
});

describe('several detectors of one policy', () => {
  const two = [
    pressureDetector({ percentOfLimit: 60, clearPercent: 50 }, 'early'),
    pressureDetector({}, 'late'),
  ];

  it('each has its own finding, also for one signal', () => {
    const node = new SampledNode([policyOf({ detectors: two })]);
    const names = node.holds(HIGH, 2).map(({ finding }) => finding.name);
    expect(new Set(names).size).toBe(2);
    expect(kinds(node.holds(70 * GIB, 1))).toEqual(expect.arrayContaining(['Clear', 'Seen']));
    expect(node.holds(HIGH, 2)).toMatchObject([
      { kind: 'Seen' },
      { kind: 'Suspect', finding: { detector: 'late' } },
    ]);
  });
});
