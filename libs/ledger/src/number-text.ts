/*
 * Numbers in the kernel's text files. A number is digits only, from 0 to 2^53 - 1; anything else is no number,
 * so that a cut-off, foreign or hostile file says "missing" and never NaN, a negative or a rounded value.
 */

const DIGITS = /^\d{1,16}$/;

/** Null for what is not a whole number from 0 to 2^53 - 1. */
export function wholeNumber(text: string | undefined): number | null {
  if (text === undefined || !DIGITS.test(text)) return null;
  const n = Number(text);
  return Number.isSafeInteger(n) ? n : null;
}

/** The words of a line; no line has an empty word. */
export function words(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== '');
}
