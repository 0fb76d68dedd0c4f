/*
 * The test's hand on libmw-fault.so: which call kills a process or finds the disk full. The file is mapped by the process.
 */
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type Role = 'controller' | 'agent' | 'redis';
export type FaultAction = 'None' | 'KillBefore' | 'KillAfter' | 'NoSpace';

const ACTIONS: readonly FaultAction[] = ['None', 'KillBefore', 'KillAfter', 'NoSpace'];
/** struct control of fault/fault.c. */
const AT = { action: 0, countdown: 4, fired: 8, events: 12, prefix: 16 } as const;
const CONTROL_BYTES = 4096;

export class FaultControl implements Disposable {
  readonly #file: number;

  /** @param prefix files below it count */
  constructor(folder: string, role: Role, prefix: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = openSync(join(folder, `${role}.ctl`), 'w+');
    const page = Buffer.alloc(CONTROL_BYTES);
    page.write(prefix, AT.prefix);
    writeSync(this.#file, page, 0, page.length, 0);
  }

  /** At the `count`-th event from now on, 1 being the next. */
  arm(action: FaultAction, count: number): void {
    this.#write(AT.action, 0);
    this.#write(AT.fired, 0);
    this.#write(AT.countdown, count);
    this.#write(AT.action, ACTIONS.indexOf(action));
  }

  disarm(): void {
    this.#write(AT.action, 0);
  }

  get fired(): number {
    return this.#read(AT.fired);
  }

  /** How many there were so far. */
  get events(): number {
    return this.#read(AT.events);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(at: number, value: number): void {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(value);
    writeSync(this.#file, word, 0, 4, at);
  }

  #read(at: number): number {
    const word = Buffer.alloc(4);
    readSync(this.#file, word, 0, 4, at);
    return word.readUInt32LE();
  }
}
