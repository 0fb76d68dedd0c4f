/*
 * The CRDs as the generator sees them, and which of their shapes have a name in TypeScript. A shape that stands in
 * several places (a ladder in policies and cleanups) is written out in each, because Kubernetes knows no references:
 * the generator demands that they are the same.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { parse } from 'yaml';

export const CRDS = 'helm/memwarden/files/crds';
const FILES = ['memorypolicies', 'memoryfindings', 'memorycleanups'];

/** Path ends → name of the type. The first that fits. */
const NAMES = [
  [/\.conditions\[\]$/, 'Condition'],
  [/\.(node|namespace|pod)Selector$/, 'LabelSelector'],
  [/\.matchExpressions\[\]$/, 'LabelRequirement'],
  [/\.policyRef$/, 'PolicyRef'],
  [/\.target$/, 'Target'],
  [/\.detectors\[\]\.type$|^MemoryFinding\.spec\.type$/, 'DetectorType'],
  [/^MemoryPolicy\.spec\.detectors\[\]$/, 'Detector'],
  [/\.(ladder|steps)\[\]\.type$/, 'StepType'],
  [/\.ladder\[\]$/, 'LadderStep'],
  [/\.notify\.signal$/, 'NotifySignal'],
  [/\.queuePriority$/, 'QueuePriority'],
  [/^MemoryPolicy\.spec\.mode$/, 'PolicyMode'],
  [/\.actions\[\]$/, 'PolicyAction'],
  [/\.spec\.match$/, 'PolicyMatch'],
  [/\.windows\[\]$/, 'PolicyWindow'],
  [/\.spec\.limits$/, 'PolicyLimits'],
  [/\.spec\.protection$/, 'PolicyProtection'],
  [/\.evidence\[\]$/, 'Evidence'],
  [/\.status\.decision$/, 'FindingDecision'],
  [/\.quality$/, 'MemoryQuality'],
  [/\.status\.steps\[\]\.(before|after)$/, 'Measurement'],
  [/\.status\.steps\[\]\.state$/, 'StepState'],
  [/\.status\.steps\[\]\.outcome$/, 'StepOutcome'],
  [/\.status\.steps\[\]$/, 'CleanupStep'],
  [/^(Memory[A-Z][a-z]+)\.spec$/, '$1Spec'],
  [/^(Memory[A-Z][a-z]+)\.status$/, '$1Status'],
];

/** The API server fills status in after the object was created; Memwarden's own stores write it with the object. */
export const STATUS_IS_THERE = new Set(['MemoryFinding', 'MemoryCleanup']);

/**
 * @typedef {Record<string, any>} Schema as in the CRD
 * @typedef {{ kind: string, crd: Record<string, any>, schema: Schema, columns: Record<string, string>[] }} Resource
 */

/** @param {string} root @returns {Resource[]} */
export function readCrds(root) {
  return FILES.map((plural) => {
    const crd = parse(readFileSync(join(root, CRDS, `memwarden.dev_${plural}.yaml`), 'utf8'));
    const [version] = crd.spec.versions;
    return {
      kind: crd.spec.names.kind,
      crd,
      schema: version.schema.openAPIV3Schema,
      columns: version.additionalPrinterColumns,
    };
  });
}

/** @param {string} path for example MemoryPolicy.spec.actions[].ladder[] @returns {string | null} */
export function nameOf(path) {
  for (const [end, name] of NAMES) {
    const found = end.exec(path);
    if (found) return found[1] === undefined ? name : name.replace('$1', found[1]);
  }
  return null;
}

/** Every named shape once, in the order of first use, those that it needs before it. @param {Resource[]} resources @returns {Map<string, Schema>} */
export function namedShapes(resources) {
  /** @type {Map<string, { schema: Schema, path: string }>} */
  const found = new Map();
  for (const { kind, schema } of resources) {
    for (const part of ['spec', 'status']) visit(schema.properties[part], `${kind}.${part}`, found);
  }
  return new Map([...found].map(([name, { schema }]) => [name, schema]));
}

function visit(schema, path, found) {
  for (const [name, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${name}`, found);
  if (schema.items) visit(schema.items, `${path}[]`, found);
  const name = nameOf(path);
  if (name === null) return;
  const known = found.get(name);
  if (known === undefined) found.set(name, { schema, path });
  else if (!isSameShape(known.schema, schema))
    throw new Error(`${name} is not the same at ${known.path} and ${path}.`);
}

/** What is said where it is used may differ: its description, its default, and that it never changes there. */
function isSameShape(a, b) {
  return isDeepStrictEqual(shape(a), shape(b));
}

function shape({ description: _, default: __, 'x-kubernetes-validations': rules = [], ...rest }) {
  return { ...rest, rules: rules.filter(({ rule }) => !rule.includes('oldSelf')) };
}
