/*
 * One file out of a zip archive (APPNOTE 6.3.10, without zip64, encryption and multiple volumes): as much as a wheel
 * needs. The archive is checked by its hash before; here every offset is checked, too.
 */
import { inflateRawSync } from 'node:zlib';
import { InvalidValue } from '#contracts/errors';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly method: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly localOffset: number;
}

/** @throws {InvalidValue} when the archive is damaged or holds no file of this name */
export function fileInZip(archive: Buffer, name: string): Buffer {
  try {
    return unpack(archive, findEntry(archive, name));
  } catch (error) {
    if (error instanceof InvalidValue) throw error;
    throw new InvalidValue(`The archive is damaged; ${name} cannot be read from it.`, { cause: error });
  }
}

function findEntry(archive: Buffer, name: string): Entry {
  const end = findEnd(archive);
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < count; i += 1) {
    expectSignature(archive, at, ENTRY_SIGNATURE);
    const nameBytes = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes) === name) {
      return {
        method: archive.readUInt16LE(at + 10),
        compressedBytes: archive.readUInt32LE(at + 20),
        bytes: archive.readUInt32LE(at + 24),
        localOffset: archive.readUInt32LE(at + 42),
      };
    }
    at += ENTRY_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new InvalidValue(`The archive holds no ${name}.`);
}

/** The end record stands last, before a comment of at most 64 KiB. */
function findEnd(archive: Buffer): number {
  const first = Math.max(0, archive.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let at = archive.length - END_BYTES; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  throw new InvalidValue('This is not a zip archive, or its end is missing.');
}

function unpack(archive: Buffer, entry: Entry): Buffer {
  const local = entry.localOffset;
  expectSignature(archive, local, LOCAL_SIGNATURE);
  const start = local + LOCAL_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + entry.compressedBytes);
  const content = inflate(packed, entry);
  if (content.length !== entry.bytes)
    throw new InvalidValue('A file in the archive has not the size it claims.');
  return content;
}

function inflate(packed: Buffer, entry: Entry): Buffer {
  if (entry.method === STORED) return packed;
  if (entry.method === DEFLATED) return inflateRawSync(packed, { maxOutputLength: entry.bytes });
  throw new InvalidValue(`The archive uses compression method ${entry.method}, which is not known here.`);
}

function expectSignature(archive: Buffer, at: number, signature: number): void {
  if (archive.readUInt32LE(at) !== signature) throw new InvalidValue('The archive is damaged.');
}
