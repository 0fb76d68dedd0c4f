/*
 * Kinds of others that the chart has objects of: as much of their definitions as lets a server take them.
 */
interface ForeignKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
}

const KINDS: readonly ForeignKind[] = [
  { group: 'cert-manager.io', kind: 'Certificate', plural: 'certificates' },
  { group: 'cert-manager.io', kind: 'Issuer', plural: 'issuers' },
  { group: 'monitoring.coreos.com', kind: 'PodMonitor', plural: 'podmonitors' },
];

export const FOREIGN_CRDS = KINDS.map(({ group, kind, plural }) => ({
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
}));
