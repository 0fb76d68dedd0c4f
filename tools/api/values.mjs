/*
 * The chart's values.yaml → docs/reference/values.md: every key with its comment, what may stand there as the schema has
 * it, and its default. A key without a comment, or one that the schema does not know, ends the generator.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';

const CHART = 'helm/memwarden';
const PREAMBLE = `<!-- Generated from helm/memwarden/values.yaml and values.schema.json. Do not edit: npm run generate. -->

# Values of the chart

What \`helm install --set KEY=VALUE\` and \`--values FILE\` may say. A key that is not here is refused.
[How to install](../guide/install.md) says which ones matter first.
`;

/**
 * @typedef {{
 *   type?: string | string[], enum?: unknown[], properties?: Record<string, JsonSchema>, $ref?: string, items?: JsonSchema,
 *   anyOf?: JsonSchema[], minimum?: number, maximum?: number, pattern?: string,
 * }} JsonSchema
 * @typedef {{ key: string, comment: string, value: unknown, schema: JsonSchema }} Value
 * @typedef {{ title: string, values: Value[] }} Section
 */

/** @param {string} root @returns {string} */
export function valuesReferenceOf(root) {
  const document = parseDocument(readFileSync(join(root, CHART, 'values.yaml'), 'utf8'));
  const schema = JSON.parse(readFileSync(join(root, CHART, 'values.schema.json'), 'utf8'));
  if (!isMap(document.contents)) throw new Error('values.yaml is no map');
  const all = leaves(document.contents, '', schema, schema.$defs);
  return [PREAMBLE, ...sections(all).map(section)].join('\n');
}

/** @param {import('yaml').YAMLMap} map @param {string} prefix @param {JsonSchema} schema @param {Record<string, JsonSchema>} shared @returns {Value[]} */
function leaves(map, prefix, schema, shared) {
  return map.items.flatMap((pair, index) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    const key = `${prefix}${name}`;
    const known = schema.properties?.[name];
    if (known === undefined) throw new Error(`values.schema.json does not know ${key}`);
    const below = isMap(pair.value) && known.properties !== undefined ? pair.value : null;
    const comment = commentOf(map, pair, index);
    if (below !== null && isExplained(below)) return leaves(below, `${key}.`, known, shared);
    if (comment === '') throw new Error(`values.yaml does not explain ${key}`);
    const named = known.$ref === undefined ? known : shared[known.$ref.replace('#/$defs/', '')];
    return [{ key, comment, value: toJson(pair.value), schema: named ?? known }];
  });
}

/** Its members have comments of their own. @param {import('yaml').YAMLMap} map */
function isExplained(map) {
  return map.items.some((pair, index) => commentOf(map, pair, index) !== '');
}

/** What stands before the first member is the map's. @param {import('yaml').YAMLMap} map @param {import('yaml').Pair} pair @param {number} index */
function commentOf(map, { key }, index) {
  const own = isScalar(key) ? (key.commentBefore ?? '') : '';
  const text = index === 0 && own === '' ? (map.commentBefore ?? '') : own;
  // The file's own head stands before a blank line.
  const [last = ''] = text.split('\n\n').reverse();
  return last
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

/** @param {unknown} node */
function toJson(node) {
  const value = /** @type {{ toJSON(): unknown } | null} */ (node);
  return value?.toJSON();
}

/** By the first part of the key, those without one first. @param {Value[]} values @returns {Section[]} */
function sections(values) {
  /** @type {Map<string, Value[]>} */
  const found = new Map([['General', []]]);
  for (const value of values) {
    const [first = ''] = value.key.split('.');
    const title = value.key.includes('.') ? first : 'General';
    found.set(title, [...(found.get(title) ?? []), value]);
  }
  return [...found].map(([title, members]) => ({ title, values: members }));
}

/** @param {Section} section */
function section({ title, values }) {
  const rows = values.map(
    ({ key, comment, value, schema }) =>
      `| \`${key}\` | ${cell(allowed(schema))} | ${shown(value)} | ${cell(comment)} |`,
  );
  return [
    `## ${title}\n`,
    '| key | may be | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** @param {JsonSchema} schema @returns {string} */
function allowed({ enum: values, type, minimum, maximum }) {
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (type === 'integer') return `${minimum} to ${maximum}`;
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'array') return 'list';
  if (type === 'object') return 'map';
  return Array.isArray(type) ? 'number or text' : 'text';
}

/** @param {unknown} value */
function shown(value) {
  if (value === '') return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '{}' || text === '[]' ? '–' : `\`${text.replaceAll('|', '\\|')}\``;
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');
