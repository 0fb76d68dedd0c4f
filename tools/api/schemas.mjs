/*
 * CRDs → the schemas that run: without descriptions, the rules of a value beside it, each named shape once.
 */
import { isDeepStrictEqual } from 'node:util';
import { isWhole, namedShapes, nameOf, pathOf } from './crds.mjs';

/** @typedef {import('./crds.mjs').Schema} Schema @typedef {ReadonlyMap<string, Schema>} Shapes */

const PREAMBLE = `/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 */
import type { Schema } from '../schema.js';
`;
/** @type {readonly (keyof Schema)[]} */
const KEPT = [
  'format',
  'nullable',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'required',
  'default',
];

/** @param {import('./crds.mjs').Resource[]} resources @returns {string} */
export function schemasOf(resources) {
  const shapes = new Map(
    [...namedShapes(resources)]
      .filter(([name, schema]) => schema.properties && !isWhole(name))
      .map(([name, schema]) => [name, { ...schema, default: undefined }]),
  );
  const named = [...shapes].map(([name, schema]) => {
    return `const ${constant(name)}: Schema = ${literal(schema, pathOf(name), shapes, name)};\n`;
  });
  const kinds = resources.map(
    ({ kind, spec, status }) =>
      `export const ${constant(kind)}Schema: { ${spec ? 'readonly spec: Schema; ' : ''}readonly status: Schema } = {
  ${spec ? `spec: ${literal(spec, `${kind}.spec`, shapes)},\n  ` : ''}status: ${literal(status, `${kind}.status`, shapes)},
};\n`,
  );
  return [PREAMBLE, ...named, ...kinds]
    .join('\n')
    .replace('import type { Schema }', 'import type { Schema }');
}

/** @param {string} name */
const constant = (name) => name.charAt(0).toLowerCase() + name.slice(1);

/** @param {Schema} schema @param {string} path @param {Shapes} shapes @param {string} [itself] @returns {string} */
function literal(schema, path, shapes, itself) {
  const name = nameOf(path);
  const shape = name === null || name === itself ? undefined : shapes.get(name);
  if (name !== null && shape !== undefined) return reference(name, schema, shape);
  const entries = [
    `type: ${JSON.stringify(schema['x-kubernetes-int-or-string'] ? 'intOrString' : schema.type)}`,
  ];
  for (const key of KEPT)
    if (schema[key] !== undefined) entries.push(`${key}: ${JSON.stringify(schema[key])}`);
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') entries.push('unique: []');
  if (listType === 'map') entries.push(`unique: ${JSON.stringify(schema['x-kubernetes-list-map-keys'])}`);
  if (schema['x-kubernetes-validations']) entries.push(rules(schema));
  entries.push(...children(schema, path, shapes));
  return `{ ${entries.join(', ')} }`;
}

/** @param {Schema} schema @param {string} path @param {Shapes} shapes */
function children(schema, path, shapes) {
  const entries = [];
  if (schema.properties) {
    const properties = Object.entries(schema.properties).map(
      ([name, child]) => `${name}: ${literal(child, `${path}.${name}`, shapes)}`,
    );
    entries.push(`properties: { ${properties.join(', ')} }`);
  }
  if (schema.items) entries.push(`items: ${literal(schema.items, `${path}[]`, shapes)}`);
  if (schema.additionalProperties)
    entries.push(`additionalProperties: ${literal(schema.additionalProperties, `${path}[]`, shapes)}`);
  return entries;
}

/** The same shape with what is said here only. @param {string} name @param {Schema} schema @param {Schema} shape */
function reference(name, schema, shape) {
  const isPlain =
    schema.default === undefined &&
    isDeepStrictEqual(schema['x-kubernetes-validations'], shape['x-kubernetes-validations']);
  if (isPlain) return constant(name);
  const extra = schema.default === undefined ? '' : `, default: ${JSON.stringify(schema.default)}`;
  const own = schema['x-kubernetes-validations'] ? `, ${rules(schema)}` : '';
  return `{ ...${constant(name)}${extra}${own} }`;
}

/** @param {Schema} schema */
function rules(schema) {
  const all = (schema['x-kubernetes-validations'] ?? []).map(({ rule, message, fieldPath }) => ({
    rule,
    message,
    ...(fieldPath && { field: fieldPath.slice(1) }),
  }));
  return `rules: ${JSON.stringify(all)}`;
}
