/*
 * A real API server with its own etcd, on free ports of this machine and in a folder of its own, for tests. Certificates
 * are of a CA of its own, so that they can be replaced. Everything ends with it.
 *   The programs are those of KUBEBUILDER_ASSETS, which the set-up of the jest project builds where it is not set.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseYaml } from '#api';
import { kubeconfigCredentials, KubeClient, type KubeClientOptions, type ResourceType } from '#kube';
import { makeCa, makeCertificate } from './certificates.js';

export interface ApiServerOptions {
  /** Of kube-apiserver, besides those of the helper: --disable-admission-plugins=ServiceAccount. */
  readonly args?: readonly string[];
  readonly etcdArgs?: readonly string[];
}

export const ADMIN_TOKEN = 'the-admin-of-this-test';
export const CRDS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  isNamespaced: false,
};
const READY_WITHIN_MS = 90_000;
const ENDS_WITHIN_MS = 15_000;
const OUR_CRDS = ['memorypolicies', 'memoryfindings', 'memorycleanups'];

export class ApiServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: ApiServerOptions;
  readonly #clients: KubeClient[] = [];
  #etcd: ChildProcess | null = null;
  #server: ChildProcess | null = null;

  private constructor(
    folder: string,
    readonly port: number,
    readonly etcdPort: number,
    options: ApiServerOptions,
  ) {
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const folder = await mkdtemp(join(tmpdir(), 'memwarden-kube-'));
    const [port, etcdPort] = await freePorts();
    const server = new ApiServer(folder, port, etcdPort, options);
    try {
      await server.#prepare();
      await server.#startEtcd();
      await server.startServer();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** The folder of certificates, tokens, logs and data. */
  at(name: string): string {
    return join(this.#folder, name);
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** The admin's. */
  get kubeconfig(): string {
    return this.at('kubeconfig');
  }

  /** Ended with the server. */
  client(options: Partial<KubeClientOptions> = {}): KubeClient {
    const client = new KubeClient({
      credentials: kubeconfigCredentials(this.kubeconfig),
      version: '0.0.0-test',
      chance: Math.random,
      qps: 10_000,
      burst: 10_000,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Writes a kubeconfig: another token, another port (of a proxy in between). */
  async writeKubeconfig(
    name: string,
    { token = ADMIN_TOKEN, port = this.port }: { readonly token?: string; readonly port?: number } = {},
  ): Promise<string> {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [
        {
          name: 'test',
          cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': this.at('ca.crt') },
        },
      ],
      users: [{ name: 'test', user: { token } }],
    };
    await writeFile(this.at(name), JSON.stringify(config));
    return this.at(name);
  }

  /** Memwarden's, from the chart's folder. */
  async applyCrds(names: readonly string[] = OUR_CRDS): Promise<void> {
    const folder = join(import.meta.dirname, '../../../helm/memwarden/files/crds');
    for (const name of names) {
      const parsed = parseYaml(await readFile(join(folder, `memwarden.dev_${name}.yaml`), 'utf8'));
      if (!parsed.ok) throw new Error(`${name} is no YAML`);
      for (const { value } of parsed.documents) await this.applyCrd(value as { metadata: { name: string } });
    }
  }

  /** Resolves when it is served. */
  async applyCrd(crd: { readonly metadata: { readonly name: string } }): Promise<void> {
    await this.apply([{ ...crd, apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }]);
    const client = this.client();
    for (;;) {
      const { status } = await client.get<WithConditions>(CRDS, crd.metadata);
      if (
        status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true
      )
        return;
      await pause(50);
    }
  }

  /** With kubectl, server-side. */
  async apply(objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    this.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(list));
  }

  /** Its stdout. @throws with its stderr */
  kubectl(args: readonly string[], input = ''): string {
    return execFileSync(program('kubectl'), ['--kubeconfig', this.kubeconfig, ...args], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: this.#folder },
    });
  }

  /** At once, as a crash; its watch cache is gone with it. */
  async killServer(): Promise<void> {
    await ended(this.#server, 'SIGKILL');
    this.#server = null;
  }

  /** Resolves when it is ready. */
  async startServer(more: readonly string[] = []): Promise<void> {
    const args = [...this.#serverArgs(), ...(this.#options.args ?? []), ...more];
    this.#server = this.#spawn('kube-apiserver', args);
    await this.#ready(`${this.url}/readyz`, this.#server);
  }

  /** Etcd does not answer until `thaw`: the API server is there, and says 500 to all that it does not know. */
  freeze(): void {
    this.#etcd?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#etcd?.kill('SIGCONT');
  }

  /** Etcd forgets every revision before now. */
  async compact(): Promise<void> {
    const post = async (path: string, body: object): Promise<{ header: { revision: string } }> => {
      const answer = await fetch(`http://127.0.0.1:${this.etcdPort}/v3/kv/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { header: { revision: string } };
    };
    const { header } = await post('range', { key: 'AA==' });
    await post('compaction', { revision: header.revision, physical: true });
  }

  /** Another CA and another serving certificate, in the files; a server that starts then has them. */
  async rotateCa(): Promise<void> {
    await makeCa(this.#folder);
    await makeCertificate(this.#folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    await ended(this.#server, 'SIGKILL');
    await ended(this.#etcd, 'SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    await this.rotateCa();
    execFileSync('openssl', ['genrsa', '-out', this.at('sa.key'), '2048'], { stdio: 'ignore' });
    await writeFile(this.at('tokens.csv'), `${ADMIN_TOKEN},admin,admin,system:masters\n`);
    await this.writeKubeconfig('kubeconfig');
  }

  async #startEtcd(): Promise<void> {
    const url = `http://127.0.0.1:${this.etcdPort}`;
    const [peerPort] = await freePorts();
    const peer = `http://127.0.0.1:${peerPort}`;
    this.#etcd = this.#spawn('etcd', [
      ...['--data-dir', this.at('etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...[
        '--listen-peer-urls',
        peer,
        '--initial-advertise-peer-urls',
        peer,
        '--initial-cluster',
        `default=${peer}`,
      ],
      ...(this.#options.etcdArgs ?? []),
    ]);
    await this.#ready(`${url}/health`, this.#etcd);
  }

  #serverArgs(): readonly string[] {
    return [
      `--etcd-servers=http://127.0.0.1:${this.etcdPort}`,
      ...['--bind-address=127.0.0.1', `--secure-port=${this.port}`],
      ...[`--tls-cert-file=${this.at('server.crt')}`, `--tls-private-key-file=${this.at('server.key')}`],
      `--token-auth-file=${this.at('tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      ...[
        `--service-account-key-file=${this.at('sa.key')}`,
        `--service-account-signing-key-file=${this.at('sa.key')}`,
      ],
      ...[
        '--service-account-issuer=https://kubernetes.default.svc',
        '--api-audiences=https://kubernetes.default.svc',
      ],
      '--service-cluster-ip-range=10.0.0.0/24',
      `--cert-dir=${this.at('run')}`,
    ];
  }

  #spawn(name: string, args: readonly string[]): ChildProcess {
    const log = openSync(this.at(`${name}.log`), 'a');
    // Nothing outlives a run that is killed.
    const command = ['--pdeathsig', 'KILL', program(name), ...args];
    const child = spawn('setpriv', command, { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  async #ready(url: string, child: ChildProcess): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!(await isReady(url, this.at('ca.crt')))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(await this.#lastWords(url));
      await pause(100);
    }
  }

  async #lastWords(url: string): Promise<string> {
    const logs = await Promise.all(
      ['etcd', 'kube-apiserver'].map((name) => readFile(this.at(`${name}.log`), 'utf8').catch(() => '')),
    );
    return `${url} did not become ready: ${logs.map((log) => log.split('\n').slice(-8).join('\n')).join('\n')}`;
  }
}

interface WithConditions {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function isReady(url: string, caFile: string): Promise<boolean> {
  const ca = await readFile(caFile);
  const options = {
    ca,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    timeout: 2000,
    agent: false as const,
  };
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? https : http).get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

function program(name: string): string {
  const folder = process.env['KUBEBUILDER_ASSETS'];
  if (folder === undefined)
    throw new Error('KUBEBUILDER_ASSETS is not set: run the tests of the jest project kube.');
  return join(folder, name);
}

/** Asked of the kernel together, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports as [number, number];
}

async function ended(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  await Promise.race([exit, pause(ENDS_WITHIN_MS, undefined, { ref: false })]);
}
