/*
 * metadata, of which CRDs say nothing: names and labels by the rules that the API server has for every object.
 */
import type { LabelSelector } from './gen/types.js';
import { memberPath, quote, type Problems } from './problems.js';
import { isObject, member, type JsonObject, type Schema } from './schema.js';
import { checkStructure } from './structure.js';

const text = (maxLength: number): Schema => ({ type: 'string', maxLength });
const opaque = (type: 'array' | 'object'): Schema => ({ type });

/** As much as Memwarden reads is bounded; what only Kubernetes reads (kubectl get -o yaml writes it) is let through. */
const METADATA: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1 },
    namespace: { type: 'string', minLength: 1 },
    uid: text(63),
    resourceVersion: text(63),
    generation: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    creationTimestamp: { type: 'string', format: 'date-time', nullable: true },
    labels: { type: 'object', maxProperties: 64, additionalProperties: { type: 'string' } },
    annotations: { type: 'object', maxProperties: 64, additionalProperties: text(65_536) },
    generateName: text(253),
    selfLink: text(4096),
    deletionTimestamp: { type: 'string', format: 'date-time' },
    deletionGracePeriodSeconds: { type: 'integer' },
    finalizers: opaque('array'),
    ownerReferences: opaque('array'),
    managedFields: opaque('array'),
  },
};

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const WORD = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function checkMetadata(value: unknown, isNamespaced: boolean, problems: Problems): void {
  if (value === undefined || value === null) {
    problems.add('metadata.name', 'is missing');
    return;
  }
  checkStructure(METADATA, value, 'metadata', problems);
  if (!isObject(value)) return;
  checkNames(value, isNamespaced, problems);
  checkLabels(member(value, 'labels'), 'metadata.labels', problems);
  checkKeys(member(value, 'annotations'), 'metadata.annotations', problems);
}

function checkNames(metadata: JsonObject, isNamespaced: boolean, problems: Problems): void {
  const name = member(metadata, 'name');
  const namespace = member(metadata, 'namespace');
  if (typeof name === 'string' && name !== '' && !isSubdomain(name))
    problems.add(
      'metadata.name',
      `${quote(name)} is not a name: a-z, 0-9, '-' and '.', at most 253, for example big-holders`,
    );
  if (namespace === undefined) return;
  if (!isNamespaced) problems.add('metadata.namespace', 'this kind has no namespace: remove it');
  else if (typeof namespace === 'string' && namespace !== '' && !LABEL.test(namespace))
    problems.add(
      'metadata.namespace',
      `${quote(namespace)} is not a namespace: a-z, 0-9 and '-', at most 63`,
    );
}

const isSubdomain = (name: string): boolean => name.length <= 253 && SUBDOMAIN.test(name);

function checkLabels(labels: unknown, path: string, problems: Problems): void {
  checkKeys(labels, path, problems);
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    const wrong = typeof value === 'string' ? labelValueProblem(value) : null;
    if (wrong !== null) problems.add(memberPath(path, key), wrong);
  }
}

function checkKeys(map: unknown, path: string, problems: Problems): void {
  for (const key of Object.keys(isObject(map) ? map : {})) {
    const wrong = labelKeyProblem(key);
    if (wrong !== null) problems.add(memberPath(path, key), wrong);
  }
}

/** Label keys and values in a selector, which no schema bounds. */
export function checkSelector(selector: LabelSelector, path: string, problems: Problems): void {
  checkLabels(selector.matchLabels, `${path}.matchLabels`, problems);
  selector.matchExpressions?.forEach(({ key, values = [] }, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const wrongKey = labelKeyProblem(key);
    if (wrongKey !== null) problems.add(`${at}.key`, wrongKey);
    values.forEach((value, j) => {
      const wrong = labelValueProblem(value);
      if (wrong !== null) problems.add(`${at}.values[${j}]`, wrong);
    });
  });
}

function labelKeyProblem(key: string): string | null {
  const [name = '', prefix, ...rest] = key.split('/').reverse();
  const isKey = rest.length === 0 && WORD.test(name) && (prefix === undefined || isSubdomain(prefix));
  return isKey ? null : `${quote(key)} is not a key: write it as in app or example.com/app`;
}

function labelValueProblem(value: string): string | null {
  if (value === '' || WORD.test(value)) return null;
  return `${quote(value)} is not the value of a label: letters, digits, '-', '_' and '.', at most 63`;
}
