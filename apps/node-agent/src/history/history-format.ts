/*
 * The history file, version 1. Little-endian:
 *   "MWHISTRY" · u32 version · u32 0x01020304 · u32 length of the head · u32 number of series
 *   head: JSON {node, levels}
 *   per series: u32 length · JSON · FLOATS_PER_SERIES f32; with no heads it is none (see encodeHistory)
 *   u32 CRC-32 of all before it
 * A file is taken whole or not at all: the check sum is looked at before anything else is believed.
 */
import { crc32 } from 'node:zlib';
import { MemwardenError } from '#contracts/errors';
import { BYTES_PER_SERIES, FLOATS_PER_SERIES, LEVELS } from './levels.js';
import { CAPACITY, type Series, type SeriesHead, type SeriesStore } from './series-store.js';
import { seriesId } from './series-id.js';

const MAGIC = Buffer.from('MWHISTRY', 'latin1');
const VERSION = 1;
const BYTE_ORDER = 0x01020304;
const FIXED_BYTES = MAGIC.length + 16;
const CRC_BYTES = 4;
/** A cgroup's path, twice in a series (name and row id), at worst a control character in each byte: "\\u0001". */
const MOST_NAME_BYTES = 2 * 6 * 4096;
const MOST_OTHER_BYTES = 1024;
/** What a full store of the longest names takes: larger files are not ours. */
export const MOST_FILE_BYTES = CAPACITY * (BYTES_PER_SERIES + MOST_NAME_BYTES + MOST_OTHER_BYTES);
/** About 64 KiB at a time: what the event loop is held up for, and what is in memory twice. */
const SERIES_PER_CHUNK = 9;

/** The file is not one of ours, of another version, of another node, or cut off. The text says which. */
export class HistoryUnusable extends MemwardenError {
  override readonly code = 'HistoryUnusable';
}

interface FileHead {
  readonly node: string;
  readonly levels: readonly (readonly [number, number])[];
}

type SeriesMeta = Omit<SeriesHead, 'id'> & { readonly heads: readonly (readonly [number, number])[] };

const OWN_LEVELS = LEVELS.map((level) => [level.blockMs, level.blocks] as const);

/**
 * The file in pieces. Each series is as it is at the moment its piece is asked for: one that made room for another
 * meanwhile is written as none, or it would be read back with the other's values.
 */
export function* encodeHistory(node: string, store: SeriesStore): Generator<Buffer, void, void> {
  const everySeries = [...store.all()];
  let crc = 0;
  const checked = (piece: Buffer): Buffer => {
    crc = crc32(piece, crc);
    return piece;
  };
  yield checked(encodeHead({ node, levels: OWN_LEVELS }, everySeries.length));
  for (let i = 0; i < everySeries.length; i += SERIES_PER_CHUNK) {
    const chunk = everySeries.slice(i, i + SERIES_PER_CHUNK);
    yield checked(Buffer.concat(chunk.flatMap((series) => encodeSeries(series, store))));
  }
  const trailer = Buffer.alloc(CRC_BYTES);
  trailer.writeUInt32LE(crc);
  yield trailer;
}

function encodeHead(head: FileHead, seriesCount: number): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const fixed = Buffer.alloc(FIXED_BYTES);
  MAGIC.copy(fixed);
  fixed.writeUInt32LE(VERSION, MAGIC.length);
  fixed.writeUInt32LE(BYTE_ORDER, MAGIC.length + 4);
  fixed.writeUInt32LE(json.length, MAGIC.length + 8);
  fixed.writeUInt32LE(seriesCount, MAGIC.length + 12);
  return Buffer.concat([fixed, json]);
}

function encodeSeries(series: Series, store: SeriesStore): Buffer[] {
  const { device, holder, quantity, name, firstAtMs, lastAtMs, lastBytes, limitBytes, rings } = series;
  const heads = store.has(series) ? rings.heads.map((head) => [head.newest, head.count] as const) : [];
  const floats = store.floatsOf(series);
  const meta: SeriesMeta = {
    device,
    holder,
    quantity,
    name,
    firstAtMs,
    lastAtMs,
    lastBytes,
    limitBytes,
    heads,
  };
  const json = Buffer.from(JSON.stringify(meta));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return [length, json, Buffer.from(floats.buffer, floats.byteOffset, BYTES_PER_SERIES)];
}

/** Fills an empty store. @throws {HistoryUnusable} with the store untouched */
export function decodeHistory(file: Buffer, node: string, store: SeriesStore): void {
  const { head, seriesCount, start } = decodeHead(file);
  if (JSON.stringify(head.levels) !== JSON.stringify(OWN_LEVELS))
    throw new HistoryUnusable('It has blocks of other lengths.');
  if (head.node !== node)
    throw new HistoryUnusable(`It is the history of node ${JSON.stringify(head.node)}.`);
  const reader = new Reader(file.subarray(0, file.length - CRC_BYTES), start);
  for (let i = 0; i < seriesCount; i += 1) restore(reader, node, store);
}

function decodeHead(file: Buffer): { head: FileHead; seriesCount: number; start: number } {
  if (file.length < FIXED_BYTES + CRC_BYTES) throw new HistoryUnusable('It is cut off.');
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) throw new HistoryUnusable('It is no history file.');
  const version = file.readUInt32LE(MAGIC.length);
  if (version !== VERSION || file.readUInt32LE(MAGIC.length + 4) !== BYTE_ORDER)
    throw new HistoryUnusable(`It is of version ${version}; this agent reads version ${VERSION}.`);
  const body = file.subarray(0, file.length - CRC_BYTES);
  if (crc32(body) !== file.readUInt32LE(body.length)) throw new HistoryUnusable('It is cut off or damaged.');
  const reader = new Reader(body, FIXED_BYTES);
  const head = reader.json(file.readUInt32LE(MAGIC.length + 8)) as FileHead;
  return { head, seriesCount: file.readUInt32LE(MAGIC.length + 12), start: reader.at };
}

function restore(reader: Reader, node: string, store: SeriesStore): void {
  const { heads, ...meta } = reader.json(reader.length()) as SeriesMeta;
  const floats = reader.take(BYTES_PER_SERIES);
  if (heads.length === 0) return;
  const series = store.add({ ...meta, id: seriesId({ node, ...meta }) });
  if (series === null) return;
  // A copy: the floats of the file lie at any address, those of the store at multiples of four.
  store.floatsOf(series).set(new Float32Array(new Uint8Array(floats).buffer, 0, FLOATS_PER_SERIES));
  series.rings.heads.forEach((head, i) => {
    [head.newest, head.count] = heads[i] ?? [-1, 0];
  });
}

/** Takes pieces off a buffer, never past its end. */
class Reader {
  constructor(
    private readonly buffer: Buffer,
    public at: number,
  ) {}

  take(length: number): Buffer {
    if (this.at + length > this.buffer.length) throw new HistoryUnusable('A piece of it is missing.');
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  length(): number {
    return this.take(4).readUInt32LE(0);
  }

  json(length: number): unknown {
    return JSON.parse(this.take(length).toString('utf8'));
  }
}
