/*
 * The order journal on disk: what this node was told to do, began and did, across restarts.
 * Always: when commit() has resolved, its record is on the disk; records stand in the file in the order of their
 * commits. After a failed write or sync nobody knows what the disk holds, so nothing more is appended: the whole
 * journal is written beside, synced and renamed, and only then it is usable again. Nothing here waits on the event loop.
 */
import { randomUUID } from 'node:crypto';
import { constants, fstatSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { isSystemError } from '../history/history-file.js';
import {
  decodeJournal,
  encodeRecord,
  journalRecords,
  JournalUnusable,
  nextEntry,
  type Entry,
  type Journal,
  type JournalRecord,
} from './journal-format.js';

const MOST_FILE_BYTES = 64 * 1024 * 1024;
/** Below this a journal is not worth rewriting. */
const LEAST_COMPACTED_BYTES = 256 * 1024;
const CHUNK_RECORDS = 200;

interface Waiting {
  readonly records: readonly JournalRecord[];
  readonly done: PromiseWithResolvers<undefined>;
}

export interface OrderJournalOptions {
  readonly path: string;
  /** Two agents with one journal would do everything twice. @throws when somebody else has it */
  readonly lock: (path: string) => Disposable;
}

export class OrderJournal {
  private readonly known = new Map<string, Entry>();
  private journalId: string | null = null;
  private highestEpoch = 0;
  private lock: Disposable | null = null;
  private file: FileHandle | null = null;
  private bytes = 0;
  private compactAt = LEAST_COMPACTED_BYTES;
  private waiting: Waiting[] = [];
  /** In memory already; written with what comes next. */
  private beside: JournalRecord[] = [];
  private busy: Promise<void> | null = null;
  private problem: string | null = 'The order journal is not open yet.';
  private aside: string | null = null;
  private isClosed = false;

  constructor(private readonly options: OrderJournalOptions) {}

  /** Null: usable. Else what is wrong and what to do. */
  get trouble(): string | null {
    return this.problem;
  }

  /** What was set aside at the start, in words; null: nothing. */
  get setAside(): string | null {
    return this.aside;
  }

  /** Null: never read. */
  get id(): string | null {
    return this.journalId;
  }

  /** The highest that was ever obeyed. */
  get epoch(): number {
    return this.highestEpoch;
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.known;
  }

  /** Takes what is there, or after a failure writes it all anew. Never rejects: `trouble` says why it is not usable. */
  async open(): Promise<void> {
    if (this.problem === null || this.isClosed) return;
    await this.busy;
    this.busy ??= this.makeUsable().finally(() => (this.busy = null));
    await this.busy;
  }

  /**
   * Resolves when the records are on disk, by one write and one sync. Before that `entries` does not show them.
   * @throws {Unavailable} when they are not, for certain or perhaps
   */
  commit(...records: readonly JournalRecord[]): Promise<void> {
    if (this.problem !== null) return Promise.reject(new Unavailable(this.problem));
    const done = Promise.withResolvers<undefined>();
    this.waiting.push({ records, done });
    this.busy ??= this.writeAll().finally(() => (this.busy = null));
    return done.promise;
  }

  /** Holds at once, and is on disk with the next commit: for what does no harm when it is forgotten. */
  note(record: JournalRecord): void {
    this.keep(record);
    if (this.problem === null) this.beside.push(record);
  }

  /** From memory at once; from the file with its next rewriting. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) this.known.delete(id);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.beside.length > 0) await this.commit().catch(() => undefined);
    await this.busy;
    this.problem ??= 'The order journal is closed: the agent is ending.';
    await this.closeFile();
    this.lock?.[Symbol.dispose]();
    this.lock = null;
  }

  private async makeUsable(): Promise<void> {
    try {
      await mkdir(dirname(this.options.path), { recursive: true, mode: 0o700 });
      this.lock ??= this.options.lock(`${this.options.path}.lock`);
      if (this.journalId === null) await this.load();
      await this.rewrite();
      this.problem = null;
    } catch (error) {
      this.tell(error);
    }
  }

  private async load(): Promise<void> {
    const content = await readWhole(this.options.path);
    const found = content === null ? null : await this.decodeOrSetAside(content);
    for (const [id, entry] of found?.entries ?? []) this.known.set(id, entry);
    this.highestEpoch = found?.epoch ?? 0;
    this.journalId = found?.id ?? randomUUID();
  }

  private async decodeOrSetAside(content: Buffer): Promise<Journal | null> {
    try {
      return decodeJournal(content);
    } catch (error) {
      if (!(error instanceof JournalUnusable)) throw error;
      const { path } = this.options;
      await rename(path, `${path}.unusable`);
      this.aside = `The order journal was set aside as ${path}.unusable: ${error.message} What became of orders before is unknown.`;
      return null;
    }
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) await this.writeBatch(this.waiting.splice(0));
  }

  private async writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      // What a batch before this one failed by is told already.
      if (this.problem !== null) throw new Unavailable(this.problem);
      const records = [...this.beside.splice(0), ...batch.flatMap((each) => each.records)];
      await this.append(records.map(encodeRecord).join(''));
    } catch (error) {
      if (this.problem === null) this.tell(error);
      for (const { done } of batch)
        done.reject(new Unavailable(this.problem ?? 'Not written.', { cause: error }));
      return;
    }
    for (const { records, done } of batch) {
      for (const record of records) this.keep(record);
      done.resolve(undefined);
    }
    if (this.bytes > this.compactAt) await this.rewrite().catch((error: unknown) => this.tell(error));
  }

  private async append(text: string): Promise<void> {
    if (this.file === null) throw new Unavailable('It is not open.');
    this.assertStillThere(this.file);
    const bytes = Buffer.from(text);
    await this.file.appendFile(bytes);
    await this.file.datasync();
    this.bytes += bytes.length;
  }

  // What is synced into a file that was removed meanwhile is gone with the next start. Answered from memory, and not by
  // the disk: the file is open, its name was used a moment ago.
  private assertStillThere({ fd }: FileHandle): void {
    const [ours, there] = [fstatSync(fd), statSync(this.options.path)];
    if (ours.ino !== there.ino || ours.dev !== there.dev || ours.size !== this.bytes)
      throw new Unavailable('Somebody else changed or replaced it.');
  }

  private keep(record: JournalRecord): void {
    if (record.t === 'epoch') this.highestEpoch = Math.max(this.highestEpoch, record.epoch);
    if (record.t === 'head' || record.t === 'epoch') return;
    const entry = nextEntry(this.known.get(record.id), record);
    if (entry !== null) this.known.set(record.id, entry);
  }

  private async rewrite(): Promise<void> {
    await this.closeFile();
    this.beside = [];
    const { path } = this.options;
    const beside = `${path}.new`;
    await rm(beside, { force: true });
    const file = await open(beside, 'ax', 0o600);
    this.file = file;
    this.bytes = await this.writeRecords(file);
    await file.sync();
    await rename(beside, path);
    await syncFolder(dirname(path));
    this.compactAt = Math.max(LEAST_COMPACTED_BYTES, 2 * this.bytes);
  }

  private async writeRecords(file: FileHandle): Promise<number> {
    const journal = { id: this.journalId ?? '', epoch: this.highestEpoch, entries: this.known };
    let bytes = 0;
    let lines: string[] = [];
    const flush = async (): Promise<void> => {
      const piece = Buffer.from(lines.join(''));
      lines = [];
      await file.appendFile(piece);
      bytes += piece.length;
    };
    for (const record of journalRecords(journal)) {
      lines.push(encodeRecord(record));
      if (lines.length === CHUNK_RECORDS) await flush();
    }
    await flush();
    return bytes;
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.close().catch(() => undefined); // what counts was synced before
  }

  private tell(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.problem = `The order journal ${this.options.path} cannot be used: ${text} Nothing is done without it; it is tried again by itself.`;
  }
}

/** Null: there is none. */
async function readWhole(path: string): Promise<Buffer | null> {
  try {
    // Opening a FIFO would wait for a writer, and the agent with it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const about = await file.stat();
    if (!about.isFile() || about.size > MOST_FILE_BYTES)
      throw new Unavailable(`It is no file of an agent (${about.size} bytes). Remove it.`);
    return await file.readFile();
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
