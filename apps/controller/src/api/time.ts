/*
 * Times on the outside: RFC 3339 in UTC; questions may also give seconds since 1970, as Prometheus takes them.
 */
import { InvalidValue } from '#contracts/errors';

const LATEST_MS = 8.64e15;

/** A time that no calendar has (a hostile agent's) becomes the last one that there is. */
export function rfc3339(ms: number): string {
  return new Date(Math.min(ms, LATEST_MS)).toISOString();
}

/** @throws {InvalidValue} */
export function parseTime(name: string, text: string): number {
  const ms = /^\d{1,12}(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(ms) || ms < 0)
    throw new InvalidValue(
      `${name} is not a time; write RFC 3339 (2026-11-21T10:00:00Z) or seconds since 1970.`,
    );
  return Math.floor(ms);
}
