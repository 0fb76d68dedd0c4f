/*
 * One quantity of one incarnation over time, kept as blocks of min, mean and max.
 * Blocks of one level have one length and never overlap; a gap is the absence of a block, never a zero.
 */
import type { Bytes } from './units.js';

/** 'growth': anon + shmem + kernel, the leak signal; 'bytes': the whole row; the device's own totals. */
export type Quantity = 'growth' | 'bytes' | 'used' | 'unattributed';

export interface SeriesRef {
  /** URL-safe and stable for one incarnation. */
  readonly id: string;
  readonly node: string;
  readonly device: string;
  /** Null: a quantity of the device itself. */
  readonly holder: string | null;
  readonly quantity: Quantity;
  readonly name: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly lastBytes: number;
  readonly limitBytes: Bytes | null;
}

/** `startMs` inclusive, `endMs` exclusive. */
export interface Block {
  readonly startMs: number;
  readonly endMs: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface SeriesHistory {
  readonly series: SeriesRef;
  readonly blocks: readonly Block[];
}
