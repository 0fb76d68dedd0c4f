/*
 * The page: the files of one folder, as they were when the controller started, in memory: a build that runs meanwhile
 * mixes nothing. Only names found then are served, so no path can lead anywhere else. Files that carry a hash in their name are cached for good, all others are asked for anew.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { InvalidValue } from '#contracts/errors';

export interface PageFile {
  readonly content: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
}

const MOST_FILES = 1000;
const MOST_BYTES = 32 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

export class Page {
  private constructor(private readonly files: ReadonlyMap<string, PageFile>) {}

  /** @throws {InvalidValue} for a folder that holds no page */
  static async load(folder: string): Promise<Page> {
    const files = new Map<string, PageFile>();
    let bytes = 0;
    for (const path of await filesOf(folder)) {
      const content = await readFile(path);
      bytes += content.length;
      if (bytes > MOST_BYTES) throw new InvalidValue(`${folder} is no page: it is larger than 32 MB.`);
      files.set(`/${relative(folder, path).split(sep).join('/')}`, describe(path, content));
    }
    if (!files.has('/index.html'))
      throw new InvalidValue(`${folder} has no index.html; build the page, or leave MEMWARDEN_WEB_DIR out.`);
    return new Page(files);
  }

  /** The page itself stands for every path that is no file: it has its own routes. Null: a file that is not there. */
  find(pathname: string): PageFile | null {
    const file = this.files.get(decoded(pathname));
    if (file !== undefined) return file;
    return extname(pathname) === '' ? (this.files.get('/index.html') ?? null) : null;
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new InvalidValue(`The page's folder ${folder} cannot be read.`, { cause });
  });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length > MOST_FILES)
    throw new InvalidValue(`${folder} is no page: it has ${files.length} files.`);
  return files.map((entry) => join(entry.parentPath, entry.name));
}

function describe(path: string, content: Buffer): PageFile {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  const isHashed = /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(path) && path.includes(`${sep}assets${sep}`);
  return {
    content,
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    etag: `"${hash}"`,
    cacheControl: isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
