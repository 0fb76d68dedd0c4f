/*
 * One file of a policies folder as it is now: what it holds, or why it cannot be read. Files belong to the person who
 * writes them, so links are followed (a ConfigMap is made of them); pipes, folders and what is too large are not read.
 */
import { constants, type BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { InvalidValue } from '#contracts/errors';
import type { Problem, StoredObject } from '#contracts/store';
import { MIB } from '#contracts/units';
import { reasonOf } from './failures.js';
import { isName } from './object-name.js';

export interface Rejection {
  readonly reason: 'Invalid' | 'Unsupported' | 'Unreadable' | 'Duplicate';
  readonly problems: readonly Problem[];
}

/** One document of a file, as a parser of policies says it. */
export interface ParsedPolicy<T> {
  /** metadata.name; null where it has none that can be one. */
  readonly name: string | null;
  /** Null: rejected. */
  readonly object: T | null;
  readonly rejected: Rejection | null;
}

/** A file's documents in order; none for an empty file. */
export type PolicyParser<T extends StoredObject> = (text: string, path: string) => readonly ParsedPolicy<T>[];

/** Changes whenever the file is written, replaced or made readable. */
export interface FileIdentity {
  readonly key: string;
  /** When it was last written or changed otherwise, by the kernel. */
  readonly changedAtMs: number;
}

const MOST_BYTES = MIB;

/** Null: it is not there. */
export async function identityOf(path: string): Promise<FileIdentity | null> {
  try {
    return identity(await stat(path, { bigint: true }));
  } catch {
    return null;
  }
}

function identity(found: BigIntStats): FileIdentity {
  const { dev, ino, size, mtimeNs, ctimeNs, mode } = found;
  return {
    key: [dev, ino, size, mtimeNs, ctimeNs, mode].join(':'),
    changedAtMs: Number(ctimeNs / 1_000_000n),
  };
}

/** Null: it was written meanwhile. Never throws. */
export async function readPolicies<T extends StoredObject>(
  path: string,
  expected: FileIdentity,
  parse: PolicyParser<T>,
): Promise<readonly ParsedPolicy<T>[] | null> {
  try {
    const data = await readBounded(path, expected);
    return data === null ? null : documents(parse(textOf(data), path));
  } catch (error) {
    return [rejected('Unreadable', reasonOf(error))];
  }
}

async function readBounded(path: string, expected: FileIdentity): Promise<Buffer | null> {
  // Opening a pipe would wait for its writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat({ bigint: true });
  if (!found.isFile()) throw new InvalidValue('It is no plain file.');
  if (found.size > MOST_BYTES)
    throw new InvalidValue(`It has ${found.size} bytes, and at most ${MOST_BYTES} are read.`);
  const buffer = Buffer.alloc(Number(found.size));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  const after = await file.stat({ bigint: true });
  const isSame = identity(found).key === expected.key && identity(after).key === expected.key;
  return isSame && bytesRead === buffer.length ? buffer : null;
}

function textOf(data: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data);
    if (!text.includes('\0')) return text;
  } catch {
    // said below
  }
  throw new InvalidValue('It is no text in UTF-8.');
}

function documents<T>(parsed: readonly ParsedPolicy<T>[]): readonly ParsedPolicy<T>[] {
  if (parsed.length > 0) return parsed.map((each) => (isName(each.name) ? each : { ...each, name: null }));
  return [rejected('Invalid', 'The file holds no policy. To remove its policies, remove the file.')];
}

function rejected(reason: Rejection['reason'], message: string): ParsedPolicy<never> {
  return { name: null, object: null, rejected: { reason, problems: [{ path: '', message }] } };
}
