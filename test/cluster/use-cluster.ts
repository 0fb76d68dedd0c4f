/*
 * The cluster of a test run. The first spec that asks brings it up, the others find it up, and the end of the run ends it (teardown.mjs),
 * unless MEMWARDEN_KEEP_CLUSTER is set: then the next run finds it, too.
 */
import { join } from 'node:path';
import { run, type RunOptions } from './harness/command.js';
import type { Cluster } from './harness/cluster.js';
import { up, type Ask } from './harness/clusters.js';
import { auditLog } from './harness/config/control-plane.js';
import { programOf } from './harness/config/daemon.js';
import { loadImages, type ImageNames } from './harness/images.js';
import { eventually, type Patience } from './harness/waiting.js';

const ROOT = join(import.meta.dirname, '../..');

export interface TestCluster {
  readonly kubeconfig: string;
  /** What pods call the images of this checkout, with imagePullPolicy Never. */
  readonly images: ImageNames;
  /** Who asked the API server for what: one JSON object (audit.k8s.io/v1 Event) a line. */
  readonly auditLog: string;
  /** Daemons, nodes and pretended nodes. */
  readonly cluster: Cluster;
  /** As the administrator. @returns stdout. @throws {CommandFailed} with what it said */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** With -o json. */
  get<Shape>(args: readonly string[]): Promise<Shape>;
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Server-side, as the administrator. YAML or JSON, one or more documents. */
  applyYaml(text: string, more?: readonly string[]): Promise<string>;
  /** Looks again and again until `look` gives something. What it throws means "not yet". @throws {Stalled} */
  waitFor<Value>(
    what: string,
    patience: Patience,
    look: () => Promise<Value | undefined> | Value | undefined,
  ): Promise<Value>;
  /** Ends a daemon such as "kube-apiserver" or "node-a.kubelet" and waits until it has ended. */
  stop(daemon: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again; whether it is ready by then is another question. */
  start(daemon: string): Promise<void>;
}

/** Asks for the images only where a spec needs them: they are rebuilt whenever a source file changed. */
export async function useCluster(options: { readonly images?: boolean } = {}): Promise<TestCluster> {
  const ask: Ask = { name: clusterName(), root: ROOT, say };
  const { cluster } = await up(ask);
  const images = options.images === false ? NO_IMAGES : await loadImages(ask, cluster);
  return testCluster(cluster, images);
}

/** People who share a machine may each have their own. */
function clusterName(): string {
  return process.env['MEMWARDEN_CLUSTER'] ?? 'test';
}

const NO_IMAGES: ImageNames = { memwarden: '', redis: '', workloads: '' };
const say = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);

function testCluster(cluster: Cluster, images: ImageNames): TestCluster {
  const { kubectl, programs, shape } = cluster;
  const helmFolder = join(shape.folder, 'helm');
  const helmEnv = {
    KUBECONFIG: kubectl.kubeconfig,
    HELM_CACHE_HOME: join(helmFolder, 'cache'),
    HELM_CONFIG_HOME: join(helmFolder, 'config'),
    HELM_DATA_HOME: join(helmFolder, 'data'),
  };
  return {
    kubeconfig: kubectl.kubeconfig,
    images,
    auditLog: auditLog(shape),
    cluster,
    kubectl: async (args, options) => await kubectl.run(args, options),
    get: async (args) => await kubectl.json(['get', ...args]),
    helm: async (args, options = {}) =>
      await run(programOf(programs, 'helm'), args, {
        deadlineSeconds: 180,
        ...options,
        env: { ...process.env, ...helmEnv, ...options.env },
      }),
    applyYaml: async (text, more) => await kubectl.apply(text, more),
    waitFor: eventually,
    stop: async (id, signal) => await cluster.stop(cluster.daemon(id), signal),
    start: async (id) => await cluster.start(cluster.daemon(id)),
  };
}
