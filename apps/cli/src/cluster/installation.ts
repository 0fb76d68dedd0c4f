/*
 * Where in a cluster Memwarden is installed.
 */
import { InvalidValue, NotFound } from '#contracts/errors';
import type { Mode } from '#contracts/mode';
import type { Cluster, Tried } from './cluster.js';
import { MayNot, NotInstalled } from './errors.js';
import { DEPLOYMENTS, LEASES } from './resources.js';

const CONTROLLER = 'app.kubernetes.io/part-of=memwarden,app.kubernetes.io/component=controller';
const LEASE = 'memwarden-controller';
const MAX_MODE = 'MEMWARDEN_MAX_MODE';
const MODES: readonly Mode[] = ['Observe', 'DryRun', 'Enforce'];

/**
 * By its Deployment; where that is gone, by the Lease that it left.
 * @throws {NotFound} when nobody says, {InvalidValue} when there are several
 */
export async function installNamespace(cluster: Cluster): Promise<string> {
  const found = new Set<string>();
  let denied: unknown = null;
  for (const [type, selection] of [
    [DEPLOYMENTS, { labelSelector: CONTROLLER }],
    [LEASES, { fieldSelector: `metadata.name=${LEASE}` }],
  ] as const) {
    const tried: Tried = { verb: 'list', type, namespace: null };
    const page = await cluster
      .ask(tried, (client) => client.listPage(type, selection))
      .catch((error: unknown) => {
        denied ??= error instanceof MayNot ? error : null;
        return ifMayNot(error);
      });
    for (const { metadata } of page?.items ?? []) found.add(metadata.namespace ?? '');
    if (found.size > 0) break;
  }
  const [first, ...others] = [...found].sort();
  if (first === undefined && denied !== null)
    throw new MayNot(
      'This user may not look in which namespace Memwarden is installed.\nName it: --install-namespace NAMESPACE, or MEMWARDEN_NAMESPACE.',
      { cause: denied },
    );
  if (first === undefined)
    throw new NotFound(
      'Nobody says in which namespace Memwarden is installed: no controller was found.\nName it: --install-namespace NAMESPACE, or MEMWARDEN_NAMESPACE. To install it: helm install memwarden helm/memwarden -n memwarden, as docs/guide/install.md has it.',
    );
  if (others.length === 0) return first;
  throw new InvalidValue(
    `Memwarden is installed more than once: name one, --install-namespace ${[first, ...others].join(' or ')}.`,
  );
}

interface Controller {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { readonly env?: readonly EnvVar[] }[] };
    };
  };
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
}

/** What any policy may do at most, as the controller was started; null: it does not say. */
export async function maxModeOf(cluster: Cluster, namespace: string): Promise<Mode | null> {
  const tried: Tried = { verb: 'list', type: DEPLOYMENTS, namespace };
  const query = { namespace, labelSelector: CONTROLLER };
  const { items } = await cluster.ask(tried, (client) => client.listPage<Controller>(DEPLOYMENTS, query));
  const env = items
    .flatMap(({ spec }) => spec?.template?.spec?.containers ?? [])
    .flatMap(({ env: own }) => own ?? []);
  const mode = env.find(({ name }) => name === MAX_MODE)?.value;
  return MODES.find((one) => one === mode) ?? null;
}

/** What a person may not read, or is not there, is no answer. */
export function ifMayNot(error: unknown): null {
  if (error instanceof MayNot || error instanceof NotInstalled || error instanceof NotFound) return null;
  throw error;
}
