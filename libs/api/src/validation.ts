/*
 * Objects from outside: defaults are filled in, then the schema, the CEL rules and what neither can say are checked.
 * Nothing here throws; what is refused is said with the place and with what to write instead.
 */
import type { Problem } from '#contracts/store';
import { withDefaults } from './defaulting.js';
import {
  memoryCleanupSchema,
  memoryFindingSchema,
  memoryPolicySchema,
  nodeMemorySchema,
} from './gen/schemas.js';
import type { MemoryCleanup, MemoryFinding, MemoryPolicy, NodeMemory } from './gen/types.js';
import { checkMetadata, checkSelector } from './metadata.js';
import { Problems, quote } from './problems.js';
import { checkRules } from './rules.js';
import { isObject, member, type JsonObject, type Schema } from './schema.js';
import { checkStructure } from './structure.js';
import { scheduleProblem, timeZoneProblem } from './windows.js';

export type Validated<T> =
  { readonly ok: true; readonly object: T } | { readonly ok: false; readonly problems: readonly Problem[] };

export type MemwardenObject = MemoryPolicy | MemoryFinding | MemoryCleanup | NodeMemory;
/** A cleanup as somebody asks for it: the status comes from the controller. */
export type CleanupRequest = Omit<MemoryCleanup, 'status'>;
export const API_VERSION = 'memwarden.dev/v1alpha1';

interface Kind<T> {
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly root: Schema;
  /** Members that are valid already. */
  readonly shared?: readonly string[];
  /** What neither schema nor rules can say. */
  readonly beyond?: (object: T, problems: Problems) => void;
}

// metadata and the type are checked apart: no schema says anything of them.
function rootOf(
  parts: { readonly spec?: Schema; readonly status: Schema },
  required: readonly string[],
): Schema {
  return { type: 'object', required, properties: parts };
}

const POLICY: Kind<MemoryPolicy> = {
  kind: 'MemoryPolicy',
  isNamespaced: false,
  root: rootOf(memoryPolicySchema, ['spec']),
  beyond: checkPolicy,
};
const FINDING: Kind<MemoryFinding> = {
  kind: 'MemoryFinding',
  isNamespaced: true,
  root: rootOf(memoryFindingSchema, ['spec', 'status']),
};
const CLEANUP: Kind<MemoryCleanup> = {
  kind: 'MemoryCleanup',
  isNamespaced: true,
  root: rootOf(memoryCleanupSchema, ['spec', 'status']),
};
const REQUEST: Kind<CleanupRequest> = {
  kind: CLEANUP.kind,
  isNamespaced: true,
  root: rootOf(memoryCleanupSchema, ['spec']),
};
const NODE: Kind<NodeMemory> = {
  kind: 'NodeMemory',
  isNamespaced: false,
  root: rootOf(nodeMemorySchema, []),
};
const KINDS = [POLICY, FINDING, CLEANUP, NODE];

/** The object with its defaults. Whether this version can do it: `unsupportedIn`. */
export function validatePolicy(value: unknown): Validated<MemoryPolicy> {
  return validate(POLICY, value);
}

/** @param valid one that has passed: a spec or status that is the very same object in `value` is not looked at again */
export function validateFinding(value: unknown, valid?: MemoryFinding): Validated<MemoryFinding> {
  return validate(FINDING, value, valid);
}

/** @param valid as for findings */
export function validateCleanup(value: unknown, valid?: MemoryCleanup): Validated<MemoryCleanup> {
  return validate(CLEANUP, value, valid);
}

/** As `validateCleanup`, without a status or with one. */
export function validateCleanupRequest(value: unknown): Validated<CleanupRequest> {
  return validate(REQUEST, value);
}

export function validateNodeMemory(value: unknown): Validated<NodeMemory> {
  return validate(NODE, value);
}

/** A copy with every default filled in, by its kind; anything else as it is. Checks nothing. */
export function defaulted(value: unknown): unknown {
  const kind = isObject(value) ? KINDS.find(({ kind }) => kind === member(value, 'kind')) : undefined;
  return kind === undefined ? value : withDefaults(kind.root, value);
}

