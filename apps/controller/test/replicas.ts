/*
 * Replicas of the controller over a real API server and a real Redis, and agents with tokens of pods on their nodes.
 */
import { AgentLink } from '#link';
import { ApiServer } from '../../../libs/kube/test/api-server.js';
import { ActingAgent } from '../../../test/integration/support/acting-agent.js';
import { freePort } from '../../../test/integration/support/free-port.js';
import { RedisServer } from '../../../test/integration/support/redis.js';
import { DEFAULT_LIMITS } from '../src/acts/installation-limits.js';
import type { ControllerConfig } from '../src/config.js';
import { startController, type RunningController } from '../src/controller.js';
import { chance } from '../src/wiring/chance.js';

export const NAMESPACE = 'memwarden';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class Replica implements AsyncDisposable {
  #running: RunningController | null = null;

  constructor(
    readonly name: string,
    readonly config: ControllerConfig,
  ) {}

  async start(): Promise<this> {
    this.#running = await startController(this.config);
    return this;
  }

  get(path: string, token: string): Promise<Answer> {
    return this.#ask('GET', path, token);
  }

  post(path: string, token: string, body: object = {}): Promise<Answer> {
    return this.#ask('POST', path, token, body);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.config.http.port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
    this.#running = null;
  }

  async #ask(method: string, path: string, token: string, body?: object): Promise<Answer> {
    const response = await fetch(this.url(path), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, body: await response.json() };
  }
}

export class Cluster implements AsyncDisposable {
  /** Of replicas, all with one port: what a headless Service resolves to. */
  readonly #addresses: string[] = [];
  #linkPort = 0;
  readonly #things = new AsyncDisposableStack();

  private constructor(
    readonly api: ApiServer,
    readonly redis: RedisServer,
  ) {}

  static async start(): Promise<Cluster> {
    const api = await ApiServer.start();
    const cluster = new Cluster(api, await RedisServer.start());
    await api.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
    const object = (kind: string, name: string, more: object = {}): object => ({
      apiVersion: 'v1',
      kind,
      metadata: { name },
      ...more,
    });
    await api.apply([
      object('Namespace', NAMESPACE),
      object('Namespace', 'team-a'),
      object('Node', 'node-a'),
      object('Node', 'node-b'),
    ]);
    const inside = (kind: string, name: string, more: object = {}): object => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: NAMESPACE },
      ...more,
    });
    const pod = (node: string): object =>
      inside('Pod', `agent-${node}`, {
        spec: { serviceAccountName: 'agent', nodeName: node, containers: [{ name: 'main', image: 'none' }] },
      });
    await api.apply([
      inside('ServiceAccount', 'agent'),
      inside('ServiceAccount', 'viewer'),
      inside('ServiceAccount', 'nobody'),
    ]);
    await api.apply([pod('node-a'), pod('node-b'), ...viewer()]);
    return cluster;
  }

  async replica(name: string, more: Partial<ControllerConfig> = {}): Promise<Replica> {
    this.#linkPort ||= await freePort();
    const replica = new Replica(name, {
      http: { host: '127.0.0.1', port: await freePort() },
      hosts: ['127.0.0.1'],
      linkListen: `127.0.0.${this.#addresses.length + 1}:${this.#linkPort}`,
      linkTls: { kind: 'Managed' },
      nodeIdentity: 'enforce',
      redisUrl: this.redis.url,
      token: null,
      audiences: ['memwarden'],
      tokenHolder: 'nobody',
      linkToken: null,
      webDir: null,
      stateDir: null,
      policiesDir: null,
      maxMode: 'Enforce',
      limits: { ...DEFAULT_LIMITS, maxNodesPercent: 100 },
      logLevel: 'error',
      cluster: {
        namespace: NAMESPACE,
        podName: name,
        podIp: '127.0.0.1',
        linkService: 'memwarden-controller-link',
        api: { kind: 'Kubeconfig', path: this.api.kubeconfig },
      },
      ...more,
    });
    this.#addresses.push(`127.0.0.${this.#addresses.length + 1}`);
    this.#things.use(replica);
    return replica.start();
  }

  /** An agent that finds the replicas by a name, as by the headless Service. */
  agent(node: string, tokenOf = node): ActingAgent {
    const token = this.agentToken(tokenOf);
    const agent = new ActingAgent(node).connect({
      agent: (more) => {
        const link = new AgentLink({
          controller: `dns:///memwarden-controller-link.${NAMESPACE}.svc:${this.#linkPort}`,
          ca: () => Promise.resolve(this.#ca()),
          resolve: () => Promise.resolve(this.#addresses),
          token,
          node,
          bootId: 'boot-1',
          agentVersion: '0.1.0',
          history: { list: () => [], read: () => null },
          chance,
          backoff: { baseMs: 100, maxMs: 1000 },
          ...more,
        });
        link.start();
        return link;
      },
    });
    this.#things.use(agent);
    return agent;
  }

  /** As the agents' pods mount it. */
  #ca(): string {
    const path = 'jsonpath={.data.ca\\.crt}';
    return this.api.kubectl(['get', 'configmap', 'memwarden-link-ca', '-n', NAMESPACE, '-o', path]);
  }

  agentToken(node: string): string {
    return this.#token('agent', '--bound-object-kind', 'Pod', '--bound-object-name', `agent-${node}`);
  }

  /** Of a ServiceAccount of the installation's namespace. */
  #token(account: string, ...more: readonly string[]): string {
    return this.api
      .kubectl(['create', 'token', account, '-n', NAMESPACE, '--audience', 'memwarden', ...more])
      .trim();
  }

  token(account: 'viewer' | 'nobody'): string {
    return this.#token(account);
  }

  use<T extends AsyncDisposable>(thing: T): T {
    return this.#things.use(thing);
  }

  /** As `kubectl get -o json` has it. */
  list(plural: string): readonly unknown[] {
    const text = this.api.kubectl(['get', `${plural}.memwarden.dev`, '-A', '-o', 'json']);
    return (JSON.parse(text) as { items: unknown[] }).items;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#things.disposeAsync();
    await this.redis[Symbol.asyncDispose]();
    await this.api[Symbol.asyncDispose]();
  }
}

function viewer(): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'memwarden-view' },
      rules: [{ apiGroups: ['memwarden.dev'], resources: ['nodememories'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'viewer' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'memwarden-view' },
      subjects: [{ kind: 'ServiceAccount', name: 'viewer', namespace: NAMESPACE }],
    },
  ];
}
