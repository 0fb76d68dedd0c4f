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
const FILES = ['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories'];

/** Path ends → name of the type. The first that fits. */
/** @type {readonly (readonly [RegExp, string])[]} */
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
  [/^NodeMemory\.status\.devices\[\]$/, 'NodeMemoryDevice'],
  [/\.topHolders\[\]$/, 'NodeMemoryHolder'],
  [/^NodeMemory\.status\.agent$/, 'NodeMemoryAgent'],
  [/^([A-Z][A-Za-z]+)\.spec$/, '$1Spec'],
  [/^([A-Z][A-Za-z]+)\.status$/, '$1Status'],
];

/** Of shapes whose description in the CRDs is about one place. @type {Record<string, string>} */
const DESCRIPTIONS = {
  LabelSelector:
    'Chooses by labels, as everywhere in Kubernetes: matchLabels and matchExpressions must all hold.',
  Measurement: 'What a target held at one time.',
};

/** The API server fills status in after the object was created; Memwarden's own stores write it with the object. */
export const STATUS_IS_THERE = new Set(['MemoryFinding', 'MemoryCleanup']);

/**
 * @typedef {{ rule: string, message: string, fieldPath?: string }} Rule
 * @typedef {{
 *   type: string, description?: string, format?: string, nullable?: boolean, enum?: string[], pattern?: string,
 *   minimum?: number, maximum?: number, minLength?: number, maxLength?: number, minItems?: number, maxItems?: number,
 *   minProperties?: number, maxProperties?: number, required?: string[], default?: unknown,
 *   properties?: Record<string, Schema>, additionalProperties?: Schema, items?: Schema,
 *   'x-kubernetes-int-or-string'?: boolean, 'x-kubernetes-list-type'?: string, 'x-kubernetes-list-map-keys'?: string[],
 *   'x-kubernetes-validations'?: Rule[],
 * }} Schema as in the CRD
 * @typedef {{ name: string, jsonPath: string, description: string, priority?: number }} Column
 * @typedef {{ kind: string, scope: string, shortName: string, plural: string, category: string }} Names
 * @typedef {Names & { description: string, spec: Schema | null, status: Schema, columns: Column[] }} Resource spec: null where nobody asks for anything
 */

/** @param {string} root @returns {Resource[]} */
export function readCrds(root) {
  return FILES.map((file) => {
    const crd = parse(readFileSync(join(root, CRDS, `memwarden.dev_${file}.yaml`), 'utf8'));
    const [version] = crd.spec.versions;
    const { kind, plural, shortNames, categories } = crd.spec.names;
    const { description, properties } = version.schema.openAPIV3Schema;
    return {
      ...{ kind, plural, shortName: shortNames[0], category: categories[0], scope: crd.spec.scope },
      ...{ description, spec: properties.spec ?? null, status: properties.status },
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

const WHOLE = /^(Memory[A-Z][a-z]+|NodeMemory)(Spec|Status)$/;
/** Whether it is the spec or status of a kind. @param {string} name */
export const isWhole = (name) => WHOLE.test(name);

/** Where the members of a named shape are, as `nameOf` must see it. @param {string} name */
export function pathOf(name) {
  const [, kind, part] = WHOLE.exec(name) ?? [];
  if (kind !== undefined && part !== undefined) return `${kind}.${part.toLowerCase()}`;
  return STARTS[name] ?? `.${name}`;
}

/** @type {Record<string, string>} */
const STARTS = {
  Detector: 'MemoryPolicy.spec.detectors[]',
  LadderStep: '.ladder[]',
  CleanupStep: '.status.steps[]',
  NodeMemoryDevice: 'NodeMemory.status.devices[]',
};

/** Every named shape once, in the order of first use, those that it needs before it. @param {Resource[]} resources @returns {Map<string, Schema>} */
export function namedShapes(resources) {
  /** @type {Map<string, { schema: Schema, path: string }>} */
  const found = new Map();
  for (const { kind, spec, status } of resources) {
    if (spec !== null) visit(spec, `${kind}.spec`, found);
    visit(status, `${kind}.status`, found);
  }
  return new Map(
    [...found].map(([name, { schema }]) => [
      name,
      { ...schema, description: DESCRIPTIONS[name] ?? schema.description ?? '' },
    ]),
  );
}

/** @param {Schema} schema @param {string} path @param {Map<string, { schema: Schema, path: string }>} found */
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

/**
 * What is said where it is used may differ: its description, its default, and that it never changes there.
 * @param {Schema} a @param {Schema} b
 */
function isSameShape(a, b) {
  return isDeepStrictEqual(shape(a), shape(b));
}

/** @param {Schema} schema */
function shape({ description: _, default: __, 'x-kubernetes-validations': rules = [], ...rest }) {
  return { ...rest, rules: rules.filter(({ rule }) => !rule.includes('oldSelf')) };
}
