/*
 * What a child says, in a file of bounded size: one current file and one older. Logging never stops what is logged:
 * with a full disk lines are lost, not processes.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export const LOG_FILE_BYTES = 4 * 1024 * 1024;
const TAIL_CHARACTERS = 8 * 1024;

export class LogFile implements Disposable {
  #descriptor: number;
  #bytes: number;
  #tail = '';

  constructor(
    readonly path: string,
    private readonly maxBytes: number = LOG_FILE_BYTES,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(path, 'a', 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  /** The end of what was said since the last `forget`. */
  get tail(): string {
    return this.#tail;
  }

  forget(): void {
    this.#tail = '';
  }

  write(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString()).slice(-TAIL_CHARACTERS);
    try {
      if (this.#bytes + chunk.length > this.maxBytes) this.#turn();
      this.#bytes += writeSync(this.#descriptor, chunk);
    } catch {
      // A full disk must not end what is being logged.
    }
  }

  /** Whatever fails here, the descriptor stays one that is open. */
  #turn(): void {
    renameSync(this.path, `${this.path}.1`);
    const next = openSync(this.path, 'a', 0o600);
    closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#bytes = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
