/*
 * Bounds of a schema in words, the same in the types and in the reference.
 */

/** @typedef {import('./crds.mjs').Schema} Schema */

/** "1 to 3600. Default 60." @param {Schema} schema */
export function bounds(schema) {
  const parts = [range(schema), size(schema), defaulted(schema)].filter(Boolean);
  return parts.map((part) => `${part}.`).join(' ');
}

/** @param {Schema} schema */
function range({ minimum, maximum, 'x-kubernetes-int-or-string': isQuantity }) {
  if (isQuantity) return 'More than 0';
  if (minimum === undefined) return '';
  if (maximum === undefined || maximum >= 1e15) return minimum < -1e15 ? '' : `At least ${minimum}`;
  return `${minimum} to ${maximum}`;
}

/** @param {Schema} schema */
function size({
  maxLength,
  maxItems,
  maxProperties,
  minItems,
  'x-kubernetes-int-or-string': isQuantity,
  enum: values,
  format,
}) {
  if (maxItems !== undefined)
    return minItems ? `${minItems} to ${maxItems} entries` : `At most ${maxItems} entries`;
  if (maxProperties !== undefined) return `At most ${maxProperties} entries`;
  if (format === 'date-time') return 'RFC 3339';
  return maxLength === undefined || isQuantity || values ? '' : `At most ${maxLength} characters`;
}

/** @param {Schema} schema */
function defaulted({ default: value }) {
  if (value === undefined) return '';
  if (Array.isArray(value)) return 'Default: none';
  if (typeof value === 'object') return '';
  return `Default ${value === '' ? '""' : value}`;
}
