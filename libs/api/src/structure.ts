/*
 * Checks a value against a schema, as an API server with strict field validation does. Time is bounded by the schema
 * and the size of the value; recursion by the schema alone. Never throws.
 */
import { InvalidValue } from '#contracts/errors';
import { memberPath, nearest, quote, type Problems } from './problems.js';
import { parseQuantity } from './quantity.js';
import { isObject, member, type JsonObject, type Schema } from './schema.js';
import { TIME_EXAMPLE, timeProblem } from './time.js';

export function checkStructure(schema: Schema, value: unknown, path: string, problems: Problems): void {
  if (problems.isFull || (value === null && schema.nullable === true)) return;
  const wrong = typeProblem(schema, value);
  if (wrong !== null) problems.add(path, wrong);
  else if (Array.isArray(value)) checkList(schema, value, path, problems);
  else if (isObject(value)) checkObject(schema, value, path, problems);
  else checkScalar(schema, value, path, problems);
}

const TYPES: Readonly<Record<Schema['type'], readonly [(value: unknown) => boolean, string]>> = {
  object: [isObject, 'an object'],
  array: [Array.isArray, 'a list'],
  string: [(value) => typeof value === 'string', 'a text'],
  boolean: [(value) => typeof value === 'boolean', 'true or false'],
  integer: [Number.isInteger, 'a whole number'],
  number: [Number.isFinite, 'a number'],
  intOrString: [
    (value) => Number.isInteger(value) || typeof value === 'string',
    'an amount of memory, such as 512Mi',
  ],
};

function typeProblem(schema: Schema, value: unknown): string | null {
  const [isOfType, words] = TYPES[schema.type];
  if (isOfType(value)) return null;
  const hint =
    schema.type === 'string' && value !== null && typeof value !== 'object' ? `: put it in quotes` : '';
  return `must be ${words}, not ${quote(value)}${typeof value === 'string' ? ' (a text)' : hint}`;
}

function checkList(schema: Schema, items: readonly unknown[], path: string, problems: Problems): void {
  const { items: each, unique, maxItems = Infinity, minItems = 0 } = schema;
  if (items.length > maxItems) {
    problems.add(path, `has ${items.length} entries, and at most ${maxItems} are taken`);
    return;
  }
  if (items.length < minItems) problems.add(path, `needs at least ${entries(minItems)}`);
  if (each === undefined) return;
  items.forEach((item, i) => checkStructure(each, item, `${path}[${i}]`, problems));
  if (unique !== undefined) checkUnique(unique, items, path, problems);
}

function checkUnique(
  keys: readonly string[],
  items: readonly unknown[],
  path: string,
  problems: Problems,
): void {
  const seen = new Map<unknown, number>();
  items.forEach((item, i) => {
    const [key] = keys;
    const value = key === undefined ? item : isObject(item) ? member(item, key) : undefined;
    const first = seen.get(value);
    if (value === undefined) return;
    if (first === undefined) seen.set(value, i);
    else
      problems.add(
        key === undefined ? `${path}[${i}]` : `${path}[${i}].${key}`,
        `${quote(value)} is there twice: ${path}[${first}] has it`,
      );
  });
}

function checkObject(schema: Schema, value: JsonObject, path: string, problems: Problems): void {
  for (const name of schema.required ?? []) {
    if (member(value, name) === undefined)
      problems.add(memberPath(path, name), missing(schema.properties?.[name]));
  }
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (!hasGoodSize(schema, names.length, path, problems)) return;
  for (const name of names) {
    if (problems.isFull) return;
    checkMember(schema, name, value[name], { path: memberPath(path, name), problems });
  }
}

/** False: too large to go on. */
function hasGoodSize(schema: Schema, size: number, path: string, problems: Problems): boolean {
  const { properties, maxProperties = Infinity, minProperties = 0 } = schema;
  if (size < minProperties) problems.add(path, `needs at least ${entries(minProperties)}`);
  if (size <= maxProperties || properties !== undefined) return true;
  problems.add(path, `has ${size} entries, and at most ${maxProperties} are taken`);
  return false;
}

