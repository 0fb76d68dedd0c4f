/*
 * Reads /proc/PID for orders. What the kernel answers from memory without waiting for the process (status, comm, exe) is
 * read on this thread: a way to the pool and back costs more than the answer. Everything else is bounded and off the
 * event loop: such files wait for a lock of the process they are of. A read that does not answer in time fails, and the
 * same process is not asked again before it has.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { NotFound, Unavailable } from '#contracts/errors';
import type { ProcessTarget } from '#contracts/order';
import { isSystemError } from '../history/history-file.js';
import { Deadline } from '../sense/deadline.js';
import { listenersOn } from './listeners.js';
import {
  EnvironReader,
  optInOf,
  parseCgroupFile,
  parseStatus,
  type CgroupLine,
  type OptIn,
  type SignalMask,
  type StatusText,
} from './process-text.js';
import { MARKED_LIBRARIES, type RuntimeSigns } from './signal-rules.js';

const READ_LIMIT_MS = 1_000;
const PIECE_BYTES = 64 * 1024;
/** Twice what execve(2) takes by default. */
const MOST_ENVIRON_BYTES = 4 * 1024 * 1024;
/** 65,530 mappings, the default of vm.max_map_count, with long paths. */
const MOST_MAPS_BYTES = 32 * 1024 * 1024;
const MOST_THREADS = 1_024;
/** Each is a small file, read on this thread. */
const THREADS_AT_ONCE = 64;
/** The Go linker puts its note into the first page. */
const HEAD_BYTES = 4_096;
const GO_NOTE = Buffer.from('\u0004\0\0\0Go\0\0', 'latin1').subarray(4);
const MOST_ANCESTORS = 64;
/** About 14,000 sockets that listen. */
const MOST_SOCKETS_BYTES = 2 * 1024 * 1024;
const MOST_DESCRIPTORS = 65_536;
const LINKS_AT_ONCE = 64;

/** Who a process is. */
export interface ProcessFacts extends ProcessTarget {
  /** As in the ledger: decoded as UTF-8, any character possible. */
  readonly comm: string;
  /** Last part of the program's path; empty: it cannot be told. */
  readonly program: string;
  readonly status: StatusText;
  readonly cgroups: readonly CgroupLine[];
  /** Its parent, that one's parent, … */
  readonly ancestors: readonly number[];
}

export interface Threads {
  readonly names: readonly string[];
  /** Of each. */
  readonly blocked: readonly SignalMask[];
}

/** Port: who sees of other users' processes what this agent may not (CAP_SYS_PTRACE). */
export interface Inspector {
  /** @throws {NotFound | Unavailable | Stalled} */
  inspect(process: ProcessTarget): Promise<Inspection>;
}

export interface Inspection extends Pick<RuntimeSigns, 'program' | 'libraries' | 'hasGoNote'> {
  /** The variables of the opt-in; null: its environment may not be read. */
  readonly environ: ReadonlyMap<string, string> | null;
}

export interface ProcessFilesOptions {
  /** A line as it is in the machine's hierarchy, where this agent has a cgroup namespace of its own. */
  readonly placed?: (line: CgroupLine) => CgroupLine;
  /** Absent: this agent sees everything itself. */
  readonly inspector?: Inspector;
}

export class ProcessFiles {
  private readonly deadline = new Deadline();
  private readonly placed: (line: CgroupLine) => CgroupLine;
  private readonly inspector: Inspector | null;

  constructor(
    private readonly procRoot: string,
    { placed = (line) => line, inspector }: ProcessFilesOptions = {},
  ) {
    this.placed = placed;
    this.inspector = inspector ?? null;
  }

  /** @throws {NotFound} when it is gone; {Unavailable} when it may not be read; {Stalled} when it does not answer */
  facts(process: ProcessTarget): Promise<ProcessFacts> {
    const { pid, startTimeTicks } = process;
    return this.limited(`Process ${pid}`, async () => {
      const status = this.status(pid);
      const cgroups = await this.read(pid, 'cgroup');
      return {
        pid,
        startTimeTicks,
        status,
        comm: this.comm(pid),
        program: status.hasMemory ? await this.programOf(process) : '',
        cgroups: parseCgroupFile(cgroups).map((line) => this.placed(line)),
        ancestors: this.ancestors(status.parentPid),
      };
    });
  }

