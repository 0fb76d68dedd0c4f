import { describe, expect, it } from '@jest/globals';
import { cgroupRow, deviceOf } from '../../test/devices.js';
import { foldMark } from './fold.js';
import { BY_TOTAL, NO_FILTER, visibleRows } from './order.js';
import { buildTree } from './tree.js';
import { gridMove, toggled } from './walk.js';

const tree = buildTree(deviceOf([cgroupRow('/a/b', 9), cgroupRow('/c', 3)]));
const rows = visibleRows(tree, { sort: BY_TOTAL, turned: new Set(), matches: NO_FILTER });
const keys = rows.map((row) => row.node.key);

describe('the keyboard in the grid', () => {
  it.each([
    ['j', 0, 1],
    ['ArrowDown', 1, 2],
    ['k', 1, 0],
    ['k', 0, 0],
    ['End', 0, rows.length - 1],
    ['Home', 3, 0],
    ['PageDown', 0, rows.length - 1],
    ['j', -1, 0],
    ['End', -1, rows.length - 1],
  ])('%s on row %i chooses row %i', (key, at, to) => {
    expect(gridMove(key, rows, at)).toEqual({ kind: 'choose', key: keys[to] });
  });

  it('folds an open row, then goes to the row above it', () => {
    expect(gridMove('ArrowLeft', rows, 0)).toEqual({ kind: 'turn', mark: foldMark('path:/a') });
    expect(gridMove('ArrowLeft', rows, 1)).toEqual({ kind: 'choose', key: 'path:/a' });
    expect(gridMove('ArrowLeft', rows, 2)).toBeNull();
  });

  it('goes into an open row', () => {
    expect(gridMove('ArrowRight', rows, 0)).toEqual({ kind: 'choose', key: keys[1] });
    expect(gridMove('ArrowRight', rows, 1)).toBeNull();
  });

  it('opens the chosen row, and leaves other keys to the page', () => {
    expect(gridMove('Enter', rows, 1)).toEqual({ kind: 'open', key: keys[1] });
    expect(gridMove('i', rows, 1)).toBeNull();
    expect(gridMove('j', [], -1)).toBeNull();
  });

  it('turns a mark round', () => {
    expect(toggled(new Set(['a', 'b']), 'a')).toEqual(['b']);
    expect(toggled(new Set(['b']), 'a')).toEqual(['b', 'a']);
  });
});
