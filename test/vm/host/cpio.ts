/*
 * Archives in the kernel's initramfs format ("newc", Documentation/driver-api/early-userspace/buffer-format.rst).
 * Every archive ends with its trailer, padded to 512 bytes, so archives may be concatenated as they are.
 */
import { InvalidValue } from '#contracts/errors';

const KINDS = { directory: 0o040000, file: 0o100000, link: 0o120000, device: 0o020000 } as const;
const TRAILER = 'TRAILER!!!';

export interface CpioEntry {
  /** Relative to the root of the initramfs, without a leading slash. */
  readonly path: string;
  readonly kind: keyof typeof KINDS;
  readonly mode: number;
  /** A file's content, or a link's target. */
  readonly data?: Buffer;
  /** A character device's numbers. */
  readonly device?: { readonly major: number; readonly minor: number };
}

export function directory(path: string): CpioEntry {
  return { path, kind: 'directory', mode: 0o755 };
}

export function file(path: string, data: Buffer, mode = 0o644): CpioEntry {
  return { path, kind: 'file', mode, data };
}

export function link(path: string, target: string): CpioEntry {
  return { path, kind: 'link', mode: 0o777, data: Buffer.from(target) };
}

export function device(path: string, major: number, minor: number): CpioEntry {
  return { path, kind: 'device', mode: 0o600, device: { major, minor } };
}

/** The entries in order, each parent directory before what lies in it. @throws {InvalidValue} for an absolute path */
export function archive(entries: readonly CpioEntry[]): Buffer {
  const records = withParents(entries).map((entry, index) => record(entry, index + 1));
  records.push(record({ path: TRAILER, kind: 'file', mode: 0 }, 0));
  return padded(Buffer.concat(records), 512);
}

function withParents(entries: readonly CpioEntry[]): CpioEntry[] {
  const all = new Map<string, CpioEntry>();
  for (const entry of entries) {
    if (entry.path.startsWith('/')) throw new InvalidValue(`Not relative to the initramfs: ${entry.path}.`);
    for (const parent of parentsOf(entry.path)) if (!all.has(parent)) all.set(parent, directory(parent));
    all.set(entry.path, entry);
  }
  return [...all.values()];
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_name, index) => names.slice(0, index + 1).join('/'));
}

function record(entry: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  const data = entry.data ?? Buffer.alloc(0);
  const fields = [
    inode,
    KINDS[entry.kind] | entry.mode,
    0, // uid
    0, // gid
    entry.kind === 'directory' ? 2 : 1, // links
    0, // mtime
    data.length,
    0, // device of the file system: major
    0, // and minor
    entry.device?.major ?? 0,
    entry.device?.minor ?? 0,
    name.length,
    0, // check, unused by newc
  ];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name]), 4), padded(data, 4)]);
}

function padded(data: Buffer, unit: number): Buffer {
  const rest = data.length % unit;
  return rest === 0 ? data : Buffer.concat([data, Buffer.alloc(unit - rest)]);
}
