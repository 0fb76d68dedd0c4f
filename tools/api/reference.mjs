/*
 * CRDs → docs/reference/crds.md: every field for people.
 */
import { isWhole, namedShapes, nameOf, pathOf } from './crds.mjs';
import { bounds } from './words.mjs';

/** @typedef {import('./crds.mjs').Schema} Schema */

const PREAMBLE = `<!-- Generated from helm/memwarden/files/crds. Do not edit: npm run generate. -->

# Custom resources

Group \`memwarden.dev\`, version \`v1alpha1\`. The same objects are kept as files where there is no Kubernetes. Unknown fields
are refused. A field in **bold** must be written; every other one may be left out. Rules are checked by the API server and,
with the same words, by \`memwarden policies validate\`.
`;

/** @param {import('./crds.mjs').Resource[]} resources @returns {string} */
export function referenceOf(resources) {
  const shapes = [...namedShapes(resources)].filter(([name, { properties }]) => properties && !isWhole(name));
  const shared = shapes.map(([name, schema]) => section(name, schema, pathOf(name)));
  return [PREAMBLE, ...resources.map(resource), '## Shapes\n', ...shared].join('\n');
}

/** @param {import('./crds.mjs').Resource} resource */
function resource({ kind, scope, shortName, plural, category, description, spec, status, columns }) {
  const head = `## ${kind}

${description}

${scope === 'Cluster' ? 'Without a namespace' : 'In a namespace'} · \`kubectl get ${shortName}\` · \`${plural}.memwarden.dev\` · category \`${category}\`
`;
  const parts = [...(spec ? [section(`${kind}.spec`, spec)] : []), section(`${kind}.status`, status)];
  const table = ['| column | shows | from |', '| --- | --- | --- |'].concat(
    columns.map(
      ({ name, description, jsonPath, priority }) =>
        `| ${name}${priority ? ' (`-o wide`)' : ''} | ${cell(description)} | \`${jsonPath}\` |`,
    ),
  );
  return [head, ...parts, `#### Columns of kubectl get ${shortName}\n`, ...table, ''].join('\n');
}

/** @param {string} title @param {Schema} schema @param {string} [path] */
function section(title, schema, path = title) {
  const rows = fields(schema, path, '');
  const table = rows.length ? ['| field | type | meaning |', '| --- | --- | --- |', ...rows, ''] : [];
  return [`### ${title}\n`, `${schema.description}\n`, ...table, ...ruleList(schema, path)].join('\n');
}

/** Fields of unnamed shapes stand below the field that has them. @param {Schema} schema @param {string} path @param {string} prefix @returns {string[]} */
function fields(schema, path, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = `${prefix}${name}`;
    const shown = `\`${field}\``;
    const meaning = [child.description, bounds(child)].filter(Boolean).join(' ');
    const row = `| ${schema.required?.includes(name) ? `**${shown}**` : shown} | ${typeName(child, `${path}.${name}`)} | ${cell(meaning)} |`;
    return [row, ...nested(child, `${path}.${name}`, field)];
  });
}

/** @param {Schema} schema @param {string} path @param {string} field @returns {string[]} */
function nested(schema, path, field) {
  if (nameOf(path) && !schema.items) return [];
  if (schema.items) return nameOf(`${path}[]`) ? [] : fields(schema.items, `${path}[]`, `${field}[].`);
  return fields(schema, path, `${field}.`);
}

/** @param {Schema} schema @param {string} path @returns {string} */
function typeName(schema, path) {
  if (schema['x-kubernetes-int-or-string']) return 'quantity';
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items) return `list of ${typeName(schema.items, `${path}[]`)}`;
  if (schema.additionalProperties) return 'map of strings';
  const name = nameOf(path);
  if (name && !isWhole(name)) return `[${name}](#${name.toLowerCase()})`;
  if (schema.format === 'date-time') return 'time';
  return schema.nullable ? `${schema.type} or null` : schema.type;
}

/** @param {Schema} schema @param {string} path */
function ruleList(schema, path) {
  const rules = allRules(schema, path, '');
  return rules.length ? ['Rules:\n', ...rules.map(({ at, message }) => `- \`${at}\`: ${message}`), ''] : [];
}

/** @param {Schema} schema @param {string} path @param {string} prefix @returns {{ at: string, message: string }[]} */
function allRules(schema, path, prefix) {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    placed(child, `${path}.${name}`, `${prefix}.${name}`),
  );
  const items = schema.items ? placed(schema.items, `${path}[]`, `${prefix}[]`) : [];
  return [...ownRules(schema, prefix), ...below, ...items];
}

/**
 * A named shape has its rules in its own section, but for those about a change, which belong to the place.
 * @param {Schema} schema @param {string} path @param {string} prefix @returns {{ at: string, message: string }[]}
 */
function placed(schema, path, prefix) {
  if (!isNamed(path)) return allRules(schema, path, prefix);
  const rules = schema['x-kubernetes-validations'] ?? [];
  return ownRules(
    { 'x-kubernetes-validations': rules.filter(({ rule }) => rule.includes('oldSelf')) },
    prefix,
  );
}

/** @param {Pick<Schema, 'x-kubernetes-validations'>} schema @param {string} prefix */
function ownRules(schema, prefix) {
  return (schema['x-kubernetes-validations'] ?? []).map(({ message, fieldPath = '' }) => ({
    at: `${prefix}${fieldPath}`.replace(/^\./, '') || 'the whole',
    message,
  }));
}

/** @param {string} path */
const isNamed = (path) => {
  const name = nameOf(path);
  return name !== null && !isWhole(name);
};
/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');
