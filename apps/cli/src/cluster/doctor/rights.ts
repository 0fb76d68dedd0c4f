/*
 * What a person may do with Memwarden, from the rules that the API server says hold for them. Pure.
 */

/** As in a SelfSubjectRulesReview. */
export interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Needed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
}

const OURS = 'memwarden.dev';

/** Each needs all of its rights. The first kind is asked for in the person's namespace, the second in the installation's. */
const HERE: readonly (readonly [string, readonly Needed[]])[] = [
  ['read findings', [{ verb: 'list', group: OURS, resource: 'memoryfindings' }]],
  [
    'ask for cleanups',
    [
      { verb: 'create', group: OURS, resource: 'memorycleanups' },
      { verb: 'create', group: '', resource: 'pods/eviction' },
    ],
  ],
  ['write policies', [{ verb: 'create', group: OURS, resource: 'memorypolicies' }]],
  ['read nodes', [{ verb: 'list', group: OURS, resource: 'nodememories' }]],
];
const THERE: typeof HERE = [
  [
    'pause',
    [
      { verb: 'create', group: '', resource: 'configmaps' },
      { verb: 'delete', group: '', resource: 'configmaps', name: 'memwarden-pause' },
    ],
  ],
];

export function may(
  here: readonly Rule[],
  there: readonly Rule[],
  own: string,
): { readonly can: readonly string[]; readonly cannot: readonly string[] } {
  const can: string[] = [];
  const cannot: string[] = [];
  for (const [rules, wanted] of [
    [here, HERE],
    [there, THERE],
  ] as const)
    for (const [what, rights] of wanted)
      (rights.every((right) => isAllowed(rules, right)) ? can : cannot).push(what);
  return { can: can.map((what) => inNamespace(what, own)), cannot };
}

function inNamespace(what: string, own: string): string {
  return what === 'read findings' ? `${what} in ${own}` : what;
}

export function isAllowed(rules: readonly Rule[], { verb, group, resource, name }: Needed): boolean {
  return rules.some(
    ({ verbs, apiGroups, resources, resourceNames }) =>
      covers(verbs, verb) &&
      covers(apiGroups, group) &&
      (covers(resources, resource) || resources?.includes(anySubresource(resource)) === true) &&
      (resourceNames === undefined ||
        resourceNames.length === 0 ||
        (name !== undefined && resourceNames.includes(name))),
  );
}

function covers(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some((one) => one === '*' || one === wanted) === true;
}

/** Rules may name a subresource of every kind. */
function anySubresource(resource: string): string {
  const at = resource.indexOf('/');
  return at < 0 ? resource : `*${resource.slice(at)}`;
}
