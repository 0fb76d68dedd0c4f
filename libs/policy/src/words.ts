/*
 * Numbers as people read them in evidence and messages: rounded down, so that a number never reads as having reached
 * a mark that it has not.
 */
import { GIB, KIB, MIB } from '#contracts/units';

const TIB = 1024 * GIB;
const SCALES: readonly (readonly [number, string])[] = [
  [TIB, 'TiB'],
  [GIB, 'GiB'],
  [MIB, 'MiB'],
  [KIB, 'KiB'],
];

/** "4.6 GiB" */
export function bytesInWords(bytes: number): string {
  const [size, unit] = SCALES.find(([scale]) => Math.abs(bytes) >= scale) ?? [1, 'B'];
  return size === 1 ? `${bytes} B` : `${(Math.trunc((bytes * 10) / size) / 10).toFixed(1)} ${unit}`;
}

/** "92 %", "89.9 %" */
export function percentInWords(percent: number): string {
  return `${Math.floor(percent * 10) / 10} %`;
}

export function secondsInWords(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}

/** As the end of a sentence, whatever it ended with. */
export function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