  /** @throws as facts() */
  optIn(process: ProcessTarget): Promise<OptIn> {
    const { pid } = process;
    return this.limited(`The environment of process ${pid}`, async () => {
      if (this.inspector !== null) return this.optInAsSeen(process, this.inspector);
      const reader = new EnvironReader();
      await this.pieces(pid, 'environ', MOST_ENVIRON_BYTES, (piece) => reader.take(piece));
      return optInOf(reader.end());
    });
  }

  /** @throws as facts(), and {Unavailable} when there is more to look at than is looked at */
  runtimeSigns(facts: ProcessFacts, threads: Threads): Promise<RuntimeSigns> {
    const { pid, comm, program } = facts;
    return this.limited(`The program of process ${pid}`, async () => {
      const { libraries, hasGoNote } = await this.marksOf(facts);
      return { program, names: [comm, ...threads.names], libraries, hasGoNote };
    });
  }

  /** @throws as facts() */
  threads(pid: number): Promise<Threads> {
    return this.limited(`The threads of process ${pid}`, async () => {
      const entries = await known(pid, () => readdir(join(this.procRoot, String(pid), 'task')));
      const names: string[] = [];
      const blocked: SignalMask[] = [];
      for (const [i, thread] of entries.slice(0, MOST_THREADS).entries()) {
        if (i % THREADS_AT_ONCE === THREADS_AT_ONCE - 1) await new Promise(setImmediate);
        const status = this.statusOf(join(String(pid), 'task', thread));
        if (status === null) continue; // it ended meanwhile
        blocked.push(status.blocked);
        names.push(status.name);
      }
      return { names, blocked };
    });
  }

  /** Now, on this thread: the kernel answers from memory, without waiting for the process. Null: gone. */
  statusNow(pid: number): StatusText | null {
    return this.statusOf(String(pid));
  }

  /** As statusNow(). Null: gone, or it may not be seen. With an inspector as it was: who may see it looks again itself. */
  programNow({ pid, program }: ProcessFacts): string | null {
    if (this.inspector !== null) return program;
    try {
      return programOf(readlinkSync(join(this.procRoot, String(pid), 'exe')));
    } catch {
      return null;
    }
  }

  /**
   * Whether a connection to 127.0.0.1:port in its network namespace reaches this process and nobody else: it holds every
   * socket that could take it. False also where there are too many to look at. @throws as facts()
   */
  listensOn(pid: number, port: number): Promise<boolean> {
    return this.limited(`The sockets of process ${pid}`, async () => {
      const waited = new Set<string>();
      for (const name of ['net/tcp', 'net/tcp6']) {
        const { text, isAll } = await this.beginning(pid, name, MOST_SOCKETS_BYTES);
        const listeners = listenersOn(port, text);
        if (!isAll && !listeners.isWhole) return false;
        for (const inode of listeners.inodes) waited.add(`socket:[${inode}]`);
      }
      return waited.size > 0 && (await this.holdsAll(pid, waited));
    });
  }

  /** Whether it is in the network namespace of this agent. @throws as facts() */
  async sharesNetwork(pid: number): Promise<boolean> {
    const [theirs, ours] = await known(pid, () =>
      Promise.all([String(pid), 'self'].map((of) => stat(join(this.procRoot, of, 'ns/net')))),
    );
    return theirs !== undefined && theirs.ino === ours?.ino && theirs.dev === ours.dev;
  }

  private limited<T>(what: string, run: () => Promise<T>): Promise<T> {
    return this.deadline.within(what, READ_LIMIT_MS, run);
  }

  private status(pid: number): StatusText {
    const status = parseStatus(now(pid, () => readFileSync(this.path(pid, 'status'), 'utf8')));
    if (status === null) throw new Unavailable(`The status of process ${pid} does not read as documented.`);
    return status;
  }

  private read(pid: number, name: string): Promise<string> {
    return known(pid, () => readFile(join(this.procRoot, String(pid), name), 'utf8'));
  }

  private statusOf(task: string): StatusText | null {
    try {
      return parseStatus(readFileSync(join(this.procRoot, task, 'status'), 'utf8'));
    } catch {
      return null;
    }
  }

  private comm(pid: number): string {
    return now(pid, () => readFileSync(this.path(pid, 'comm'), 'utf8')).replace(/\n$/, '');
  }

  private async optInAsSeen(process: ProcessTarget, inspector: Inspector): Promise<OptIn> {
    const { environ } = await inspector.inspect(process);
    if (environ === null) throw new Unavailable(`The environment of process ${process.pid} may not be read.`);
    return optInOf(environ);
  }

