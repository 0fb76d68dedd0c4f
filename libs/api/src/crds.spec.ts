/*
 * The CRDs themselves: every field is explained and bounded, and rules stay within the core of CEL.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface CrdSchema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: CrdSchema;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly additionalProperties?: CrdSchema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly scope: string;
    readonly names: {
      readonly plural: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: CrdSchema };
      readonly subresources: object;
    }[];
  };
}

const FOLDER = join(import.meta.dirname, '../../../helm/memwarden/files/crds');
const crds = readdirSync(FOLDER).map((file) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Crd);

type Place = readonly [path: string, schema: CrdSchema];
function places(schema: CrdSchema, path: string): readonly Place[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    name === 'metadata' && path.endsWith('.yaml') ? [] : places(child, `${path}.${name}`),
  );
  const items = schema.items ? places(schema.items, `${path}[]`) : [];
  const values = schema.additionalProperties ? places(schema.additionalProperties, `${path}{}`) : [];
  return [[path, schema], ...below, ...items, ...values];
}

const all = crds.flatMap(({ metadata, spec }) =>
  ['spec', 'status'].flatMap((part) => {
    const schema = spec.versions[0]?.schema.openAPIV3Schema.properties?.[part];
    return schema ? places(schema, `${metadata.name}:${part}`) : [];
  }),
);
const without = (isGood: (schema: CrdSchema) => boolean): readonly string[] =>
  all.filter(([, schema]) => !isGood(schema)).map(([path]) => path);

function isBounded(schema: CrdSchema): boolean {
  if (schema['x-kubernetes-int-or-string'])
    return schema.maxLength !== undefined && schema.maximum !== undefined;
  if (schema.enum) return true;
  const bounds: Readonly<Record<string, boolean>> = {
    boolean: true,
    string: schema.maxLength !== undefined,
    integer: schema.minimum !== undefined && schema.maximum !== undefined,
    number: schema.minimum !== undefined && schema.maximum !== undefined,
    array: schema.maxItems !== undefined && schema['x-kubernetes-list-type'] !== undefined,
    object: schema.additionalProperties === undefined || schema.maxProperties !== undefined,
  };
  return bounds[schema.type ?? ''] ?? false;
}

describe('the CRDs', () => {
  it('are the four that Memwarden has, with their short names', () => {
    expect(crds.map(({ spec }) => [spec.names.plural, spec.names.shortNames[0], spec.scope]).sort()).toEqual([
      ['memorycleanups', 'mclean', 'Namespaced'],
      ['memoryfindings', 'mfind', 'Namespaced'],
      ['memorypolicies', 'mpol', 'Cluster'],
      ['nodememories', 'nmem', 'Cluster'],
    ]);
  });

  it('explain every field', () => {
    // Items of a list are explained by the list when they are plain.
    const fields = all.filter(([path]) => !/(\[\]|\{\})$/.test(path));
    expect(fields.filter(([, { description = '' }]) => description.length < 4).map(([path]) => path)).toEqual(
      [],
    );
    expect(fields.length).toBeGreaterThan(200);
  });

  it('say of every condition its reasons', () => {
    const conditions = all.filter(([path]) => path.endsWith('.conditions'));
    expect(conditions.length).toBeGreaterThanOrEqual(5);
    expect(conditions.filter(([, { description = '' }]) => !/reasons? [A-Z]/.test(description))).toEqual([]);
  });

  it('are found by kubectl get memwarden, and keep status apart', () => {
    const kept = crds.map(({ spec }) => [spec.names.categories, spec.versions[0]?.subresources]);
    expect(kept).toEqual(crds.map(() => [['memwarden'], { status: {} }]));
  });

  it('bound every list, map, text and number', () => {
    expect(without(isBounded)).toEqual([]);
  });

  it('have rules in the core of CEL only, each with words for people', () => {
    const rules = all.flatMap(([, schema]) => schema['x-kubernetes-validations'] ?? []);
    const called = rules.flatMap(({ rule }) =>
      Array.from(rule.matchAll(/([A-Za-z_]\w*)\(/g), ([, name]) => name),
    );
    expect([...new Set(called)].sort()).toEqual(['all', 'exists', 'has', 'matches', 'size']);
    expect(rules.filter(({ message }) => message.length < 20)).toEqual([]);
    expect(rules.length).toBeGreaterThan(50);
  });
});
