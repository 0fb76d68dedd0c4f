/*
 * One random life of a FileObjectStore on a simulated disk: writes that overlap, failures, restarts and power cuts,
 * against a model of what was acknowledged. Throws when the store says or keeps what it must not.
 *   acknowledged: there, exactly as answered, whatever happens next.
 *   failed: not there in this process. After a power cut it may turn out to be there, until the same object is written.
 *   unanswered at a power cut: there or not.
 */
import { sample, sampleCodec, type Sample } from '#testing';
import { isDeepStrictEqual } from 'node:util';
import { Conflict, StoreUnavailable } from '#contracts/store';
import { BrokenInvariant, NotFound } from '#contracts/errors';
import { FileObjectStore } from '../src/file-object-store.js';
import { chanceOf, SimulatedDisk, untilQuiet, type Chance } from './simulated-disk.js';

const NAMES = ['a', 'b', 'c', 'd.e'];
const FOLDER = '/state';

export interface TrialFigures {
  readonly acknowledged: number;
  readonly failed: number;
  readonly crashes: number;
}

export async function storeTrial(seed: number): Promise<TrialFigures> {
  const trial = new StoreTrial(chanceOf(seed));
  await trial.start();
  for (let round = 0; round < 12; round++) await trial.round();
  await trial.settle();
  return trial.figures;
}

interface Attempt {
  readonly name: string;
  /** Null: a removal. */
  readonly size: number | null;
  isOver: boolean;
}

class StoreTrial {
  readonly figures = { acknowledged: 0, failed: 0, crashes: 0 };
  readonly #chance: Chance;
  readonly #disk: SimulatedDisk;
  readonly #acknowledged = new Map<string, Sample>();
  /** What a power cut may turn out to have left, beside what was acknowledged. */
  #possible: Attempt[] = [];
  #store!: FileObjectStore<Sample>;
  #writes = 0;
  #life = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#disk = new SimulatedDisk(chance);
  }

  async start(): Promise<void> {
    this.#store = await FileObjectStore.open<Sample>({
      folder: FOLDER,
      codec: sampleCodec,
      component: 'store',
      disk: this.#disk,
      probeAfterMs: 3_600_000,
    });
  }

  async round(): Promise<void> {
    this.#disk.faults = this.#chance() < 0.4 ? 0.15 : 0;
    const isLast = this.#chance() < 0.35;
    if (isLast) this.#disk.stepsLeft = Math.floor(this.#chance() * 60);
    const life = this.#life;
    const writes = Array.from({ length: 1 + Math.floor(this.#chance() * 8) }, async () => this.#write(life));
    if (!isLast) {
      await Promise.all(writes);
      this.#checkMemory();
      if (this.#chance() < 0.15) await this.#restart();
      return;
    }
    await untilQuiet(this.#disk);
    await this.#powerCut();
  }

  /** The faults are over: memory, disk and what was acknowledged are one. */
  async settle(): Promise<void> {
    this.#disk.faults = 0;
    if (!(await this.#store.probe())) throw new BrokenInvariant('It does not recover.');
    if (this.#store.failure !== null) throw new BrokenInvariant('It recovered and does not say so.');
    await this.#restart();
  }

  async #restart(): Promise<void> {
    const { faults } = this.#disk;
    this.#disk.faults = 0;
    await this.#store.probe();
    const before = this.#store.list();
    await this.#store[Symbol.asyncDispose]();
    await this.start();
    if (!isDeepStrictEqual(before, this.#store.list()))
      throw new BrokenInvariant('Memory was not what is on disk.');
    this.#checkMemory();
    this.#disk.faults = faults;
  }

  async #powerCut(): Promise<void> {
    this.figures.crashes += 1;
    this.#life += 1;
    this.#disk.faults = 0;
    this.#disk.crash();
    await this.start();
    if (this.#store.setAside.length > 0)
      throw new BrokenInvariant(`Half written: ${JSON.stringify(this.#store.setAside)}`);
    for (const name of NAMES) this.#checkSurvivor(name);
    this.#possible = [];
  }

  #checkSurvivor(name: string): void {
    const found = this.#store.get(name);
    if (isDeepStrictEqual(found, this.#acknowledged.get(name) ?? null)) return;
    const size = found === null ? null : found.spec.size;
    if (!this.#possible.some((each) => each.name === name && each.size === size))
      throw new BrokenInvariant(
        `${name} is ${String(size)}, acknowledged ${String(this.#acknowledged.get(name)?.spec.size)}`,
      );
    if (found === null) this.#acknowledged.delete(name);
    else this.#acknowledged.set(name, found);
  }

  #checkMemory(): void {
    const expected = [...this.#acknowledged.keys()].sort().map((name) => this.#acknowledged.get(name));
    if (!isDeepStrictEqual(this.#store.list(), expected))
      throw new BrokenInvariant('Memory is not what was acknowledged.');
  }

  async #write(life: number): Promise<void> {
    const name = NAMES[Math.floor(this.#chance() * NAMES.length)] ?? 'a';
    this.#writes += 1;
    const there = this.#store.get(name);
    const isDelete = this.#chance() < 0.25;
    const isSame = there !== null && this.#chance() < 0.15;
    const size = isSame ? there.spec.size : this.#writes;
    const attempt: Attempt = { name, size: isDelete ? null : size, isOver: false };
    this.#possible.push(attempt);
    try {
      const kept = isDelete ? await this.#delete(name) : await this.#put(name, size, there);
      if (life === this.#life) this.#answered(attempt, kept);
    } catch (error) {
      if (life === this.#life) this.#refused(attempt, error);
    }
  }

  async #delete(name: string): Promise<null> {
    await this.#store.delete(name);
    return null;
  }

  async #put(name: string, size: number, there: Sample | null): Promise<Sample> {
    if (there !== null) return this.#store.update({ ...there, spec: { size } });
    return (await this.#store.create(sample(name, size))).object;
  }

  // Once an answer is given, nothing of what failed before it can come back.
  #answered(attempt: Attempt, kept: Sample | null): void {
    this.#possible = this.#possible.filter(
      (each) => each !== attempt && !(each.isOver && each.name === attempt.name),
    );
    this.figures.acknowledged += 1;
    if (kept === null) this.#acknowledged.delete(attempt.name);
    else this.#acknowledged.set(attempt.name, kept);
  }

  #refused(attempt: Attempt, error: unknown): void {
    attempt.isOver = true;
    if (error instanceof StoreUnavailable) this.figures.failed += 1;
    else if (error instanceof Conflict || error instanceof NotFound)
      this.#possible = this.#possible.filter((each) => each !== attempt);
    else throw error;
  }
}
