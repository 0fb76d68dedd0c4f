/*
 * The CEL rules of the CRDs, evaluated here as the API server does it: integers as int, times as timestamp, amounts of
 * memory as they are written. Compiled when they are first needed, once.
 */
import { Environment } from '@marcbachmann/cel-js';
import { memberPath, quote, type Problems } from './problems.js';
import { isObject, member, type Rule, type Schema } from './schema.js';

/** A value, and the one it replaces. `old` undefined: nothing is replaced, and rules about changes say nothing. */
export interface Change {
  readonly value: unknown;
  readonly old?: unknown;
}

/** The value must have passed `checkStructure`. */
export function checkRules(schema: Schema, change: Change, path: string, problems: Problems): void {
  if (change.value === undefined || change.value === null || problems.isFull) return;
  if (schema.rules !== undefined) checkOwn(schema, schema.rules, change, { path, problems });
  if (Array.isArray(change.value)) checkItems(schema, change.value, path, problems);
  else if (isObject(change.value)) checkMembers(schema, change, path, problems);
}

// An item has no predecessor: lists are replaced as a whole.
function checkItems({ items }: Schema, values: readonly unknown[], path: string, problems: Problems): void {
  if (items !== undefined)
    values.forEach((value, i) => checkRules(items, { value }, `${path}[${i}]`, problems));
}

function checkMembers(
  { properties = {} }: Schema,
  { value, old }: Change,
  path: string,
  problems: Problems,
): void {
  if (!isObject(value)) return;
  for (const [name, child] of Object.entries(properties)) {
    const change = { value: member(value, name), old: isObject(old) ? member(old, name) : undefined };
    checkRules(child, change, memberPath(path, name), problems);
  }
}

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

function checkOwn(schema: Schema, rules: readonly Rule[], { value, old }: Change, place: Place): void {
  const hasOld = old !== undefined && old !== null;
  const context = { self: celValue(schema, value), oldSelf: hasOld ? celValue(schema, old) : undefined };
  for (const rule of rules) {
    if (hasOld || !rule.rule.includes('oldSelf')) checkRule(rule, context, place);
  }
}

function checkRule(rule: Rule, context: Context, { path, problems }: Place): void {
  const verdict = evaluate(rule, context);
  if (verdict === true) return;
  const why = verdict === false ? '' : ` (the rule cannot be evaluated: ${verdict})`;
  problems.add(rule.field === undefined ? path : memberPath(path, rule.field), `${rule.message}${why}`);
}

// A rule that cannot be evaluated refuses, as in the API server.
function evaluate(rule: Rule, context: Context): boolean | string {
  try {
    return compiled(rule.rule)(context) === true;
  } catch (error) {
    return quote(error instanceof Error ? error.message : 'no reason given');
  }
}

type Context = Readonly<Record<string, unknown>>;
type Compiled = (context: Context) => unknown;
const COMPILED = new Map<string, Compiled>();
let environment: Environment | null = null;

function compiled(rule: string): Compiled {
  environment ??= new Environment().registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');
  const expression = COMPILED.get(rule) ?? environment.parse(rule);
  COMPILED.set(rule, expression);
  return expression;
}

function celValue(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return celList(schema, value);
  if (isObject(value)) return celObject(schema, value);
  return celScalar(schema, value);
}

// The engine knows plain arrays and objects of this realm only.
function celList({ items }: Schema, values: readonly unknown[]): unknown {
  return Array.from(values, (item) => (items === undefined ? item : celValue(items, item)));
}

function celObject(
  { properties, additionalProperties }: Schema,
  value: Readonly<Record<string, unknown>>,
): unknown {
  const known = (name: string): Schema | undefined =>
    (properties && Object.hasOwn(properties, name) ? properties[name] : undefined) ?? additionalProperties;
  const members = Object.entries(value).flatMap(([name, child]) => {
    const schema = known(name);
    return schema === undefined || child === undefined ? [] : [[name, celValue(schema, child)] as const];
  });
  return Object.fromEntries(members);
}

function celScalar(schema: Schema, value: unknown): unknown {
  if (typeof value === 'number' && schema.type !== 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && schema.format === 'date-time') return new Date(value);
  return value;
}
