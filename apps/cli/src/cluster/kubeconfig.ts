/*
 * Which cluster a person means: of the kubeconfig files, in the order of kubectl (--kubeconfig, KUBECONFIG, then
 * ~/.kube/config), the first that has the context; without any of them, in a pod, its own ServiceAccount.
 */
import { readFile } from 'node:fs/promises';
import { parseYaml } from '#api';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import { inClusterCredentials, kubeconfigCredentials, type CredentialSource } from '#kube';
import type { KubeEnvironment } from '../config.js';
import { printable } from '../text/escape.js';
import type { Place } from './cluster.js';

export interface Chosen {
  readonly place: Place;
  readonly credentials: CredentialSource;
}

export interface KubeconfigFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

interface Context {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string | undefined;
}

interface ConfigFile {
  readonly path: string;
  readonly current: string | undefined;
  readonly contexts: readonly Context[];
  readonly clusters: readonly string[];
  readonly users: readonly string[];
}

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const NAMES_SHOWN = 10;
const MOST_BYTES = 16 * 1024 * 1024;

/** @throws {InvalidValue | NotFound | Unavailable} with what to do next */
export async function chooseCluster(flags: KubeconfigFlags, environment: KubeEnvironment): Promise<Chosen> {
  const named = flags.kubeconfig === undefined ? environment.kubeconfigs : [flags.kubeconfig];
  const files = await readAll(named.length > 0 ? named : [environment.defaultKubeconfig]);
  if (files.length > 0) return ofContext(files, flags.context);
  if (flags.kubeconfig !== undefined)
    throw new NotFound(`There is no kubeconfig ${printable(flags.kubeconfig)}.`);
  if (flags.context === undefined && environment.serviceHost !== undefined) return ownPod(environment);
  throw new Unavailable(
    `There is no kubeconfig: ${(named.length > 0 ? named : [environment.defaultKubeconfig]).map(printable).join(' and ')} ${named.length > 1 ? 'are' : 'is'} not there. Name one with --kubeconfig FILE or KUBECONFIG; who runs the cluster has it. For this machine alone no cluster is needed: memwarden local.`,
  );
}

/** Those that are there; one that is there and cannot be read is an error. */
async function readAll(paths: readonly string[]): Promise<ConfigFile[]> {
  const files = await Promise.all(paths.map(readOne));
  return files.filter((file) => file !== null);
}

async function readOne(path: string): Promise<ConfigFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Unavailable(`The kubeconfig ${printable(path)} cannot be read: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return configOf(path, text);
}

/** Only names are read here; what is secret in it stays with the client. @throws {Unavailable} */
function configOf(path: string, text: string): ConfigFile {
  const parsed = parseYaml(text, { maxBytes: MOST_BYTES });
  if (!parsed.ok)
    throw new InvalidValue(
      `The kubeconfig ${printable(path)} is no YAML: ${parsed.problems[0]?.message ?? ''}`,
    );
  const value = members(parsed.documents[0]?.value);
  return {
    path,
    current: textOf(value['current-context']),
    contexts: listOf(value['contexts']).map(contextOf),
    clusters: namesOf(value['clusters']),
    users: namesOf(value['users']),
  };
}

function contextOf(entry: Readonly<Record<string, unknown>>): Context {
  const { cluster, user, namespace } = members(entry['context']);
  return {
    name: textOf(entry['name']) ?? '',
    cluster: textOf(cluster) ?? '',
    user: textOf(user) ?? '',
    namespace: textOf(namespace),
  };
}

function ofContext(files: readonly ConfigFile[], wanted: string | undefined): Chosen {
  const name = wanted ?? files.find(({ current }) => current !== undefined)?.current;
  if (name === undefined)
    throw new InvalidValue(`No context is chosen: name one, --context NAME. ${knownContexts(files)}`);
  for (const file of files) {
    const context = file.contexts.find((one) => one.name === name);
    if (context !== undefined) return chosen(file, context);
  }
  throw new NotFound(`There is no context ${printable(name)}. ${knownContexts(files)}`);
}

function chosen(file: ConfigFile, context: Context): Chosen {
  const { path } = file;
  const name = printable(context.name);
  if (!file.clusters.includes(context.cluster) || (context.user !== '' && !file.users.includes(context.user)))
    throw new Unavailable(
      `The cluster or user of context ${name} is not in ${printable(path)}. Write all of it into one file: kubectl config view --flatten --minify --context ${name} > FILE, then --kubeconfig FILE.`,
    );
  return {
    place: { context: context.name, namespace: context.namespace ?? 'default' },
    credentials: kubeconfigCredentials(path, context.name),
  };
}

function knownContexts(files: readonly ConfigFile[]): string {
  const names = files.flatMap(({ contexts }) => contexts.map(({ name }) => printable(name)));
  const where = files.map(({ path }) => printable(path)).join(', ');
  if (names.length === 0) return `${where} has none.`;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${where} has ${names.slice(0, NAMES_SHOWN).join(', ')}${more}.`;
}

async function ownPod({ serviceHost = '', servicePort = '443' }: KubeEnvironment): Promise<Chosen> {
  const namespace = await readFile(SERVICE_ACCOUNT_NAMESPACE, 'utf8').catch(() => 'default');
  return {
    place: { context: null, namespace: namespace.trim() },
    credentials: inClusterCredentials({ host: serviceHost, port: servicePort }),
  };
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(members) : [];
}

function namesOf(value: unknown): string[] {
  return listOf(value).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
