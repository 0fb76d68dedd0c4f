/*
 * The merge patch (RFC 7386) from one JSON value to another, so that what others keep in an object (finalizers, owners,
 * their annotations) is not written at all.
 */
import { isDeepStrictEqual } from 'node:util';

type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined: they are the same. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return undefined;
  if (!isObject(before) || !isObject(after)) return after;
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  const patches = Object.entries(after).map(
    ([name, value]) => [name, mergePatch(before[name], value)] as const,
  );
  return Object.fromEntries([
    ...gone.map((name) => [name, null] as const),
    ...patches.filter(([, value]) => value !== undefined),
  ]);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
