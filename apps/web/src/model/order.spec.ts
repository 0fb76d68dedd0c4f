import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDevice, cgroupRow, deviceOf, processRow, restRow } from '../../test/devices.js';
import { foldMark } from './fold.js';
import { BY_TOTAL, matching, NO_FILTER, revealing, visibleRows, type View } from './order.js';
import { buildTree } from './tree.js';

const PLAIN: View = { sort: BY_TOTAL, turned: new Set(), matches: NO_FILTER };

const tree = buildTree(
  deviceOf([
    cgroupRow('/system.slice/ssh.service', 40),
    cgroupRow('/system.slice/db.service', 60),
    processRow(412, 50, 'cgroup:1:/system.slice/db.service', 'postgres'),
    restRow(10, 'cgroup:1:/system.slice/db.service'),
    cgroupRow('/user.slice', 500),
  ]),
);

const labels = (view: View): string[] => visibleRows(tree, view).map((row) => row.node.label.text);

describe('the rows on screen', () => {
  it('are sorted within their parents, with nobody’s last', () => {
    expect(labels(PLAIN)).toEqual([
      'user.slice',
      'system.slice',
      'db.service',
      'ssh.service',
      'reserved',
      'unattributed',
    ]);
    const byName: View = { ...PLAIN, sort: { column: 'name', descending: true } };
    expect(labels(byName)).toEqual([
      'user.slice',
      'system.slice',
      'ssh.service',
      'db.service',
      'unattributed',
      'reserved',
    ]);
  });

  it('fold and unfold by their marks', () => {
    const turned = new Set([foldMark('path:/system.slice')]);
    expect(labels({ ...PLAIN, turned })).toEqual(['user.slice', 'system.slice', 'reserved', 'unattributed']);
  });

  it('under a filter are what matches, with what is above it, and nothing else', () => {
    const matches = matching(tree, 'PostGres');
    expect(labels({ ...PLAIN, matches })).toEqual(['system.slice', 'db.service', 'postgres']);
    expect(matches).toMatchObject({ count: 1, bytes: 50 });
  });

  it('are found by pid, and a path component above does not match', () => {
    expect(labels({ ...PLAIN, matches: matching(tree, '412') })).toEqual([
      'system.slice',
      'db.service',
      'postgres',
    ]);
    expect(matching(tree, 'system.slice').count).toBe(1);
  });

  it('say when nothing matches', () => {
    expect(labels({ ...PLAIN, matches: matching(tree, 'nothing of the kind') })).toEqual([]);
  });

  it('count bytes of a match inside a match once', () => {
    const nested = buildTree(deviceOf([cgroupRow('/db', 9), processRow(1, 9, 'cgroup:1:/db', 'db')]));
    expect(matching(nested, 'db')).toMatchObject({ count: 2, bytes: 9 });
    expect(matching(tree, 'service')).toMatchObject({ count: 2, bytes: 100 });
  });

  it('always have a row on screen after it was revealed', () => {
    fc.assert(
      fc.property(anyDevice, fc.nat(), (device, pick) => {
        const any = buildTree(device);
        const keys = [...any.byKey.keys()];
        const key = keys[pick % keys.length] ?? '';
        const turned = new Set(revealing(any, key, PLAIN));
        expect(visibleRows(any, { ...PLAIN, turned }).some((row) => row.node.key === key)).toBe(true);
      }),
    );
  });

  it('have their ancestors above them', () => {
    fc.assert(
      fc.property(anyDevice, fc.constantFrom('w0', 'slice', '1', 'cache'), (device, query) => {
        const any = buildTree(device);
        const seen = new Set<string>();
        for (const { node } of visibleRows(any, { ...PLAIN, matches: matching(any, query) })) {
          expect(node.parent === null || seen.has(node.parent)).toBe(true);
          seen.add(node.key);
        }
      }),
    );
  });
});
