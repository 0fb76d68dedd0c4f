/*
 * Numbers and times as a person reads them. One decimal in GiB, whole MiB below 1 GiB, whole KiB below 1 MiB.
 * What is not zero never reads as zero; what is unknown is a word, never a number. Times are UTC.
 */
import { GIB, KIB, MIB } from '#contracts/units';

export interface Figure {
  readonly digits: string;
  readonly unit: 'GiB' | 'MiB' | 'KiB' | 'B' | '';
}

export type CellUnit = 'GiB' | 'MiB';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const MINUS = '\u2212';

export function figure(bytes: number): Figure {
  const size = Math.abs(bytes);
  const sign = bytes < 0 ? MINUS : '';
  if (size === 0) return { digits: '0', unit: '' };
  // 1,023.6 MiB would round up to "1,024 MiB".
  if (Math.round(size / MIB) >= KIB) return { digits: sign + oneDecimal.format(size / GIB), unit: 'GiB' };
  if (Math.round(size / KIB) >= KIB) return { digits: sign + grouped.format(size / MIB), unit: 'MiB' };
  if (size >= KIB) return { digits: sign + grouped.format(size / KIB), unit: 'KiB' };
  return { digits: sign + grouped.format(size), unit: 'B' };
}

/** To the byte: "1,226,953,170,944". */
export function exactly(bytes: number): string {
  return (bytes < 0 ? MINUS : '') + grouped.format(Math.abs(bytes));
}

/** "12.3 GiB"; `exact` for to the byte. */
export function sizeText(bytes: number | null, exact = false): string {
  if (bytes === null) return 'unknown';
  if (exact) return `${exactly(bytes)} B`;
  const { digits, unit } = figure(bytes);
  return unit === '' ? digits : `${digits} ${unit}`;
}

/** `sizeText`, with what is not exact said: "≈ 354 MiB", "≤ 3.1 GiB". `quality`: as the API spells it. */
export function qualifiedSize(bytes: number | null, quality: string): string {
  if (bytes === null) return 'unknown';
  if (quality === 'Estimated') return `≈ ${sizeText(bytes)}`;
  return quality === 'UpperBound' ? `≤ ${sizeText(bytes)}` : sizeText(bytes);
}

/** A duration that somebody set: "60 s", "30 min", never with a fraction of a second. */
export function setSpan(seconds: number): string {
  return seconds < 10 ? `${Math.round(seconds)} s` : span(seconds * 1000);
}

/** The unit that a column of parts is written in: one for the whole table, so that digits line up. */
export function cellUnit(usedBytes: number | null): CellUnit {
  return (usedBytes ?? 0) >= 32 * GIB ? 'GiB' : 'MiB';
}

/** A number in a column whose head names the unit. */
export function cell(bytes: number, unit: CellUnit): string {
  if (bytes === 0) return '0';
  const scaled = bytes / (unit === 'GiB' ? GIB : MIB);
  const least = unit === 'GiB' ? 0.05 : 0.5;
  if (scaled > 0 && scaled < least) return unit === 'GiB' ? '< 0.1' : '< 1';
  return unit === 'GiB' ? oneDecimal.format(scaled) : grouped.format(scaled);
}

export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1 %';
  return share < 0.1 ? `${oneDecimal.format(share * 100)} %` : `${grouped.format(share * 100)} %`;
}

/** How long: "1.8 s", "41 s", "3 min", "2 h 18 min", "3 d 4 h". */
export function span(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** "11:02:05 UTC"; the word `unknown` for what is not a time. */
export function clockTime(ms: number): string {
  return isTime(ms) ? `${new Date(ms).toISOString().slice(11, 19)} UTC` : 'unknown';
}

/** "2026-11-21 11:02 UTC" */
export function dateTime(ms: number): string {
  return isTime(ms) ? `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'unknown';
}

function isTime(ms: number): boolean {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;
}
