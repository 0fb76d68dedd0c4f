/*
 * A tar archive (POSIX.1-1988, ustar), entry by entry. Pure. Source: POSIX pax(1), "ustar Interchange Format".
 */
const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const FILE_MODE = 0o600;

/** A file as its header and its content, filled up to whole blocks. @param path ASCII, at most 255 bytes, see `tarPath` */
export function tarEntry(path: string, content: Buffer, mtimeSeconds: number): Buffer {
  const fill = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([header(path, content.length, mtimeSeconds), content, fill]);
}

/** Two empty blocks. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** What a header can hold, and no way out of the folder that it is unpacked in. */
export function tarPath(path: string): string {
  const safe = path
    .replaceAll(/[^A-Za-z0-9._/-]/gu, '_')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map((part) => part.slice(0, NAME_BYTES));
  let shown = safe.join('/');
  while (safe.length > 1 && split(shown) === null) {
    safe.splice(safe.length - 2, 1);
    shown = safe.join('/');
  }
  return shown;
}

function header(path: string, size: number, mtimeSeconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { prefix, name } = split(path) ?? { prefix: '', name: path.slice(0, NAME_BYTES) };
  block.write(name, 0, 'ascii');
  block.write(octal(FILE_MODE, 8), 100, 'ascii');
  block.write(octal(0, 8), 108, 'ascii');
  block.write(octal(0, 8), 116, 'ascii');
  block.write(octal(size, 12), 124, 'ascii');
  block.write(octal(mtimeSeconds, 12), 136, 'ascii');
  // The sum is taken with spaces in its own place.
  block.fill(' ', 148, 156);
  block.write('0', 156, 'ascii');
  block.write('ustar\0', 257, 'ascii');
  block.write('00', 263, 'ascii');
  block.write(prefix, 345, 'ascii');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}

/** Null: it is too long at every slash. */
function split(path: string): { readonly prefix: string; readonly name: string } | null {
  if (path.length <= NAME_BYTES) return { prefix: '', name: path };
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    if (at <= PREFIX_BYTES && path.length - at - 1 <= NAME_BYTES)
      return { prefix: path.slice(0, at), name: path.slice(at + 1) };
  }
  return null;
}

function octal(value: number, width: number): string {
  return `${Math.floor(value).toString(8).padStart(width - 1, '0')}\0`;
}
