/*
 * A disk that can lose power at any step and fail at any call. What is written is in its cache; only a sync puts it on
 * the medium. After a crash each change of a name since the folder's last sync is there or not, independently of the
 * others (more than any journaling file system allows itself), and content that was not synced is any part of it.
 */
import type { Disk, Entry } from '../src/disk.js';
import { InvalidValue } from '#contracts/errors';

export type Chance = () => number;

/** Numbers from 0 to 1 that are the same for the same seed (Marsaglia 2003, xorshift of 32 bits). */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Inode {
  cached: Buffer;
  synced: Buffer;
}

type NameChange =
  | { readonly kind: 'Link'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'Unlink'; readonly path: string }
  | { readonly kind: 'Rename'; readonly from: string; readonly to: string; readonly inode: Inode };

export class SimulatedDisk implements Disk {
  /** Steps that are still made; then the power is gone. */
  stepsLeft = Infinity;
  /** Share of calls that fail. */
  faults = 0;
  steps = 0;
  readonly #chance: Chance;
  #names = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #unsynced: NameChange[] = [];
  #isDead = false;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Power is back: what is there now. */
  crash(): void {
    for (const change of this.#unsynced) if (this.#chance() < 0.5) apply(this.#durable, change);
    this.#unsynced = [];
    for (const inode of new Set(this.#durable.values())) inode.synced = inode.cached = this.#survivor(inode);
    this.#names = new Map(this.#durable);
    this.#isDead = false;
    this.stepsLeft = Infinity;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async makeFolder(): Promise<void> {
    await this.#step();
  }

  async entries(folder: string): Promise<readonly Entry[]> {
    await this.#step();
    const inside = [...this.#names.keys()].filter((path) => path.startsWith(`${folder}/`));
    return inside.map((path) => ({ name: path.slice(folder.length + 1), isFile: true }));
  }

  async read(path: string, most: number): Promise<Buffer> {
    await this.#step();
    const { cached } = this.#inode(path);
    if (cached.length > most) throw new InvalidValue('too large');
    return Buffer.from(cached);
  }

  async readAt(path: string, start: number, end: number): Promise<Buffer> {
    await this.#step();
    return Buffer.from(this.#inode(path).cached.subarray(start, end));
  }

  async size(path: string): Promise<number> {
    await this.#step();
    return this.#inode(path).cached.length;
  }

  async writeNew(path: string, data: Buffer): Promise<void> {
    await this.#stepOrFault();
    if (this.#names.has(path)) throw failure('EEXIST');
    const inode: Inode = { cached: Buffer.alloc(0), synced: Buffer.alloc(0) };
    this.#change({ kind: 'Link', path, inode });
    await this.#write(inode, 0, data);
  }

  async writeAt(path: string, offset: number, data: Buffer): Promise<void> {
    await this.#stepOrFault();
    await this.#write(this.#inode(path), offset, data);
  }

  async truncate(path: string, size: number): Promise<void> {
    await this.#stepOrFault();
    const inode = this.#inode(path);
    inode.cached = Buffer.from(inode.cached.subarray(0, size));
    await this.#stepOrFault();
    inode.synced = inode.cached;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#stepOrFault();
    this.#change({ kind: 'Rename', from, to, inode: this.#inode(from) });
    await this.#stepOrFault(); // done, and reported as failed
  }

  async remove(path: string): Promise<void> {
    await this.#stepOrFault();
    this.#inode(path);
    this.#change({ kind: 'Unlink', path });
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#stepOrFault();
    const isHere = (change: NameChange): boolean =>
      (change.kind === 'Rename' ? change.to : change.path).startsWith(`${folder}/`);
    for (const change of this.#unsynced.filter(isHere)) apply(this.#durable, change);
    this.#unsynced = this.#unsynced.filter((change) => !isHere(change));
    await this.#step();
  }

  async #write(inode: Inode, offset: number, data: Buffer): Promise<void> {
    const half = Math.floor(this.#chance() * data.length);
    inode.cached = placed(inode.cached, offset, data.subarray(0, half));
    await this.#stepOrFault();
    inode.cached = placed(inode.cached, offset + half, data.subarray(half));
    await this.#stepOrFault();
    inode.synced = inode.cached;
    await this.#step();
  }

  #change(change: NameChange): void {
    apply(this.#names, change);
    this.#unsynced.push(change);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw failure('ENOENT');
    return inode;
  }

  // Content that was never synced may be cut anywhere, or be there without what stood before it.
  #survivor({ cached, synced }: Inode): Buffer {
    if (cached.equals(synced)) return synced;
    const common = commonLength(cached, synced);
    const kept = common + Math.floor(this.#chance() * (cached.length - common + 1));
    if (this.#chance() < 0.3) return synced;
    return Buffer.from(cached.subarray(0, Math.max(kept, Math.min(common, synced.length))));
  }

  async #stepOrFault(): Promise<void> {
    await this.#step();
    if (this.#chance() < this.faults)
      throw failure(['ENOSPC', 'EIO', 'EROFS'][Math.floor(this.#chance() * 3)] ?? 'EIO');
  }

  // Other work may come between any two steps. Nothing is answered any more by a machine without power.
  async #step(): Promise<void> {
    this.steps += 1;
    this.stepsLeft -= 1;
    if (this.stepsLeft < 0) this.#isDead = true;
    if (this.#isDead) await new Promise<never>(() => undefined);
    for (let turns = Math.floor(this.#chance() * 3); turns >= 0; turns--) await Promise.resolve();
    if (this.#isDead) await new Promise<never>(() => undefined);
  }
}

function apply(names: Map<string, Inode>, change: NameChange): void {
  if (change.kind === 'Link') names.set(change.path, change.inode);
  else if (change.kind === 'Unlink') names.delete(change.path);
  else {
    names.delete(change.from);
    names.set(change.to, change.inode);
  }
}

function placed(content: Buffer, offset: number, data: Buffer): Buffer {
  const next = Buffer.alloc(Math.max(content.length, offset + data.length));
  content.copy(next);
  data.copy(next, offset);
  return next;
}

function commonLength(a: Buffer, b: Buffer): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** No step was made for a while: all is answered, or waits for a disk without power. */
export async function untilQuiet(disk: SimulatedDisk): Promise<void> {
  let before = -1;
  while (before !== disk.steps) {
    before = disk.steps;
    for (let turns = 0; turns < 200; turns++) await Promise.resolve();
  }
}
