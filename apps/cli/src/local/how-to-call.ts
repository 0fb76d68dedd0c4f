/*
 * What a person types to reach a local mode from another terminal: pasted into a shell it works as it is.
 */
import { join, relative, sep } from 'node:path';

export interface Caller {
  /** The checkout. */
  readonly root: string;
  /** Where the person is. */
  readonly cwd: string;
  /** Null: the usual one, which every command finds by itself. */
  readonly stateDir: string | null;
}

export function topCommandLine({ root, cwd, stateDir }: Caller): string {
  const program = join(root, 'bin/memwarden');
  const short = relative(cwd, program);
  const words = [short.startsWith(`..${sep}`) ? program : short, 'top'];
  return [...words, ...(stateDir === null ? [] : ['--state-dir', stateDir])].map(quoted).join(' ');
}

/** As a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
