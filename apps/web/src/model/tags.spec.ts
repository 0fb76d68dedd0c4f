import { describe, expect, it } from '@jest/globals';
import { cgroupRow, deviceOf, processRow } from '../../test/devices.js';
import { finding, target } from '../../test/objects.js';
import { tagsOf, tagWords } from './tags.js';
import { buildTree } from './tree.js';

const SLICE = cgroupRow('/a.slice', 0);
const SERVICE = cgroupRow('/a.slice/b.service', 50);
const TREE = buildTree(deviceOf([SLICE, SERVICE, processRow(7, 50, SERVICE.id)]));
const of = (holder: string): ReturnType<typeof target> => target({ holder });

describe('tags', () => {
  it('stand at the row of a finding and, for when it is folded, at every row above it', () => {
    const tags = tagsOf(TREE, [finding({ target: of('process:7:1') })], new Set());
    expect([...tags.keys()]).toEqual(['process:7:1', SERVICE.id, SLICE.id]);
    expect(tags.get(SERVICE.id)).toEqual({ finding: null, below: 1, isUrgent: false });
    expect(tags.get('process:7:1')?.finding?.name).toBe('f');
  });

  it('keep the own finding of a row that has others below it', () => {
    const all = [finding({ target: of('process:7:1') }), finding({ name: 'g', target: of(SERVICE.id) })];
    const tag = tagsOf(TREE, all, new Set(['f'])).get(SERVICE.id);
    expect(tag).toMatchObject({ below: 1, isUrgent: true, finding: { name: 'g' } });
    expect(tag === undefined ? '' : tagWords(tag)).toBe(
      'Confirmed finding: 95 B, 95 % of its 100 B limit, 1 finding below, needs a person',
    );
  });

  it('are of open findings whose row is there', () => {
    const all = [
      finding({ stage: 'Closed', target: of('process:7:1') }),
      finding({ target: of('process:8:1') }),
    ];
    expect(tagsOf(TREE, all, new Set()).size).toBe(0);
  });
});
