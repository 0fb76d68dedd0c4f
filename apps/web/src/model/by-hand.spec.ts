import { describe, expect, it } from '@jest/globals';
import { cgroupRow, deviceOf, processRow, restRow } from '../../test/devices.js';
import { MODE_ON, NOON_MS } from '../../test/objects.js';
import { canBeAsked, checksWords, planWords, requestOf, standingOf, WAYS, type Wish } from './by-hand.js';
import { shownMode, whyOff } from './mode.js';
import type { ModeNow } from './objects.js';
import { buildTree, type TreeNode } from './tree.js';

const SLICE = cgroupRow('/a.slice', 100);
const TREE = buildTree(
  deviceOf([SLICE, cgroupRow('/a.slice/b.service', 50), processRow(7, 80, SLICE.id), restRow(20, SLICE.id)]),
);
const rowOf = (key: string): TreeNode => TREE.byKey.get(key)!;
const WISH: Wish = { way: 'SIGUSR2', verifyAfterSeconds: 10, words: '' };
const PAUSED: ModeNow = {
  ...MODE_ON,
  effective: 'Observe',
  actsOn: false,
  levels: [
    { level: 'installation', mode: 'DryRun', reason: 'as installed' },
    { level: 'pause', mode: 'Observe', reason: 'Paused by a' },
  ],
  pause: { by: 'a', atMs: NOON_MS, reason: '' },
};

describe('a cleanup by hand', () => {
  it('is of a process or a cgroup, and of nothing else', () => {
    expect(canBeAsked(null)).toBe(false);
    for (const node of TREE.byKey.values())
      expect(canBeAsked(node)).toBe(node.holder?.kind === 'process' || node.holder?.kind === 'cgroup');
  });

  it('asks for the row by its id, with the steps that were said', () => {
    const row = rowOf('process:7:1');
    expect(requestOf('a', row, { ...WISH, words: '  why  ' })).toEqual({
      target: { node: 'a', holder: 'process:7:1' },
      ladder: [
        {
          type: 'Notify',
          notify: { transport: 'Signal', signal: 'SIGUSR2' },
          verifyAfterSeconds: 10,
          minFreed: 2 ** 20,
        },
      ],
      reason: 'why',
    });
    expect(requestOf('a', row, { ...WISH, way: 'HTTP' })).not.toHaveProperty('reason');
    expect(requestOf('a', row, { ...WISH, way: 'each' }).ladder).toHaveLength(2);
  });

  it('says what would be sent, to whom, and when nothing is', () => {
    expect(planWords(rowOf('process:7:1'), WISH)[0]).toBe(
      'Sent: SIGUSR2 to process 7. Nothing else, and once.',
    );
    expect(planWords(rowOf(SLICE.id), WISH)[0]).toContain('the one process in it that has opted in');
    for (const way of WAYS) {
      expect(checksWords(way)).toContain('allow list');
      expect(checksWords(way)).toContain('Else nothing is sent');
    }
  });

  it('says beforehand whether it could be sent at all', () => {
    expect(standingOf(null, 'a')).toMatchObject({ isOff: false });
    expect(standingOf(PAUSED, 'a')).toMatchObject({ isOff: true, text: expect.stringContaining('paused') });
    const off: ModeNow = { ...PAUSED, pause: null };
    expect(standingOf(off, 'a').text).toBe('Acts are off: as installed');
    expect(standingOf(MODE_ON, 'b').text).toContain('not connected');
    const stopped: ModeNow = { ...MODE_ON, nodes: [{ node: 'a', mode: 'Observe', reason: 'stop file' }] };
    expect(standingOf(stopped, 'a')).toEqual({
      text: 'This node’s agent allows Observe at most: stop file',
      isOff: true,
    });
  });
});

describe('the mode', () => {
  it('while paused is shown as what it would be without', () => {
    expect(shownMode(PAUSED)).toBe('DryRun');
    expect(shownMode(MODE_ON)).toBe('Enforce');
    expect(shownMode({ ...MODE_ON, effective: 'Observe' })).toBe('Observe');
  });

  it('says the first who holds it back', () => {
    expect(whyOff(PAUSED)).toBe('as installed');
    expect(whyOff({ ...MODE_ON, levels: [] })).toBe('no reason was given');
  });
});
