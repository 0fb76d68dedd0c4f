/*
 * Which server can read which data folder. Redis reads what an older Redis wrote, never what a newer one did;
 * Valkey began as Redis 7.2 and reads what that or an older Redis wrote; neither reads the other's later files.
 */
import { InvalidValue } from '#contracts/errors';

export type Family = 'redis' | 'valkey';

export interface Flavour {
  readonly family: Family;
  readonly major: number;
  readonly minor: number;
}

export const OLDEST_REDIS: Flavour = { family: 'redis', major: 6, minor: 2 };
const LAST_COMMON_REDIS: Flavour = { family: 'redis', major: 7, minor: 2 };

/** "Redis server v=7.0.15 sha=…" or "Valkey server v=8.0.1 sha=…"; null: it is neither. */
export function parseVersion(output: string): Flavour | null {
  const found = /^(Redis|Valkey) server v=(\d{1,4})\.(\d{1,4})/mu.exec(output);
  if (found === null) return null;
  return {
    family: found[1] === 'Valkey' ? 'valkey' : 'redis',
    major: Number(found[2]),
    minor: Number(found[3]),
  };
}

/** Streams, functions and the append-only format that are relied on came with Redis 6.2. */
export function isNewEnough(flavour: Flavour): boolean {
  return flavour.family === 'valkey' || isAtLeast(flavour, OLDEST_REDIS);
}

/** @param writer null: the folder is empty */
export function canRead(reader: Flavour, writer: Flavour | null): boolean {
  if (writer === null) return true;
  if (reader.family === writer.family) return isAtLeast(reader, writer);
  return reader.family === 'valkey' && isAtLeast(LAST_COMMON_REDIS, writer);
}

export function flavourName(flavour: Flavour): string {
  return `${flavour.family === 'redis' ? 'Redis' : 'Valkey'} ${flavour.major}.${flavour.minor}`;
}

/** @throws {InvalidValue} for what is not a flavour.json */
export function parseFlavour(text: string): Flavour {
  const value = parseJson(text) as Partial<Flavour> | null;
  const isFlavour =
    (value?.family === 'redis' || value?.family === 'valkey') &&
    Number.isSafeInteger(value.major) &&
    Number.isSafeInteger(value.minor);
  if (!isFlavour) throw new InvalidValue('This does not say which Redis wrote the data.');
  return value as Flavour;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAtLeast(flavour: Flavour, other: Flavour): boolean {
  return flavour.major > other.major || (flavour.major === other.major && flavour.minor >= other.minor);
}
