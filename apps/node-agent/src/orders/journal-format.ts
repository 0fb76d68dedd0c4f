/*
 * The order journal's lines. Each is `<crc32, 8 hex> <JSON>\n` and one transition; the first is the head.
 * What a journal says is the fold of its lines. A line that was begun and never ended (a crash inside a write) was
 * never answered for, and is cut. A whole line that does not hold is damage: then nobody knows what it said.
 */
import { crc32 } from 'node:zlib';
import { MemwardenError } from '#contracts/errors';
import type { OrderOutcome } from '#contracts/order';

/** The file is not ours, of another version, or damaged. The text says which. */
export class JournalUnusable extends MemwardenError {
  override readonly code = 'JournalUnusable';
}

export type JournalRecord =
  | { readonly t: 'head'; readonly v: 1; readonly journal: string; readonly epoch: number }
  | { readonly t: 'epoch'; readonly epoch: number }
  | OrderRecord
  | { readonly t: 'started'; readonly id: string; readonly at: number }
  | { readonly t: 'outcome'; readonly id: string; readonly at: number; readonly outcome: OrderOutcome }
  | { readonly t: 'acked'; readonly id: string };

export interface OrderRecord {
  readonly t: 'order';
  readonly id: string;
  readonly at: number;
  /** What tells it from another order with its id; journals of before have none. */
  readonly of?: string;
  /** The order in words, for whoever reads the file. */
  readonly says?: string;
}

export type EntryState = 'received' | 'started' | 'done';

/** What is known of one order. */
export interface Entry {
  readonly state: EntryState;
  /** Wall clock; of the last transition. */
  readonly atMs: number;
  /** Wall clock; null: the act was never begun. */
  readonly startedAtMs: number | null;
  readonly outcome: OrderOutcome | null;
  readonly isAcknowledged: boolean;
  readonly of?: string;
}

export interface Journal {
  readonly id: string;
  readonly epoch: number;
  /** In order of arrival. */
  readonly entries: ReadonlyMap<string, Entry>;
}

export function encodeRecord(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** @throws {JournalUnusable} */
export function decodeJournal(bytes: Buffer): Journal {
  const journal = new Fold();
  let from = 0;
  while (from < bytes.length) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    const record = decodeLine(bytes.toString('utf8', from, end));
    if (record === null && newline !== -1)
      throw new JournalUnusable(`It is damaged at byte ${from}: a whole line does not match its check sum.`);
    if (record === null) {
      assertCutOff(bytes, from);
      break;
    }
    journal.take(record);
    from = end + 1;
  }
  return journal.result();
}

/** Cut off, a line lacks its end. One that is whole, and something else where its newline was, is damaged. */
function assertCutOff(bytes: Buffer, from: number): void {
  if (decodeLine(bytes.toString('utf8', from, bytes.length - 1)) !== null)
    throw new JournalUnusable(`It is damaged at byte ${bytes.length - 1}: a line does not end.`);
}

/** The same journal with nothing said twice. */
export function* journalRecords({ id, epoch, entries }: Journal): Generator<JournalRecord, void, void> {
  yield { t: 'head', v: 1, journal: id, epoch };
  for (const [order, entry] of entries) yield* entryRecords(order, entry);
}

function* entryRecords(id: string, entry: Entry): Generator<JournalRecord, void, void> {
  if (entry.state === 'received' || entry.of !== undefined)
    yield { t: 'order', id, at: entry.atMs, ...(entry.of !== undefined && { of: entry.of }) };
  if (entry.startedAtMs !== null) yield { t: 'started', id, at: entry.startedAtMs };
  if (entry.outcome !== null) yield { t: 'outcome', id, at: entry.atMs, outcome: entry.outcome };
  if (entry.isAcknowledged) yield { t: 'acked', id };
}

/** One entry after one more record. */
export function nextEntry(before: Entry | undefined, record: JournalRecord): Entry | null {
  switch (record.t) {
    case 'head':
    case 'epoch':
      return null;
    case 'order':
      return before ?? received(record);
    case 'started':
      return { ...(before ?? FRESH), state: 'started', atMs: record.at, startedAtMs: record.at };
    case 'outcome':
      return { ...(before ?? FRESH), state: 'done', atMs: record.at, outcome: record.outcome };
    case 'acked':
      return before === undefined ? null : { ...before, isAcknowledged: true };
  }
}

function received({ at, of }: OrderRecord): Entry {
  return { ...FRESH, state: 'received', atMs: at, ...(of !== undefined && { of }) };
}

const FRESH = { startedAtMs: null, outcome: null, isAcknowledged: false } as const;

class Fold {
  private head: { readonly id: string; epoch: number } | null = null;
  private readonly entries = new Map<string, Entry>();

  take(record: JournalRecord): void {
    if (record.t === 'head') this.begin(record);
    else if (this.head === null) throw new JournalUnusable('It does not begin with a head.');
    else if (record.t === 'epoch') this.head.epoch = Math.max(this.head.epoch, record.epoch);
    else this.note(record);
  }

  result(): Journal {
    if (this.head === null) throw new JournalUnusable('It has no head.');
    return { ...this.head, entries: this.entries };
  }

  private begin({ v, journal, epoch }: JournalRecord & { t: 'head' }): void {
    if (this.head !== null) throw new JournalUnusable('It has two heads.');
    if ((v as number) !== 1) throw new JournalUnusable(`It is of version ${v}, this agent reads version 1.`);
    this.head = { id: journal, epoch };
  }

  private note(record: Exclude<JournalRecord, { t: 'head' | 'epoch' }>): void {
    if (!KNOWN.has(record.t)) throw new JournalUnusable('A newer version of Memwarden wrote into it.');
    const entry = nextEntry(this.entries.get(record.id), record);
    if (entry !== null) this.entries.set(record.id, entry);
  }
}

const KNOWN: ReadonlySet<string> = new Set(['order', 'started', 'outcome', 'acked']);

// A line whose check sum holds was written by an agent: its shape needs no second look.
function decodeLine(line: string): JournalRecord | null {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return null;
  try {
    return JSON.parse(json) as JournalRecord;
  } catch {
    return null;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
