/*
 * Memory cgroups made for a measurement, on the version that holds the memory controller.
 */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Stalled } from '#contracts/errors';
import { cgroupVersion } from './machine.js';

const REMOVAL_TRIES = 50;

export function memoryRoot(): string {
  if (cgroupVersion() === 2) return '/sys/fs/cgroup';
  const mount = /^\S+ (\S+) cgroup \S*\bmemory\b/m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];
  return mount ?? '/sys/fs/cgroup/memory';
}

export class Cgroup implements AsyncDisposable {
  /** As the ledger names it: from the root of the hierarchy. */
  readonly path: string;
  readonly directory: string;

  constructor(path: string) {
    this.path = path;
    this.directory = memoryRoot() + path;
    mkdirSync(this.directory);
  }

  /** Lets the children have limits and accounts of their own; v1 has that always. */
  delegate(): this {
    if (cgroupVersion() === 2) this.write('cgroup.subtree_control', '+memory');
    return this;
  }

  add(pid: number): void {
    this.write('cgroup.procs', String(pid));
  }

  write(file: string, value: string): void {
    writeFileSync(`${this.directory}/${file}`, value);
  }

  read(file: string): string {
    return readFileSync(`${this.directory}/${file}`, 'utf8');
  }

  /** @throws {Stalled} while somebody still lives in it */
  async remove(): Promise<void> {
    for (let attempt = 0; attempt < REMOVAL_TRIES; attempt++) {
      if (this.#removed()) return;
      // A killed process leaves its cgroup a moment after its parent heard of its end.
      await pause(20);
    }
    throw new Stalled(`${this.directory} is still in use.`);
  }

  #removed(): boolean {
    try {
      rmdirSync(this.directory);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT';
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}
