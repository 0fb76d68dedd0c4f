/*
 * Pages of the audit trail, newest first. The mark of a page names a segment and an offset in it: what is appended
 * later changes nothing before it.
 */
import { join } from 'node:path';
import type { AuditEntry, AuditPage } from '#contracts/audit';
import { InvalidValue } from '#contracts/errors';
import { MIB } from '#contracts/units';
import { entryOf } from './audit-lines.js';
import { segmentFile, type Segment } from './audit-segments.js';
import { backwardLines } from './backward-lines.js';
import type { Disk } from './disk.js';
import { codeOf } from './failures.js';

export interface PageSource {
  readonly disk: Disk;
  readonly folder: string;
  /** Newest first. */
  readonly segments: readonly Segment[];
}

interface Query {
  readonly limit: number;
  readonly continue?: string;
}

const MARK = /^(\d{1,15})-(\d{1,15})$/;
const MOST_ENTRIES = 1000;
/** A page ends early rather than hold more text than this. */
const MOST_CHARACTERS = MIB;

export async function readPage(source: PageSource, query: Query): Promise<AuditPage> {
  const limit = Math.min(MOST_ENTRIES, Math.max(1, Math.trunc(query.limit) || 1));
  const entries: AuditEntry[] = [];
  let characters = 0;
  for await (const { entry, mark, length } of entriesFrom(source, query.continue)) {
    entries.push(entry);
    characters += length;
    if (entries.length < limit && characters < MOST_CHARACTERS) continue;
    return { entries, continue: (await isMoreBefore(source, mark)) ? mark : null };
  }
  return { entries, continue: null };
}

interface Placed {
  readonly entry: AuditEntry;
  /** What is older than it. */
  readonly mark: string;
  readonly length: number;
}

async function* entriesFrom(source: PageSource, mark: string | undefined): AsyncGenerator<Placed> {
  for (const { number, end } of ranges(source, mark)) {
    for await (const { text, start } of linesOf(source, number, end)) {
      const entry = entryOf(text);
      if (entry !== null) yield { entry, mark: `${number}-${start}`, length: text.length };
    }
  }
}

async function isMoreBefore(source: PageSource, mark: string): Promise<boolean> {
  for await (const _entry of entriesFrom(source, mark)) return true;
  return false;
}

interface Range {
  readonly number: number;
  /** Null: up to where it ends. */
  readonly end: number | null;
}

/** @throws {InvalidValue} for a mark that this trail has not given */
function ranges({ segments }: PageSource, mark: string | undefined): readonly Range[] {
  if (mark === undefined) return segments.map(({ number, size }) => ({ number, end: size }));
  const [, number, offset] = (MARK.exec(mark) ?? []).map(Number);
  if (number === undefined || offset === undefined)
    throw new InvalidValue('continue must be what the last answer gave.');
  return segments.flatMap((each) => {
    if (each.number > number) return [];
    if (each.number < number) return [{ number: each.number, end: each.size }];
    return [{ number, end: each.size === null ? offset : Math.min(offset, each.size) }];
  });
}

/** Of a segment that rotation has removed meanwhile: none. */
async function* linesOf(
  source: PageSource,
  number: number,
  end: number | null,
): ReturnType<typeof backwardLines> {
  const path = join(source.folder, segmentFile(number));
  try {
    yield* backwardLines(source.disk, path, end ?? (await source.disk.size(path)));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
