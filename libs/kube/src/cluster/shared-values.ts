/*
 * One copy of what many objects have in common: a Deployment's pods have the same labels, a node's pods the same node.
 * Bounded: when it is full it forgets all it knows, and what comes later is shared anew.
 */
import type { Labels } from '#contracts/cluster';

const MOST_VALUES = 16_384;
const NONE: Labels = Object.freeze({});

export class SharedValues {
  readonly #texts = new Map<string, string>();
  readonly #objects = new Map<string, object>();

  text(value: string): string {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size >= MOST_VALUES) this.#texts.clear();
    this.#texts.set(value, value);
    return value;
  }

  labels(value: Labels): Labels {
    for (const _ in value) return this.object(value);
    return NONE;
  }

  /** The same content in the same order is the same object. */
  object<T extends object>(value: T): T {
    const key = JSON.stringify(value);
    const known = this.#objects.get(key);
    if (known !== undefined) return known as T;
    if (this.#objects.size >= MOST_VALUES) this.#objects.clear();
    this.#objects.set(key, value);
    return value;
  }
}
