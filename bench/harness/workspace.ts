/*
 * Everything that a suite started or made, ended and removed in reverse order: at its end, at Ctrl-C, at a failure.
 * What outlives even this (SIGKILL of the benchmark) ends by itself: children carry a parent-death signal.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Workspace implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Progress for people; never part of the document. */
  say(line: string): void {
    this.#say(line);
  }

  use<T extends AsyncDisposable | Disposable>(thing: T): T {
    return this.#stack.use(thing);
  }

  /** A scratch folder, removed at the end. */
  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'memwarden-bench-'));
    this.#stack.defer(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  /** A part of the suite with an end of its own; what is left of it ends with the whole. */
  async section<T>(body: (section: Workspace) => Promise<T>): Promise<T> {
    const section = this.use(new Workspace(this.#say));
    try {
      return await body(section);
    } finally {
      await section[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
