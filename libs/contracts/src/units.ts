/*
 * Units that every other concept is written in.
 * A byte count is a whole number from 0 to 2^53 - 1; a difference of byte counts may be negative.
 */
import { InvalidValue } from './errors.js';

/** A whole number of bytes, 0 to 2^53 - 1 (8 PiB). A number, because JSON and OpenTelemetry take no bigint. */
export type Bytes = number & { readonly __unit: 'bytes' };

/** A whole number of bytes that may be negative: the rest of a sum, never a quantity that somebody holds. */
export type SignedBytes = number & { readonly __unit: 'signedBytes' };

/** How a number came to be. `unknown` goes with a null value, never with 0. */
export type Quality = 'measured' | 'estimated' | 'unknown';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** @throws {InvalidValue} for what is not a whole number from 0 to 2^53 - 1 */
export function bytes(value: number | bigint): Bytes {
  const n = Number(value);
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidValue(`Not a byte count: ${value}.`);
  return n as Bytes;
}

/** @throws {InvalidValue} for what is not a whole number within ±(2^53 - 1) */
export function signedBytes(value: number | bigint): SignedBytes {
  const n = Number(value);
  if (!Number.isSafeInteger(n)) throw new InvalidValue(`Not a whole number of bytes: ${value}.`);
  return n as SignedBytes;
}
