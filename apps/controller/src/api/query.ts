/*
 * Reading query parameters. One given twice, or one that does not fit, is refused rather than guessed.
 */
import { InvalidValue } from '#contracts/errors';

const LONGEST = 16_384;

/** @throws {InvalidValue} */
export function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > LONGEST)
    throw new InvalidValue(`Give ${name} once, with at most ${LONGEST} characters.`);
  return value === '' ? undefined : value;
}

/** @throws {InvalidValue} */
export function flag(name: string, value: unknown): boolean {
  const given = text(name, value);
  if (given === undefined || given === '0' || given === 'false') return false;
  if (given === '1' || given === 'true') return true;
  throw new InvalidValue(`${name} must be 1 or 0.`);
}

/** @throws {InvalidValue} */
export function count(
  name: string,
  value: unknown,
  bounds: { readonly most: number; readonly otherwise: number },
): number {
  const given = text(name, value);
  if (given === undefined) return bounds.otherwise;
  const number = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
  if (!(number >= 1 && number <= bounds.most)) throw new InvalidValue(`${name} must be 1 to ${bounds.most}.`);
  return number;
}
