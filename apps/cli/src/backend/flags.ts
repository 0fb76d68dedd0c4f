/*
 * The flags of every command that asks: whom, and how the answer is printed.
 */
import type { Argv } from 'yargs';
import type { TargetFlags } from '../client/target.js';
import type { CliEnvironment } from '../config.js';
import { stateDirOption } from '../state-dir-option.js';

/** Which cluster. As kubectl has them. */
export interface ClusterFlags {
  readonly cluster: boolean | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  readonly 'all-namespaces': boolean | undefined;
  readonly 'install-namespace': string | undefined;
}

export interface OutputFlags {
  readonly json: boolean;
  readonly output: (typeof OUTPUTS)[number] | undefined;
}

/** As yargs declares them; a handler sees `state-dir` as `stateDir`, too. */
export interface ServerFlags extends ClusterFlags, OutputFlags {
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly 'state-dir': string;
}

export interface ClientFlags extends ServerFlags {
  readonly node: string | undefined;
}

/** As a handler sees them. */
export interface AskedFlags extends TargetFlags {
  readonly cluster: boolean | undefined;
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  readonly allNamespaces: boolean | undefined;
  readonly installNamespace: string | undefined;
}

const OUTPUTS = ['json', 'wide', 'name'] as const;
const CLUSTER_GROUP = 'Cluster:';

/** Of a command that looks at one node. */
export function clientFlags(yargs: Argv, environment: CliEnvironment): Argv<ClientFlags> {
  return serverFlags(yargs, environment).option('node', {
    type: 'string',
    requiresArg: true,
    describe: 'Node to show (needed when there are several)',
  });
}

export function serverFlags(yargs: Argv, environment: CliEnvironment): Argv<ServerFlags> {
  return outputFlags(clusterFlags(yargs))
    .option('server', {
      type: 'string',
      requiresArg: true,
      describe: 'Controller to ask (default: the local mode that runs)',
    })
    .option('token', { type: 'string', requiresArg: true, describe: 'Its token' })
    .option('state-dir', stateDirOption(environment.stateDir, 'State dir of the local mode to ask'));
}

/** Any of them: the API server of a cluster is asked. */
export function clusterFlags(yargs: Argv): Argv<ClusterFlags> {
  return yargs
    .option('context', {
      type: 'string',
      requiresArg: true,
      group: CLUSTER_GROUP,
      describe: 'Context of the kubeconfig (default: its current one)',
    })
    .option('kubeconfig', {
      type: 'string',
      requiresArg: true,
      group: CLUSTER_GROUP,
      describe: 'Kubeconfig file (default: KUBECONFIG, ~/.kube/config, the pod’s own)',
    })
    .option('namespace', {
      alias: 'n',
      type: 'string',
      requiresArg: true,
      group: CLUSTER_GROUP,
      describe: 'Namespace (default: that of the context)',
    })
    .option('all-namespaces', {
      alias: 'A',
      type: 'boolean',
      group: CLUSTER_GROUP,
      describe: 'Of all namespaces',
    })
    .option('install-namespace', {
      type: 'string',
      requiresArg: true,
      group: CLUSTER_GROUP,
      describe: 'Namespace that Memwarden is installed in (default: it is looked for)',
    })
    .option('cluster', {
      type: 'boolean',
      group: CLUSTER_GROUP,
      describe: 'Ask the cluster of the current context (kubectl memwarden: the default)',
    })
    .conflicts('namespace', 'all-namespaces');
}

export function outputFlags<Flags>(yargs: Argv<Flags>): Argv<Flags & OutputFlags> {
  return yargs
    .option('json', { type: 'boolean', default: false, describe: 'JSON; the same as -o json' })
    .option('output', {
      alias: 'o',
      choices: OUTPUTS,
      requiresArg: true,
      describe: 'json, wide (more columns) or name',
    });
}

export function isJson({ json, output }: OutputFlags): boolean {
  return json || output === 'json';
}
