/*
 * How long history reaches back and how finely: 5 s for 10 min, 1 min for 2 h, 10 min for 24 h, 2 h for 14 d.
 * A block is three 32-bit floats: exact for whole pages up to 64 GiB, within 2^-24 above.
 */

export interface Level {
  readonly blockMs: number;
  readonly blocks: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const LEVELS: readonly Level[] = [
  { blockMs: 5 * SECOND, blocks: 120 },
  { blockMs: MINUTE, blocks: 120 },
  { blockMs: 10 * MINUTE, blocks: 144 },
  { blockMs: 120 * MINUTE, blocks: 168 },
];

/** min, mean, max. */
export const FLOATS_PER_BLOCK = 3;

export const BLOCKS_PER_SERIES = LEVELS.reduce((sum, level) => sum + level.blocks, 0);
export const FLOATS_PER_SERIES = BLOCKS_PER_SERIES * FLOATS_PER_BLOCK;
/** 6,624: what one live series costs, beside its name and id. */
export const BYTES_PER_SERIES = FLOATS_PER_SERIES * Float32Array.BYTES_PER_ELEMENT;
