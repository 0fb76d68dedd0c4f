/*
 * A stamp is the proof that a step was finished with these inputs. It is removed before the step starts and written
 * last, whole: an interrupted step has none, and is done again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Stamps {
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * @param {string} step
   * @param {string} fingerprint
   * @param {readonly string[]} outputs all must still be there
   */
  holds(step, fingerprint, outputs) {
    return this.#read(step) === fingerprint && outputs.every((output) => existsSync(output));
  }

  /** @param {string} step */
  remove(step) {
    rmSync(this.#file(step), { force: true });
  }

  /**
   * @param {string} step
   * @param {string} fingerprint
   */
  write(step, fingerprint) {
    mkdirSync(this.#folder, { recursive: true });
    const unfinished = `${this.#file(step)}.${process.pid}`;
    writeFileSync(unfinished, fingerprint);
    renameSync(unfinished, this.#file(step));
  }

  /** @param {string} step */
  #read(step) {
    try {
      return readFileSync(this.#file(step), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** @param {string} step */
  #file(step) {
    return join(this.#folder, step);
  }
}
