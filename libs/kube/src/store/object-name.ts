/*
 * Names as the API server takes them (Kubernetes, "Object Names and IDs"), so that what it would refuse is refused here
 * with words, and no name leads to another path.
 */
import { InvalidValue } from '#contracts/errors';
import type { ObjectRef } from '../client/resource-type.js';

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'u');
const NAMESPACE = new RegExp(`^${LABEL}$`, 'u');

/** @throws {InvalidValue} */
export function checkRef({ name, namespace }: ObjectRef, isNamespaced: boolean): void {
  if (name.length > 253 || !SUBDOMAIN.test(name))
    throw new InvalidValue(
      `metadata.name must be a DNS-1123 subdomain: lower-case letters, digits, '-' and '.', at most 253 characters; it is ${JSON.stringify(name.slice(0, 80))}.`,
    );
  if (isNamespaced !== (namespace !== undefined))
    throw new InvalidValue(
      isNamespaced ? 'metadata.namespace is missing.' : 'metadata.namespace: this kind has none.',
    );
  if (namespace !== undefined && (namespace.length > 63 || !NAMESPACE.test(namespace)))
    throw new InvalidValue(`metadata.namespace ${JSON.stringify(namespace.slice(0, 80))} is no namespace.`);
}
