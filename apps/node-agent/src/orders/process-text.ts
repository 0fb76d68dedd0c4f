/*
 * What /proc/PID says of one process, parsed: proc_pid_status(5), cgroups(7), proc_pid_environ(5).
 * Any bytes may come. What does not read is null, never a guess.
 */

/** One bit a signal: bit n - 1 is signal n. */
export type SignalMask = bigint;

export interface StatusText {
  /** comm, escaped by the kernel. */
  readonly name: string;
  /** R, S, D, Z, T, t, X, I. */
  readonly state: string;
  readonly parentPid: number;
  /** Real, effective, saved and file system uid, in the reader's user namespace. */
  readonly uids: readonly number[];
  /** A kernel thread, or a process that has given its memory back. */
  readonly hasMemory: boolean;
  readonly blocked: SignalMask;
  readonly ignored: SignalMask;
  readonly caught: SignalMask;
}

/** Null: not a whole status. The name in it is escaped by the kernel, so a line is a line. */
export function parseStatus(text: string): StatusText | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':\t');
    if (colon > 0 && !fields.has(line.slice(0, colon)))
      fields.set(line.slice(0, colon), line.slice(colon + 2).trim());
  }
  const mask = (name: string): SignalMask | null => parseMask(fields.get(name));
  const [blocked, ignored, caught] = [mask('SigBlk'), mask('SigIgn'), mask('SigCgt')];
  const uids = (fields.get('Uid') ?? '').split('\t').map(wholeNumber);
  const parentPid = wholeNumber(fields.get('PPid') ?? '');
  const state = fields.get('State')?.[0];
  const name = fields.get('Name') ?? '';
  if (blocked === null || ignored === null || caught === null) return null;
  if (state === undefined || parentPid === null || uids.length !== 4 || !areNumbers(uids)) return null;
  return { name, state, parentPid, uids, hasMemory: fields.has('VmSize'), blocked, ignored, caught };
}

export function hasSignal(mask: SignalMask, signal: number): boolean {
  return ((mask >> BigInt(signal - 1)) & 1n) === 1n;
}

/** Paths of a process in every hierarchy: the controllers (v2: '') and the path from the hierarchy's root. */
export interface CgroupLine {
  readonly controllers: readonly string[];
  readonly path: string;
}

export function parseCgroupFile(text: string): readonly CgroupLine[] {
  return text.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return controllers === undefined || path === undefined
      ? []
      : [{ controllers: controllers.split(','), path }];
  });
}

/** How a process itself asks to be notified. */
export interface OptIn {
  readonly signal: string | null;
  readonly port: number | null;
  readonly path: string;
}

export const NO_OPT_IN: OptIn = { signal: null, port: null, path: '/memwarden/release' };

const MOST_PORT = 65_535;
/** What stands in a request line: no blank, no control character. */
const URL_PATH = /^\/[\x21-\x7e]{0,255}$/;

/** The first of each name counts, as for getenv(3). */
export function optInOf(environ: ReadonlyMap<string, string>): OptIn {
  const signal = environ.get('MEMWARDEN_NOTIFY_SIGNAL') ?? null;
  const port = wholeNumber(environ.get('MEMWARDEN_NOTIFY_PORT') ?? '');
  const path = environ.get('MEMWARDEN_NOTIFY_PATH') ?? NO_OPT_IN.path;
  const isUsable = port !== null && port >= 1 && port <= MOST_PORT && URL_PATH.test(path);
  return { signal, port: isUsable ? port : null, path };
}

const NAMES = ['MEMWARDEN_NOTIFY_SIGNAL', 'MEMWARDEN_NOTIFY_PORT', 'MEMWARDEN_NOTIFY_PATH'];
const MOST_VALUE = 512;

/** Finds the few names in an environ of any length, given in pieces: only one name and value is held. */
export class EnvironReader {
  readonly found = new Map<string, string>();
  private rest: Buffer = Buffer.alloc(0);

  take(piece: Buffer): void {
    let from = 0;
    for (let nul = piece.indexOf(0); nul !== -1; nul = piece.indexOf(0, from)) {
      this.keep(piece.subarray(from, nul));
      this.note();
      from = nul + 1;
    }
    this.keep(piece.subarray(from));
  }

  end(): ReadonlyMap<string, string> {
    this.note();
    return this.found;
  }

  // Longer than any that is looked for: what stands behind does not matter.
  private keep(piece: Buffer): void {
    if (this.rest.length <= MOST_VALUE)
      this.rest = Buffer.concat([this.rest, piece.subarray(0, MOST_VALUE + 1)]);
  }

  private note(): void {
    const text = this.rest.toString('latin1');
    const name = NAMES.find((each) => text.startsWith(`${each}=`));
    if (name !== undefined && text.length <= MOST_VALUE && !this.found.has(name))
      this.found.set(name, text.slice(name.length + 1));
    this.rest = Buffer.alloc(0);
  }
}

function parseMask(text: string | undefined): SignalMask | null {
  return text !== undefined && /^[0-9a-f]{1,32}$/.test(text) ? BigInt(`0x${text}`) : null;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function areNumbers(values: readonly (number | null)[]): values is readonly number[] {
  return values.every((value) => value !== null);
}
