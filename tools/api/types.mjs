/*
 * CRDs → TypeScript types: the shape of objects after defaulting, so what has a default is always there.
 */
import { namedShapes, nameOf, pathOf, STATUS_IS_THERE } from './crds.mjs';
import { bounds } from './words.mjs';

/** @typedef {import('./crds.mjs').Schema} Schema */

const PREAMBLE = `/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 * Objects after defaulting: what has a default is always there.
 */
/** Bytes: a whole number or a Kubernetes quantity ("512Mi", "1Gi"). */
export type Quantity = string | number;

/** As much of metav1.OwnerReference as Memwarden writes. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

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
  /** When it was asked to go. */
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
`;

/** @param {import('./crds.mjs').Resource[]} resources @returns {string} */
export function typesOf(resources) {
  const named = [...namedShapes(resources)].map(([name, schema]) => declaration(name, schema));
  return [PREAMBLE, ...named, ...resources.map(resource)].join('\n');
}

/** @param {import('./crds.mjs').Resource} resource */
function resource({ kind, description, spec }) {
  const optional = STATUS_IS_THERE.has(kind) ? '' : '?';
  return `${comment(description)}export interface ${kind} {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: '${kind}';
  readonly metadata: ObjectMeta;
${spec ? `  readonly spec: ${kind}Spec;\n` : ''}  readonly status${optional}: ${kind}Status;
}
`;
}

/** @param {string} name @param {Schema} schema */
function declaration(name, schema) {
  if (schema.enum) return `${comment(schema.description)}export type ${name} = ${union(schema.enum)};\n`;
  return `${comment(schema.description)}export interface ${name} ${members(schema, pathOf(name))}\n`;
}

/** @param {Schema} schema @param {string} path @returns {string} */
function members(schema, path) {
  const lines = Object.entries(schema.properties ?? {}).map(([name, child]) => {
    const isThere = schema.required?.includes(name) || child.default !== undefined;
    return `${comment(sentence(child))}readonly ${name}${isThere ? '' : '?'}: ${type(child, `${path}.${name}`)};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

/** @param {Schema} schema @param {string} path @returns {string} */
function type(schema, path) {
  const name = nameOf(path);
  const plain = name ?? unnamed(schema, path);
  return schema.nullable ? `${plain} | null` : plain;
}

/** @param {Schema} schema @param {string} path @returns {string} */
function unnamed(schema, path) {
  if (schema['x-kubernetes-int-or-string']) return 'Quantity';
  if (schema.enum) return union(schema.enum);
  switch (schema.type) {
    case 'object':
      return object(schema, path);
    case 'array':
      return array(schema, path);
    case 'integer':
    case 'number':
      return 'number';
    default:
      return schema.type;
  }
}

/** @param {Schema} schema @param {string} path */
function array({ items }, path) {
  const item = items === undefined ? 'unknown' : type(items, `${path}[]`);
  return `readonly ${/[ |]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`;
}

/** @param {Schema} schema @param {string} path @returns {string} */
function object(schema, path) {
  if (schema.additionalProperties)
    return `Readonly<Record<string, ${type(schema.additionalProperties, `${path}[]`)}>>`;
  return schema.properties ? members(schema, path) : 'Readonly<Record<string, never>>';
}

/** @param {readonly string[]} values */
const union = (values) => values.map((value) => `'${value}'`).join(' | ');
/** @param {Schema} schema */
const sentence = (schema) => [schema.description, bounds(schema)].filter(Boolean).join(' ');

const MAX_LINE = 100;

/** Wrapped, because prettier leaves comments as they are. @param {string | undefined} text */
function comment(text) {
  if (!text) return '';
  if (text.includes('*/')) throw new Error(`This would end a comment: ${text}`);
  if (text.length <= MAX_LINE) return `/** ${text} */\n`;
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length >= MAX_LINE) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return `/**\n${[...lines, line].map((each) => ` * ${each}`).join('\n')}\n */\n`;
}
