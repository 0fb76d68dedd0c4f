/*
 * CRDs → docs/reference/crds.md: every field for people.
 */
import { namedShapes, nameOf } from './crds.mjs';
import { bounds } from './words.mjs';

const PREAMBLE = `<!-- Generated from helm/memwarden/files/crds. Do not edit: npm run generate. -->

# Custom resources

Group \`memwarden.dev\`, version \`v1alpha1\`. The same objects are kept as files where there is no Kubernetes. Unknown fields
are refused. A field in **bold** must be written; every other one may be left out. Rules are checked by the API server and,
with the same words, by \`memwarden policies validate\`.
`;

/** @param {import('./crds.mjs').Resource[]} resources @returns {string} */
export function referenceOf(resources) {
  const shapes = [...namedShapes(resources)].filter(
    ([name, { properties }]) => properties && !/^Memory/.test(name),
  );
  const shared = shapes.map(([name, schema]) => section(3, name, schema, START[name] ?? `.${name}`));
  return [PREAMBLE, ...resources.map(resource), '## Shapes\n', ...shared].join('\n');
}

const START = {
  Detector: 'MemoryPolicy.spec.detectors[]',
  LadderStep: '.ladder[]',
  CleanupStep: '.status.steps[]',
};

function resource({ kind, crd, schema, columns }) {
  const { names, scope } = crd.spec;
  const head = `## ${kind}

${schema.description}

${scope === 'Cluster' ? 'Without a namespace' : 'In a namespace'} · \`kubectl get ${names.shortNames[0]}\` · \`${names.plural}.memwarden.dev\` · category \`${names.categories[0]}\`
`;
  const parts = ['spec', 'status'].map((part) => {
    const path = `${kind}.${part}`;
    return section(3, path, schema.properties[part], path);
  });
  const table = ['| column | shows | from |', '| --- | --- | --- |'].concat(
    columns.map(
      ({ name, description, jsonPath, priority }) =>
        `| ${name}${priority ? ' (`-o wide`)' : ''} | ${cell(description)} | \`${jsonPath}\` |`,
    ),
  );
  return [head, ...parts, `#### Columns of kubectl get ${names.shortNames[0]}\n`, ...table, ''].join('\n');
}

function section(level, title, schema, path) {
  const rows = fields(schema, path, '');
  const table = rows.length ? ['| field | type | meaning |', '| --- | --- | --- |', ...rows, ''] : [];
  return [
    `${'#'.repeat(level)} ${title}\n`,
    `${schema.description}\n`,
    ...table,
    ...ruleList(schema, path, ''),
  ].join('\n');
}

/** Fields of unnamed shapes stand below the field that has them. */
function fields(schema, path, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = `${prefix}${name}`;
    const shown = `\`${field}\``;
    const meaning = [child.description, bounds(child)].filter(Boolean).join(' ');
    const row = `| ${schema.required?.includes(name) ? `**${shown}**` : shown} | ${typeName(child, `${path}.${name}`)} | ${cell(meaning)} |`;
    return [row, ...nested(child, `${path}.${name}`, field)];
  });
}

function nested(schema, path, field) {
  if (nameOf(path) && !schema.items) return [];
  if (schema.items) return nameOf(`${path}[]`) ? [] : fields(schema.items, `${path}[]`, `${field}[].`);
  return fields(schema, path, `${field}.`);
}

function typeName(schema, path) {
  if (schema['x-kubernetes-int-or-string']) return 'quantity';
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items) return `list of ${typeName(schema.items, `${path}[]`)}`;
  if (schema.additionalProperties) return 'map of strings';
  const name = nameOf(path);
  if (name && !/^Memory/.test(name)) return `[${name}](#${name.toLowerCase()})`;
  if (schema.format === 'date-time') return 'time';
  return schema.nullable ? `${schema.type} or null` : schema.type;
}

function ruleList(schema, path, prefix) {
  const rules = allRules(schema, path, prefix);
  return rules.length ? ['Rules:\n', ...rules.map(({ at, message }) => `- \`${at}\`: ${message}`), ''] : [];
}

function allRules(schema, path, prefix) {
  const own = (schema['x-kubernetes-validations'] ?? []).map(({ message, fieldPath = '' }) => ({
    at: `${prefix}${fieldPath}`.replace(/^\./, '') || 'the whole',
    message,
  }));
  const below = Object.entries(schema.properties ?? {})
    .filter(([name, child]) => child.items || !isNamed(`${path}.${name}`))
    .flatMap(([name, child]) => allRules(child, `${path}.${name}`, `${prefix}.${name}`));
  const items =
    schema.items && !isNamed(`${path}[]`) ? allRules(schema.items, `${path}[]`, `${prefix}[]`) : [];
  return [...own, ...below, ...items];
}

const isNamed = (path) => {
  const name = nameOf(path);
  return name !== null && !/^Memory/.test(name);
};
const cell = (text) => text.replaceAll('|', '\\|');
