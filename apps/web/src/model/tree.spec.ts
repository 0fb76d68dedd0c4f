import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDevice, cgroupRow, deviceOf, processRow, restRow } from '../../test/devices.js';
import { buildTree, withAncestors, type TreeNode } from './tree.js';

function everyNode(nodes: readonly TreeNode[]): TreeNode[] {
  return nodes.flatMap((node) => [node, ...everyNode(node.children)]);
}

const sum = (nodes: readonly TreeNode[]): number => nodes.reduce((total, node) => total + node.bytes, 0);

describe('the tree', () => {
  it('adds up at the top to what is used, whatever the rows', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        expect(sum(buildTree(device).roots)).toBe(device.usedBytes);
      }),
    );
  });

  it('adds up at every node that has children', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        const parents = everyNode(buildTree(device).roots).filter((node) => node.children.length > 0);
        expect(parents.map((node) => sum(node.children))).toEqual(parents.map((node) => node.bytes));
      }),
    );
  });

  it('shows every row once, under a key of its own', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        const nodes = everyNode(buildTree(device).roots);
        const shown = nodes.filter((node) => node.kind !== 'itself').map((node) => node.holder?.id);
        expect(shown.filter((id) => id !== undefined).toSorted()).toEqual(
          device.holders.map((row) => row.id).toSorted(),
        );
        expect(new Set(nodes.map((node) => node.key)).size).toBe(nodes.length);
      }),
    );
  });

  it('adds parts up where every row below tells them, and says nothing where one does not', () => {
    const told = { anon: 1, shmem: 2, file: 3, kernel: 4 } as never;
    const rows = [cgroupRow('/a', 10, { parts: told }), cgroupRow('/a/b', 10, { parts: told })];
    expect(buildTree(deviceOf(rows)).roots[0]?.parts).toEqual({ anon: 2, shmem: 4, file: 6, kernel: 8 });
    const silent = buildTree(deviceOf([...rows, cgroupRow('/a/c', 5)]));
    expect(silent.roots[0]?.parts).toBeNull();
  });

  it('makes the ancestors that have no row, as sums', () => {
    const [top] = buildTree(deviceOf([cgroupRow('/a/b/c', 8)])).roots;
    expect(top).toMatchObject({ key: 'path:/a', bytes: 8, ownBytes: 0, holder: null });
    expect(top?.children[0]?.children[0]).toMatchObject({
      key: 'cgroup:1:/a/b/c',
      level: 3,
      parent: 'path:/a/b',
    });
  });

  it('keeps what a cgroup holds itself apart from its children', () => {
    const rows = [
      cgroupRow('/a', 9),
      processRow(4, 5, 'cgroup:1:/a'),
      restRow(4, 'cgroup:1:/a'),
      cgroupRow('/a/b', 1),
    ];
    const [top] = buildTree(deviceOf(rows)).roots;
    expect(top?.children.map((child) => [child.kind, child.bytes])).toEqual([
      ['cgroup', 1],
      ['itself', 9],
    ]);
    expect(top?.children[1]?.children.map((child) => child.kind)).toEqual(['process', 'rest']);
  });

  it('ends a path of 2,000 components within 32 levels', () => {
    const path = `/${'d/'.repeat(2000)}end`;
    const levels = everyNode(buildTree(deviceOf([cgroupRow(path, 3)])).roots).map((node) => node.level);
    expect(Math.max(...levels)).toBe(32);
  });

  it('shows a cgroup made anew beside the one before it', () => {
    const rows = [cgroupRow('/a/b', 3), { ...cgroupRow('/a/b', 4), id: 'cgroup:2:/a/b' }];
    const [top] = buildTree(deviceOf(rows)).roots;
    expect(top?.children.map((child) => child.key)).toEqual(['cgroup:1:/a/b', 'cgroup:2:/a/b']);
  });

  it('knows what is above a row', () => {
    const tree = buildTree(deviceOf([cgroupRow('/a/b', 3)]));
    expect([...withAncestors(tree, 'cgroup:1:/a/b')]).toEqual(['cgroup:1:/a/b', 'path:/a']);
    expect(withAncestors(tree, null).size).toBe(0);
  });

  it('passes an estimate on to every sum above it', () => {
    const rows = [cgroupRow('/a/b', 3, { quality: 'estimated' }), cgroupRow('/a/c', 4)];
    expect(buildTree(deviceOf(rows)).roots[0]?.quality).toBe('estimated');
  });
});