/** What may not change from `old` to `next`, both valid. Empty: the change may be made. */
export function validateTransition(old: MemwardenObject, next: MemwardenObject): readonly Problem[] {
  const problems = new Problems();
  const kind = KINDS.find(({ kind }) => kind === next.kind);
  if (kind === undefined || old.kind !== next.kind) problems.add('kind', 'never changes');
  else if (old.metadata.name !== next.metadata.name) problems.add('metadata.name', 'never changes');
  else checkParts(kind.root, { ...next }, { ...old }, problems);
  return problems.all;
}

function validate<T>(whole: Kind<T>, value: unknown, valid?: T): Validated<T> {
  const problems = new Problems();
  const kind = isObject(value) && isObject(valid) ? withoutShared(whole, value, valid) : whole;
  const object = isObject(value) ? withDefaults(kind.root, value) : value;
  if (isObject(object)) checkObject(kind, object, problems);
  else problems.add('', `must be an object of kind ${kind.kind}, not ${quote(value)}`);
  const { all } = problems;
  // Without problems its shape is that of the schema which the type was generated from.
  if (all.length === 0) kind.beyond?.(object as T, problems);
  return all.length === 0 ? { ok: true, object: object as T } : { ok: false, problems: all };
}

/** No rule is about spec and status together: a part that both share is as valid as it was. */
function withoutShared<T>(kind: Kind<T>, value: JsonObject, valid: JsonObject): Kind<T> {
  const { properties = {}, required = [] } = kind.root;
  const isNew = (name: string): boolean => {
    const part = member(value, name);
    return part === undefined || part !== member(valid, name);
  };
  const parts = Object.entries(properties).filter(([name]) => isNew(name));
  const root = { ...kind.root, required: required.filter(isNew), properties: Object.fromEntries(parts) };
  const shared = Object.keys(properties).filter((name) => !isNew(name));
  return { ...kind, root, shared };
}

const TYPE_AND_METADATA = ['apiVersion', 'kind', 'metadata'];

function checkObject<T>(each: Kind<T>, object: JsonObject, problems: Problems): void {
  const { kind, isNamespaced, root, shared = [] } = each;
  const elsewhere = [...TYPE_AND_METADATA, ...shared];
  checkType('apiVersion', API_VERSION, object, problems);
  checkType('kind', kind, object, problems);
  checkMetadata(member(object, 'metadata'), isNamespaced, problems);
  const parts = Object.entries(object).filter(([name]) => !elsewhere.includes(name));
  checkStructure(root, Object.fromEntries(parts), '', problems);
  if (problems.isEmpty) checkParts(root, object, {}, problems);
}

function checkType(name: string, wanted: string, object: JsonObject, problems: Problems): void {
  const value = member(object, name);
  if (value === wanted) return;
  problems.add(
    name,
    value === undefined ? `is missing: write ${wanted}` : `must be ${wanted}, not ${quote(value)}`,
  );
}

function checkParts(
  { properties = {} }: Schema,
  object: JsonObject,
  old: JsonObject,
  problems: Problems,
): void {
  for (const [name, schema] of Object.entries(properties)) {
    checkRules(schema, { value: member(object, name), old: member(old, name) }, name, problems);
  }
}

function checkPolicy({ spec }: MemoryPolicy, problems: Problems): void {
  for (const name of ['nodeSelector', 'namespaceSelector', 'podSelector'] as const) {
    const selector = spec.match[name];
    if (selector !== undefined) checkSelector(selector, `spec.match.${name}`, problems);
  }
  spec.match.processes?.names.forEach((name, i) => {
    if (Buffer.byteLength(name) > 15)
      problems.add(
        `spec.match.processes.names[${i}]`,
        `${quote(name)} has more than 15 bytes: write what /proc/PID/comm says`,
      );
  });
  spec.windows.forEach(({ schedule, timeZone }, i) => {
    const wrongSchedule = scheduleProblem(schedule);
    const wrongZone = timeZoneProblem(timeZone);
    if (wrongSchedule !== null) problems.add(`spec.windows[${i}].schedule`, wrongSchedule);
    if (wrongZone !== null) problems.add(`spec.windows[${i}].timeZone`, wrongZone);
  });
}
