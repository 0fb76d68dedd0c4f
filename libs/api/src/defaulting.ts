/*
 * Defaults as the API server fills them in: of every object on the way, before anything is checked.
 * A member that is null and must not be is as good as not written.
 */
import { isObject, member, type Schema } from './schema.js';

/** A copy as far as the schema reaches; what the schema does not know is kept, to be refused by name later. */
export function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return defaultedItems(schema, value);
  if (!isObject(value) || schema.properties === undefined) return value;
  const { properties } = schema;
  const written = Object.entries(value).flatMap(([name, child]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (known === undefined) return [[name, child] as const];
    return isAbsent(child, known) ? [] : [[name, withDefaults(known, child)] as const];
  });
  const filled = Object.entries(properties)
    .filter(([name, child]) => child.default !== undefined && isAbsent(member(value, name), child))
    .map(([name, child]) => [name, withDefaults(child, child.default)] as const);
  // Not by assignment: a member called __proto__ is data.
  return Object.fromEntries([...written, ...filled]);
}

function defaultedItems(schema: Schema, items: readonly unknown[]): readonly unknown[] {
  const { items: each, maxItems = Infinity } = schema;
  // A list that is too long is refused as a whole.
  if (each === undefined || items.length > maxItems) return items;
  return items.map((item) => withDefaults(each, item));
}

function isAbsent(value: unknown, schema: Schema): boolean {
  return value === undefined || (value === null && schema.nullable !== true);
}
