/*
 * Kubernetes' resource.Quantity, for bytes. Exact: digits are never held in a floating point number.
 * Grammar and rounding as k8s.io/apimachinery/pkg/api/resource: what is not a whole byte is rounded up.
 */
import { InvalidValue } from '#contracts/errors';
import type { Bytes } from '#contracts/units';
import type { Quantity } from './gen/types.js';

const FORM = /^\+?(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;
const BINARY: readonly string[] = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const MAX_TEXT = 64;
const MAX_BYTES = BigInt(Number.MAX_SAFE_INTEGER);
/** Beyond it every number of up to 64 digits is too large, or less than one byte. */
const MAX_EXPONENT = 99n;

/** Whole bytes, 0 to 2^53 - 1. @throws {InvalidValue} for what is no quantity, negative or larger */
export function parseQuantity(value: Quantity): Bytes {
  const bytes = typeof value === 'number' ? BigInt(wholeNumber(value)) : parseText(value);
  if (bytes > MAX_BYTES) throw tooLarge(value);
  return Number(bytes) as Bytes;
}

function wholeNumber(value: number): number {
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidValue(`${value} is not a whole number of bytes.`);
  return value;
}

function parseText(text: string): bigint {
  const match = text.length <= MAX_TEXT ? FORM.exec(text) : null;
  const [, whole = '', fraction = '', binary, decimal, exponent = '0'] = match ?? [];
  const digits = whole + fraction;
  if (digits === '') throw malformed(text);
  const power =
    (decimal === undefined ? BigInt(exponent) : BigInt(DECIMAL[decimal] ?? 0)) - BigInt(fraction.length);
  const factor = binary === undefined ? 1n : 1024n ** BigInt(BINARY.indexOf(binary) + 1);
  return scaled(BigInt(digits) * factor, power, text);
}

/** number × 10^power, rounded up. */
function scaled(number: bigint, power: bigint, text: string): bigint {
  if (number === 0n) return 0n;
  if (power > MAX_EXPONENT) throw tooLarge(text);
  if (power >= 0n) return number * 10n ** power;
  // Smaller than any digits can make up for: the next whole byte.
  if (-power > 2n * MAX_EXPONENT) return 1n;
  const divisor = 10n ** -power;
  return (number + divisor - 1n) / divisor;
}

function malformed(text: string): InvalidValue {
  const shown = JSON.stringify(text.slice(0, MAX_TEXT));
  return new InvalidValue(
    `${shown} is not an amount of memory: write whole bytes, or for example 512Mi or 1.5Gi.`,
  );
}

function tooLarge(value: Quantity): InvalidValue {
  return new InvalidValue(`${JSON.stringify(value)} is 8Pi or more: at most 2^53 - 1 bytes are counted.`);
}