  private async programOf(process: ProcessTarget): Promise<string> {
    return this.inspector === null
      ? this.program(process.pid)
      : (await this.inspector.inspect(process)).program;
  }

  private async marksOf(process: ProcessTarget): Promise<Pick<RuntimeSigns, 'libraries' | 'hasGoNote'>> {
    if (this.inspector !== null) return this.inspector.inspect(process);
    const [libraries, hasGoNote] = await Promise.all([
      this.libraries(process.pid),
      this.hasGoNote(process.pid),
    ]);
    return { libraries, hasGoNote };
  }

  private program(pid: number): string {
    return programOf(now(pid, () => readlinkSync(this.path(pid, 'exe'))));
  }

  private path(pid: number, name: string): string {
    return join(this.procRoot, String(pid), name);
  }

  private ancestors(parent: number): readonly number[] {
    const found: number[] = [];
    for (let pid = parent; pid > 0 && found.length < MOST_ANCESTORS;) {
      found.push(pid);
      pid = this.statusNow(pid)?.parentPid ?? 0;
    }
    return found;
  }

  private async libraries(pid: number): Promise<readonly string[]> {
    const found = new Set<string>();
    let rest = '';
    await this.pieces(pid, 'maps', MOST_MAPS_BYTES, (piece) => {
      const text = rest + piece.toString('latin1');
      for (const name of Object.keys(MARKED_LIBRARIES)) if (text.includes(name)) found.add(name);
      rest = text.slice(-32);
    });
    return [...found];
  }

  private async hasGoNote(pid: number): Promise<boolean> {
    const head = Buffer.alloc(HEAD_BYTES);
    await known(pid, async () => {
      await using file = await open(join(this.procRoot, String(pid), 'exe'));
      await file.read(head, 0, HEAD_BYTES, 0);
    });
    return head.includes(GO_NOTE);
  }

  private async holdsAll(pid: number, waited: Set<string>): Promise<boolean> {
    const folder = join(this.procRoot, String(pid), 'fd');
    const descriptors = await known(pid, () => readdir(folder));
    for (let at = 0; at < Math.min(descriptors.length, MOST_DESCRIPTORS); at += LINKS_AT_ONCE) {
      const some = descriptors.slice(at, at + LINKS_AT_ONCE);
      for (const link of await Promise.all(some.map((fd) => readlink(join(folder, fd)).catch(() => ''))))
        waited.delete(link);
      if (waited.size === 0) return true;
    }
    return false;
  }

  private async beginning(
    pid: number,
    name: string,
    limit: number,
  ): Promise<{ readonly text: string; readonly isAll: boolean }> {
    const found: Buffer[] = [];
    let total = 0;
    await known(pid, async () => {
      await using file = await open(join(this.procRoot, String(pid), name));
      while (total < limit) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, null);
        if (bytesRead === 0) break;
        found.push(buffer.subarray(0, bytesRead));
        total += bytesRead;
      }
    });
    return { text: Buffer.concat(found).toString('latin1'), isAll: total < limit };
  }

  private async pieces(
    pid: number,
    name: string,
    limit: number,
    take: (piece: Buffer) => void,
  ): Promise<void> {
    await known(pid, async () => {
      await using file = await open(join(this.procRoot, String(pid), name));
      const buffer = Buffer.alloc(PIECE_BYTES);
      for (let total = 0; ;) {
        const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null);
        if (bytesRead === 0) return;
        total += bytesRead;
        if (total > limit) throw new Unavailable(`/proc/${pid}/${name} is longer than ${limit} bytes.`);
        take(buffer.subarray(0, bytesRead));
      }
    });
  }
}

function programOf(path: string): string {
  return basename(path.replace(/ \(deleted\)$/, ''));
}

async function known<T>(pid: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw classified(pid, cause);
  }
}

function now<T>(pid: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw classified(pid, cause);
  }
}

/** The errno of a file of a process as a class. */
function classified(pid: number, cause: unknown): unknown {
  if (!isSystemError(cause)) return cause;
  if (cause.code === 'ENOENT' || cause.code === 'ESRCH')
    return new NotFound(`Process ${pid} is gone.`, { cause });
  return new Unavailable(`Process ${pid} may not be looked at (${cause.code}): run the agent as root.`, {
    cause,
  });
}
