/*
 * Whom a command asks: a controller over HTTP, or the API server of a cluster. The cluster's client is large, so it is
 * loaded only then.
 */
import { InvalidValue } from '#contracts/errors';
import type { CliEnvironment } from '../config.js';
import { ApiClient } from '../client/api.js';
import { HttpBackend } from '../client/http-backend.js';
import { findTarget, type TargetFlags } from '../client/target.js';
import type { Backend } from './backend.js';
import type { AskedFlags } from './flags.js';

/** @throws {InvalidValue} when both are named */
export function isClusterAsked(flags: AskedFlags, { calledAs }: CliEnvironment): boolean {
  const named = Object.entries({
    context: flags.context,
    kubeconfig: flags.kubeconfig,
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    'install-namespace': flags.installNamespace,
    cluster: flags.cluster,
  }).find(([, value]) => value !== undefined && value !== false);
  const http = flags.server !== undefined ? 'server' : flags.token !== undefined ? 'token' : undefined;
  if (named !== undefined && http !== undefined)
    throw new InvalidValue(`--${http} asks a controller and --${named[0]} a cluster: name one of them.`);
  return named !== undefined || (calledAs === 'kubectl' && http === undefined && flags.cluster !== false);
}

export async function openBackend(flags: AskedFlags, environment: CliEnvironment): Promise<Backend> {
  if (!isClusterAsked(flags, environment)) return new HttpBackend(await connect(flags, environment));
  const { openCluster } = await import('../cluster/open-cluster.js');
  return openCluster(flags, environment);
}

/** Of what only a controller knows. */
export async function openController(
  what: string,
  flags: AskedFlags,
  environment: CliEnvironment,
): Promise<ApiClient> {
  if (isClusterAsked(flags, environment))
    throw new InvalidValue(
      `${what} is not in the API server, its controller has it: "kubectl port-forward -n NAMESPACE service/memwarden-controller 8460" in another terminal, then this command with --server http://127.0.0.1:8460 --token "$(kubectl create token SERVICE-ACCOUNT --audience memwarden)".`,
    );
  return connect(flags, environment);
}

async function connect(flags: TargetFlags, environment: CliEnvironment): Promise<ApiClient> {
  return new ApiClient(await findTarget(flags, environment));
}
