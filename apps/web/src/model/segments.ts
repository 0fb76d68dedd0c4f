/*
 * A bar: where each segment of a device stands, in shares of the bar's width.
 * Always holds: segments do not overlap, none is narrower than can be seen, together they fit into the bar;
 * what is too narrow to point at stands in one segment at the end of its group, and every byte is in one segment.
 */
import type { DeviceLedger } from '#contracts/ledger';
import type { Group, Tone } from './groups.js';
import type { TreeNode } from './tree.js';

export interface Segment {
  readonly key: string;
  readonly kind: 'holder' | 'more' | 'reserved' | 'unattributed';
  readonly group: string;
  readonly tone: Tone;
  readonly gone: boolean;
  readonly bytes: number;
  readonly nodes: readonly TreeNode[];
  /** 0 to 1, of the bar. */
  readonly start: number;
  readonly width: number;
}

type Block = Omit<Segment, 'start' | 'width'>;

/** Narrower than this nobody hits it with a pointer. */
const POINTABLE_PX = 6;
/** Narrower than this nobody sees it. */
const SEEN_PX = 2;

export function layoutBar(
  device: DeviceLedger,
  groups: readonly Group[],
  widthPx: number,
): readonly Segment[] {
  if (device.usedBytes === null || widthPx <= 0) return [];
  // What the rows claim can be more than there is: then that is the scale, and nothing is drawn outside the bar.
  const claimed = [...groups, ...nobodys(device)].reduce((sum, one) => sum + one.bytes, 0);
  const whole = Math.max(device.totalBytes ?? 0, claimed);
  if (whole === 0) return [];
  const pxPerByte = widthPx / whole;
  const blocks = groups.flatMap((group) => blocksOf(group, pxPerByte));
  return placed([...blocks, ...nobodys(device)], pxPerByte, widthPx);
}

function blocksOf(group: Group, pxPerByte: number): Block[] {
  const units = group.units.filter((unit) => unit.bytes > 0);
  const large = units.filter((unit) => unit.bytes * pxPerByte >= POINTABLE_PX);
  const small = units.slice(large.length);
  const blocks = large.map((unit) => block(group, [unit]));
  return small.length === 0 ? blocks : [...blocks, block(group, small)];
}

function block(group: Group, nodes: readonly TreeNode[]): Block {
  const [only] = nodes;
  return {
    key: nodes.length === 1 && only !== undefined ? only.key : `more:${group.name}`,
    kind: nodes.length === 1 ? 'holder' : 'more',
    group: group.name,
    tone: group.tone,
    gone: nodes.every((node) => node.gone),
    bytes: nodes.reduce((sum, node) => sum + node.bytes, 0),
    nodes,
  };
}

function nobodys(device: DeviceLedger): Block[] {
  const nobody = (kind: 'unattributed' | 'reserved', bytes: number | null): Block[] =>
    bytes === null || bytes <= 0
      ? []
      : [{ key: kind, kind, group: kind, tone: 'system', gone: false, bytes, nodes: [] }];
  return [...nobody('unattributed', device.unattributedBytes), ...nobody('reserved', device.reservedBytes)];
}

function placed(blocks: readonly Block[], pxPerByte: number, widthPx: number): Segment[] {
  const widths = fitted(
    blocks.map((one) => Math.max(SEEN_PX, one.bytes * pxPerByte)),
    widthPx,
  );
  let at = 0;
  return blocks.map((one, index) => {
    const start = at;
    const width = (widths[index] ?? 0) / widthPx;
    at += width;
    return { ...one, start, width };
  });
}

/** Raising the narrow ones can overflow a full bar: the wide ones give that up, in proportion. */
function fitted(widths: readonly number[], available: number): readonly number[] {
  const sum = widths.reduce((a, b) => a + b, 0);
  if (sum <= available) return widths;
  const least = SEEN_PX * widths.length;
  if (least >= available) return widths.map(() => available / widths.length);
  const shrink = (available - least) / (sum - least);
  return widths.map((width) => SEEN_PX + (width - SEEN_PX) * shrink);
}
