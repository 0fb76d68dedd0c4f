/*
 * Names of objects, and the files that they are kept in. A name is a DNS-1123 subdomain of at most 253 characters
 * (Kubernetes, "Object Names and IDs"): no separator, no dot at either end, nothing that a path could be made of.
 */
import { createHash } from 'node:crypto';
import { InvalidValue } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const MOST_CHARACTERS = 253;
const SUFFIX = '.json';
// A file's name has at most 255 bytes, and '.json' has five of them.
const LONGEST_PLAIN = 240;
const KEPT_OF_LONG = 180;

export function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MOST_CHARACTERS && SUBDOMAIN.test(name);
}

/** @throws {InvalidValue} */
export function checkName(name: unknown): asserts name is string {
  if (isName(name)) return;
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name;
  throw new InvalidValue(
    `metadata.name must be a DNS-1123 subdomain: lower-case letters, digits, '-' and '.', at most ${MOST_CHARACTERS} characters; it is ${shown}.`,
  );
}

/** @throws {InvalidValue} */
export function checkPlace({ name, namespace }: StoredObject['metadata'], namespaced: boolean): void {
  checkName(name);
  if (!namespaced && namespace !== undefined)
    throw new InvalidValue('There are no namespaces here: remove metadata.namespace.');
  if (namespaced && !isName(namespace))
    throw new InvalidValue('metadata.namespace must be the name of a namespace.');
}

/** One name, one file, and the other way round: '~' stands in no name. */
export function fileOf(name: string): string {
  if (name.length <= LONGEST_PLAIN) return name + SUFFIX;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${name.slice(0, KEPT_OF_LONG)}~${digest}${SUFFIX}`;
}
