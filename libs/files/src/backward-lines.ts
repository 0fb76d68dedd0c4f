/*
 * Lines of a file from an offset back to its beginning, a block at a time. Bounded: a line longer than `MOST` is left
 * out, whatever the file is.
 */
import { MIB } from '#contracts/units';
import type { Disk } from './disk.js';

export interface PlacedLine {
  readonly text: string;
  /** Where it begins. */
  readonly start: number;
}

const BLOCK = 64 * 1024;
const MOST = MIB;
const LINE_FEED = 10;

/** Whole lines before `end`, the last first. What stands between the last line feed and `end` counts as a line. */
export async function* backwardLines(disk: Disk, path: string, end: number): AsyncGenerator<PlacedLine> {
  let tail: Buffer = Buffer.alloc(0);
  for (let to = end; to > 0;) {
    const from = Math.max(0, to - BLOCK);
    const block = Buffer.concat([await disk.readAt(path, from, to), tail]);
    const first = block.indexOf(LINE_FEED) + 1;
    yield* linesOf(block, first, from);
    tail = first > 0 ? block.subarray(0, first - 1) : block;
    if (tail.length > MOST) tail = Buffer.alloc(0);
    to = from;
  }
  if (tail.length > 0) yield { text: tail.toString(), start: 0 };
}

/** Those that begin at `first` or later, the last first. */
function* linesOf(block: Buffer, first: number, offset: number): Generator<PlacedLine> {
  let end = block.length;
  while (first > 0 && end >= first) {
    const start = end === 0 ? 0 : block.lastIndexOf(LINE_FEED, end - 1) + 1;
    if (start < end) yield { text: block.toString('utf8', start, end), start: offset + start };
    end = start - 1;
  }
}
