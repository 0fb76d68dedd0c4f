/*
 * A real disk of a few hundred kilobytes: a tmpfs, where this process may mount one.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Null: it may not. */
export function smallDisk(): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'memwarden-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k,mode=700', 'memwarden-test', path], {
      stdio: 'ignore',
    });
    return new SmallDisk(path);
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

export class SmallDisk implements Disposable {
  constructor(readonly path: string) {}

  /** Not a byte is left. */
  async fill(): Promise<void> {
    await using file = await open(this.#ballast, 'a');
    for (const size of [65_536, 4096, 1]) {
      const block = Buffer.alloc(size);
      for (let isFull = false; !isFull;)
        isFull = await file.write(block).then(
          () => false,
          () => true,
        );
    }
  }

  /** All but so many blocks of 4 KiB. */
  async fillBut(blocks: number): Promise<void> {
    const reserve = join(this.path, 'reserve');
    writeFileSync(reserve, Buffer.alloc(Math.max(1, blocks * 4096)));
    await this.fill();
    await rm(reserve);
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  readOnly(isReadOnly: boolean): void {
    execFileSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.path]);
    rmSync(this.path, { recursive: true });
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
