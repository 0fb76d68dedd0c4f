/*
 * CRDs → TypeScript types: the shape of objects after defaulting, so what has a default is always there.
 */
import { namedShapes, nameOf, STATUS_IS_THERE } from './crds.mjs';
import { bounds } from './words.mjs';

const PREAMBLE = `/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 * Objects after defaulting: what has a default is always there.
 */
/** Bytes: a whole number or a Kubernetes quantity ("512Mi", "1Gi"). */
export type Quantity = string | number;

/** As much of metav1.ObjectMeta as Memwarden reads or writes. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** The store's: compared, never interpreted. */
  readonly resourceVersion?: string;
  /** Raised by the store when spec changes. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
`;

/** @param {import('./crds.mjs').Resource[]} resources @returns {string} */
export function typesOf(resources) {
  const named = [...namedShapes(resources)].map(([name, schema]) =>
    declaration(name, schema, pathless(name)),
  );
  return [PREAMBLE, ...named, ...resources.map(resource)].join('\n');
}

function resource({ kind, schema }) {
  const optional = STATUS_IS_THERE.has(kind) ? '' : '?';
  return `${comment(schema.description)}export interface ${kind} {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: '${kind}';
  readonly metadata: ObjectMeta;
  readonly spec: ${kind}Spec;
  readonly status${optional}: ${kind}Status;
}
`;
}

// Inside a named shape only the ends of paths matter; this is the beginning of them.
const pathless = (name) =>
  name.replace(/^(Memory[A-Z][a-z]+)(Spec|Status)$/, (_, kind, part) => `${kind}.${part.toLowerCase()}`);
const START = {
  Detector: 'MemoryPolicy.spec.detectors[]',
  LadderStep: '.ladder[]',
  CleanupStep: '.status.steps[]',
};

function declaration(name, schema, path) {
  const at = START[name] ?? path;
  if (schema.enum) return `${comment(schema.description)}export type ${name} = ${union(schema.enum)};\n`;
  return `${comment(schema.description)}export interface ${name} ${members(schema, at)}\n`;
}

function members(schema, path) {
  const lines = Object.entries(schema.properties).map(([name, child]) => {
    const isThere = schema.required?.includes(name) || child.default !== undefined;
    return `${comment(sentence(child))}readonly ${name}${isThere ? '' : '?'}: ${type(child, `${path}.${name}`)};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

function type(schema, path) {
  const name = nameOf(path);
  const plain = name ?? unnamed(schema, path);
  return schema.nullable ? `${plain} | null` : plain;
}

function unnamed(schema, path) {
  if (schema['x-kubernetes-int-or-string']) return 'Quantity';
  if (schema.enum) return union(schema.enum);
  switch (schema.type) {
    case 'object':
      return object(schema, path);
    case 'array': {
      const item = type(schema.items, `${path}[]`);
      return `readonly ${/[ |]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`;
    }
    case 'integer':
    case 'number':
      return 'number';
    default:
      return schema.type;
  }
}

function object(schema, path) {
  if (schema.additionalProperties)
    return `Readonly<Record<string, ${type(schema.additionalProperties, `${path}[]`)}>>`;
  return schema.properties ? members(schema, path) : 'Readonly<Record<string, never>>';
}

const union = (values) => values.map((value) => `'${value}'`).join(' | ');
const sentence = (schema) => [schema.description, bounds(schema)].filter(Boolean).join(' ');

/** Wrapped, because prettier leaves comments as they are. */
function comment(text) {
  if (!text) return '';
  const safe = text.replaceAll('*/', '*\u200b/');
  if (safe.length <= 100) return `/** ${safe} */\n`;
  const lines = [''];
  for (const word of safe.split(' ')) {
    if (lines.at(-1).length + word.length > 100) lines.push(word);
    else lines.push(`${lines.pop()} ${word}`.trim());
  }
  return `/**\n${lines.map((line) => ` * ${line}`).join('\n')}\n */\n`;
}
