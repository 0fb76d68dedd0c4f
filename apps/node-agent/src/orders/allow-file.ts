/*
 * The allow list's file, read anew whenever it changed. Absent, unreadable, changeable by others or invalid: nothing
 * may be done, and the reason says what to do.
 */
import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { InvalidValue } from '#contracts/errors';
import { isSystemError } from '../history/history-file.js';
import { readAllowList, type AllowList } from './allow-list.js';

const MOST_BYTES = 256 * 1024;
const WRITABLE_BY_OTHERS = 0o002;

export type Allowed =
  { readonly list: AllowList; readonly trouble: null } | { readonly list: null; readonly trouble: string };

/** Anything that a YAML parser may return. @throws when it is no YAML */
export type ParseYaml = (text: string) => Promise<unknown>;

export class AllowFile {
  private seen = '';
  private last: Allowed = { list: null, trouble: 'The allow list was not read yet.' };

  /** `path` null: none is configured. `uid`: whom this agent runs as. */
  constructor(
    private readonly path: string | null,
    private readonly uid: number,
    private readonly parse: ParseYaml,
  ) {}

  /** As it is now. Never rejects. */
  async read(): Promise<Allowed> {
    if (this.path === null) return refused('No allow list is configured: set MEMWARDEN_ALLOW_FILE.');
    try {
      return await this.readFile(this.path);
    } catch (error) {
      this.seen = '';
      return refused(textOf(error, this.path));
    }
  }

  private async readFile(path: string): Promise<Allowed> {
    if (versionOf(await stat(path)) === this.seen) return this.last;
    // Opening a FIFO would wait for a writer, and the agent with it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const about = await file.stat();
    assertTrusted(about, this.uid);
    this.last = await this.parsed(await file.readFile('utf8'));
    this.seen = versionOf(about);
    return this.last;
  }

  private async parsed(text: string): Promise<Allowed> {
    try {
      return { list: readAllowList(await this.parse(text)), trouble: null };
    } catch (error) {
      return refused(`The allow list ${String(this.path)} is not valid: ${messageOf(error)}.`);
    }
  }
}

function versionOf({ dev, ino, size, mtimeMs, ctimeMs, uid, mode }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs, uid, mode].join();
}

function assertTrusted(about: Stats, uid: number): void {
  if (!about.isFile()) throw new InvalidValue('it is no regular file');
  if (about.size > MOST_BYTES) throw new InvalidValue(`it is longer than ${MOST_BYTES} bytes`);
  if (about.uid !== 0 && about.uid !== uid)
    throw new InvalidValue(`it belongs to user ${about.uid}: give it to root, or to the agent's user ${uid}`);
  if ((about.mode & WRITABLE_BY_OTHERS) !== 0)
    throw new InvalidValue('everybody may write into it: take that right away (chmod o-w)');
}

function refused(trouble: string): Allowed {
  return { list: null, trouble: `${trouble} Nothing is done on this node.` };
}

function textOf(error: unknown, path: string): string {
  if (isSystemError(error) && error.code === 'ENOENT')
    return `There is no allow list ${path}: docs/guide has one to begin with.`;
  return `The allow list ${path} cannot be used: ${messageOf(error)}.`;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error || isSystemError(error) ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300).replace(/[.:]$/, '');
}
