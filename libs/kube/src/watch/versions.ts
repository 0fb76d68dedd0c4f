/*
 * Resource versions as the API server documents them: decimal numbers without leading zeros, of which the larger is the
 * later one (KEP-5504). What is no such number is later than nothing.
 */
const NUMBER = /^[1-9]\d{0,38}$/u;

export function isLater(a: string, b: string): boolean {
  if (!NUMBER.test(a)) return false;
  if (!NUMBER.test(b)) return true;
  return a.length === b.length ? a > b : a.length > b.length;
}
