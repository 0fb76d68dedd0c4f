/*
 * Writes a support archive: entry after entry into a compressed file that only its user can read. Bounded: what is too
 * long is cut and said. The file is there whole, or not at all.
 */
import { createWriteStream } from 'node:fs';
import { link, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { systemClock } from '#contracts/clock';
import { InvalidValue, Unavailable } from '#contracts/errors';
import type { BundleEntry, BundleSource, LeftOut } from './entry.js';
import { tarEnd, tarEntry, tarPath } from './tar.js';

export interface WrittenBundle {
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  readonly entries: readonly { readonly path: string; readonly bytes: number }[];
  readonly leftOut: readonly LeftOut[];
}

const MOST_ENTRY_BYTES = 8 * 1024 * 1024;
const MOST_BYTES = 128 * 1024 * 1024;

/** @param folder in the archive: everything is in it @throws {InvalidValue | Unavailable} */
export async function writeBundle(
  file: string,
  folder: string,
  source: BundleSource,
): Promise<WrittenBundle> {
  const unfinished = `${file}.${process.pid}`;
  try {
    const written = await write(unfinished, folder, source);
    await link(unfinished, file);
    return { file, bytes: (await stat(file)).size, ...written };
  } catch (error) {
    throw failure(file, error);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function write(
  file: string,
  folder: string,
  source: BundleSource,
): Promise<Pick<WrittenBundle, 'entries' | 'leftOut'>> {
  const entries: { path: string; bytes: number }[] = [];
  const leftOut: LeftOut[] = [];
  const gzip = createGzip();
  const output = createWriteStream(file, { mode: 0o600, flags: 'wx' });
  const done = finished(gzip.pipe(output));
  done.catch(() => undefined);
  const mtimeSeconds = Math.floor(systemClock.nowMs() / 1000);
  let total = 0;
  const put = async (entry: BundleEntry): Promise<void> => {
    const content = contentOf(entry, leftOut);
    total += content.length;
    if (total > MOST_BYTES) {
      leftOut.push({ what: entry.path, why: `the archive would have more than ${MOST_BYTES} bytes` });
      return;
    }
    const path = tarPath(`${folder}/${entry.path}`);
    entries.push({ path, bytes: content.length });
    if (!gzip.write(tarEntry(path, content, mtimeSeconds))) await Promise.race([once(gzip, 'drain'), done]);
  };
  for await (const entry of source.entries((one) => leftOut.push(one))) await put(entry);
  await put({ path: 'left-out.json', text: `${JSON.stringify(leftOut, null, 2)}\n` });
  gzip.end(tarEnd());
  await done;
  return { entries, leftOut };
}

function contentOf({ path, text }: BundleEntry, leftOut: LeftOut[]): Buffer {
  const content = Buffer.from(text, 'utf8');
  if (content.length <= MOST_ENTRY_BYTES) return content;
  leftOut.push({ what: `the end of ${path}`, why: `it has more than ${MOST_ENTRY_BYTES} bytes` });
  return content.subarray(0, MOST_ENTRY_BYTES);
}

function failure(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return new InvalidValue(`${file} is there already: name another one, --file FILE.`);
  if (typeof code === 'string' && code.startsWith('E'))
    return new Unavailable(`${file} cannot be written: ${message}. Name another one: --file FILE.`, { cause: error });
  return error;
}
