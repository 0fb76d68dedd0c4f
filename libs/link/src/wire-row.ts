/*
 * One ledger row ↔ its message. Absent stays absent: a decoded row has exactly the fields that the encoded one had.
 */
import { InvalidValue } from '#contracts/errors';
import type { Holder, Parts } from '#contracts/ledger';
import { bytes } from '#contracts/units';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { holderClasses, holderKinds, qualities } from './wire-enums.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const OPTIONAL_TEXTS = [
  'within',
  'container',
  'pod',
  'namespace',
  'workload',
  'podUid',
  'containerId',
] as const;
const OPTIONAL_NUMBERS = ['pid', 'startTimeTicks', 'uid'] as const;
const OPTIONAL_BYTES = ['swapBytes', 'limitBytes'] as const;

export function rowToWire(row: Holder): wire.Row {
  return {
    ...row,
    kind: holderKinds.toWire(row.kind),
    class: holderClasses.toWire(row.class),
    quality: qualities.toWire(row.quality),
    flags: [...row.flags],
  };
}

/** @throws {InvalidValue} */
export function rowFromWire(row: wire.Row): Holder {
  const holder: Mutable<Holder> = {
    id: row.id,
    kind: holderKinds.toWord(row.kind),
    name: row.name,
    class: holderClasses.toWord(row.class),
    flags: row.flags,
    bytes: bytes(row.bytes),
    quality: qualities.toWord(row.quality),
  };
  for (const key of OPTIONAL_TEXTS) {
    const text = row[key];
    if (text !== undefined) holder[key] = text;
  }
  for (const key of OPTIONAL_NUMBERS) {
    const value = row[key];
    if (value !== undefined) holder[key] = wholeNumber(value);
  }
  setNumbers(holder, row);
  return holder;
}

export function numbersToWire(row: Holder, baseIndex: number): wire.RowNumbers {
  return {
    baseIndex,
    bytes: row.bytes,
    parts: row.parts,
    swapBytes: row.swapBytes,
    limitBytes: row.limitBytes,
    quality: qualities.toWire(row.quality),
  };
}

/** @throws {InvalidValue} */
export function withNumbers(base: Holder, change: wire.RowNumbers): Holder {
  const { parts: _parts, swapBytes: _swap, limitBytes: _limit, ...rest } = base;
  const row: Mutable<Holder> = rest;
  row.bytes = bytes(change.bytes);
  row.quality = qualities.toWord(change.quality);
  setNumbers(row, change);
  return row;
}

function setNumbers(
  row: Mutable<Holder>,
  from: Pick<wire.RowNumbers, 'parts' | 'swapBytes' | 'limitBytes'>,
): void {
  if (from.parts !== undefined) row.parts = partsFromWire(from.parts);
  for (const key of OPTIONAL_BYTES) {
    const value = from[key];
    if (value !== undefined) row[key] = bytes(value);
  }
}

function partsFromWire(parts: wire.Parts): Parts {
  return {
    anon: bytes(parts.anon),
    shmem: bytes(parts.shmem),
    file: bytes(parts.file),
    kernel: bytes(parts.kernel),
  };
}

/** @throws {InvalidValue} for what is not a whole number from 0 to 2^53 - 1 */
export function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidValue(`Not a count: ${value}.`);
  return value;
}

/** A percentage or a duration: never negative, never NaN. @throws {InvalidValue} */
export function measure(value: number): number {
  if (!Number.isFinite(value) || value < 0) throw new InvalidValue(`Not a measure: ${value}.`);
  return value;
}

/** Nothing but what RowNumbers carries differs between the two. */
export function sameButNumbers(a: Holder, b: Holder): boolean {
  return (
    a.id === b.id &&
    a.kind === b.kind &&
    a.name === b.name &&
    a.class === b.class &&
    OPTIONAL_TEXTS.every((key) => a[key] === b[key]) &&
    OPTIONAL_NUMBERS.every((key) => a[key] === b[key]) &&
    a.flags.length === b.flags.length &&
    a.flags.every((flag, i) => flag === b.flags[i])
  );
}

export function sameNumbers(a: Holder, b: Holder): boolean {
  return (
    a.bytes === b.bytes &&
    a.quality === b.quality &&
    a.swapBytes === b.swapBytes &&
    a.limitBytes === b.limitBytes &&
    sameParts(a.parts, b.parts)
  );
}

function sameParts(a: Parts | undefined, b: Parts | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.anon === b.anon && a.shmem === b.shmem && a.file === b.file && a.kernel === b.kernel;
}
