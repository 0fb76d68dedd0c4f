/*
 * The kind that the suites of libs/testing work with, at an API server: once with namespaces and once without.
 */
import type { ResourceType } from '#kube';

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: { size: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
    },
    status: { type: 'object', properties: { note: { type: 'string' } } },
  },
};

export const SAMPLES = typeOf('test.memwarden.dev', true);
export const CLUSTER_SAMPLES = typeOf('cluster.test.memwarden.dev', false);
export const SAMPLE_CRDS = [crd(SAMPLES), crd(CLUSTER_SAMPLES)];

function typeOf(group: string, isNamespaced: boolean): ResourceType {
  return { group, version: 'v1', kind: 'Sample', plural: 'samples', isNamespaced };
}

function crd({ group, plural, kind, isNamespaced }: ResourceType): {
  readonly metadata: { readonly name: string };
} {
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema: schema },
  };
  const spec = {
    group,
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    names: { plural, kind, singular: 'sample', listKind: `${kind}List` },
    versions: [version],
  };
  return { metadata: { name: `${plural}.${group}` }, ...{ spec } };
}