interface Place {
  readonly path: string;
  readonly problems: Problems;
}

function checkMember(schema: Schema, name: string, value: unknown, { path, problems }: Place): void {
  const { properties = {}, additionalProperties } = schema;
  const child = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
  if (child === undefined) problems.add(path, unknownField(name, Object.keys(properties)));
  else checkStructure(child, value, path, problems);
}

function missing(schema: Schema | undefined): string {
  if (schema === undefined) return 'is missing';
  if (schema.enum !== undefined) return `is missing: write one of ${schema.enum.join(', ')}`;
  return `is missing: write ${schema.format === 'date-time' ? TIME_EXAMPLE : TYPES[schema.type][1]}`;
}

function unknownField(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== null) return `is not a field: did you mean ${meant}?`;
  return known.length === 0
    ? 'is not a field: nothing is written here'
    : `is not a field: here are ${known.join(', ')}`;
}

function checkScalar(schema: Schema, value: unknown, path: string, problems: Problems): void {
  const wrong =
    schema.type === 'intOrString'
      ? quantityProblem(schema, value as string | number)
      : typeof value === 'string'
        ? textProblem(schema, value)
        : typeof value === 'number'
          ? numberProblem(schema, value)
          : null;
  if (wrong !== null) problems.add(path, wrong);
}

function numberProblem({ minimum = -Infinity, maximum = Infinity }: Schema, value: number): string | null {
  if (value >= minimum && value <= maximum) return null;
  if (maximum >= Number.MAX_SAFE_INTEGER)
    return value < minimum
      ? `must be at least ${minimum}, not ${value}`
      : `${value} is more than 2^53 - 1, the most that is counted`;
  return `must be from ${minimum} to ${maximum}, not ${value}`;
}

function textProblem(schema: Schema, value: string): string | null {
  if (schema.enum !== undefined) return schema.enum.includes(value) ? null : notOneOf(value, schema.enum);
  const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
  if (value.length < minLength) return 'must not be empty';
  if (value.length > maxLength && Array.from(value).length > maxLength)
    return `has more than ${maxLength} characters`;
  if (format === 'date-time') return timeProblem(value);
  if (pattern !== undefined && !matches(pattern, value)) return `${quote(value)} does not match ${pattern}`;
  return null;
}

function notOneOf(value: string, known: readonly string[]): string {
  const meant = nearest(value, known);
  return `${quote(value)} is none of ${known.join(', ')}${meant === null ? '' : `: did you mean ${meant}?`}`;
}

const THOUSANDTHS = /^[0-9.]+m$/;
function quantityProblem(schema: Schema, value: string | number): string | null {
  if (typeof value === 'string' && THOUSANDTHS.test(value))
    return `${quote(value)} would be thousandths of a byte: write ${value.slice(0, -1)}M or ${value.slice(0, -1)}Mi`;
  const bytes = quantityOf(value);
  if (typeof bytes === 'string') return bytes;
  if (bytes < (schema.minimum ?? 0)) return `must be more than 0, not ${quote(value)}`;
  if (typeof value === 'string' && schema.pattern !== undefined && !matches(schema.pattern, value))
    return `${quote(value)} is not written as Kubernetes takes it here: write whole bytes, or for example 512Mi or 1.5Gi`;
  return null;
}

function quantityOf(value: string | number): number | string {
  try {
    return parseQuantity(value);
  } catch (error) {
    if (error instanceof InvalidValue) return error.message.replace(/\.$/, '');
    throw error;
  }
}

const PATTERNS = new Map<string, RegExp>();
function matches(pattern: string, value: string): boolean {
  const regex = PATTERNS.get(pattern) ?? new RegExp(pattern, 'u');
  PATTERNS.set(pattern, regex);
  return regex.test(value);
}

const entries = (n: number): string => (n === 1 ? 'one entry' : `${n} entries`);
