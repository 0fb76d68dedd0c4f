/*
 * A cluster as a whole: made, looked at, ended. Whatever an earlier start left, finished or not, is removed before a new one begins.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Unavailable } from '#contracts/errors';
import type { Cgroups } from './cgroups.js';
import { run } from './command.js';
import { PAUSE_IMAGE } from './config/containerd.js';
import { controlPlane } from './config/control-plane.js';
import { dnsObjects } from './config/coredns.js';
import { daemonId, programOf, type Daemon, type Programs } from './config/daemon.js';
import { nodeDaemons } from './config/node-daemons.js';
import { kubeconfigFile } from './config/paths.js';
import { writeFiles } from './files.js';
import { Kubectl } from './kubectl.js';
import { kwokDaemon, makePretendedNodes } from './kwok.js';
import { bridgeLines } from './network.js';
import { ipBatch, Node } from './node.js';
import type { Pause } from './pause.js';
import { Processes } from './processes.js';
import type { ClusterShape } from './shape.js';
import { eventually, GivenUp, type Patience } from './waiting.js';

export interface ClusterParts {
  readonly cgroups: Cgroups;
  readonly programs: Programs;
  readonly pause: Pause;
  readonly say: (line: string) => void;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

export class Cluster {
  readonly kubectl: Kubectl;
  readonly nodes: readonly Node[];
  readonly #processes: Processes;
  #givenUp = false;

  constructor(
    readonly shape: ClusterShape,
    private readonly parts: ClusterParts,
  ) {
    const { cgroups, programs, pause } = parts;
    this.kubectl = new Kubectl(programOf(programs, 'kubectl'), kubeconfigFile(shape, 'admin'));
    const processes = new Processes(shape, cgroups);
    this.#processes = processes;
    this.nodes = shape.nodes.map(
      (node) => new Node(shape, node, { cgroups, processes, initProgram: pause.program }),
    );
  }

  /** The folder must be empty but for the state. */
  async make(): Promise<void> {
    const { shape } = this;
    const { say, programs } = this.parts;
    await writeFiles(shape, programs);
    await ipBatch(bridgeLines(shape));
    say('starting etcd, the API server and two containerds');
    await Promise.all([
      this.#startApiServer(),
      ...this.nodes.map(async (node) => await this.#startNode(node)),
    ]);
    say('API server is ready; starting the rest');
    const rest = this.daemons().filter(({ name }) => !FIRST.includes(name));
    await Promise.all(rest.map(async (daemon) => await this.start(daemon)));
    await this.kubectl.apply(JSON.stringify(dnsObjects(shape)));
    await this.#ready();
  }

  get programs(): Programs {
    return this.parts.programs;
  }

  /** @param nodes how many in all */
  async pretend(nodes: number): Promise<void> {
    const kwok = kwokDaemon(this.shape, this.programs);
    if ((await this.#processes.find(kwok)) === undefined) await this.start(kwok);
    await makePretendedNodes(this.kubectl, nodes);
  }

  /** Without kwok, which a cluster may or may not have. */
  daemons(): readonly Daemon[] {
    const { programs } = this.parts;
    return [
      ...controlPlane(this.shape, programs),
      ...this.shape.nodes.flatMap((node) => nodeDaemons(this.shape, node, programs)),
    ];
  }

  /** @param id like "kube-apiserver" or "node-a.kubelet" */
  daemon(id: string): Daemon {
    const found = this.daemons().find((each) => daemonId(each) === id);
    if (found === undefined)
      throw new Unavailable(`There is no ${id}, but ${this.daemons().map(daemonId).join(', ')}.`);
    return found;
  }

  node(name: string): Node {
    const found = this.nodes.find(({ shape }) => shape.name === name);
    if (found === undefined) throw new Unavailable(`There is no node ${name}.`);
    return found;
  }

  /** From now on nothing is started or waited for any more. */
  giveUp(): void {
    this.#givenUp = true;
  }

  async start(daemon: Daemon): Promise<void> {
    this.#goesOn();
    const initPid = daemon.node === undefined ? undefined : await this.node(daemon.node.name).initPid();
    await this.#processes.start(daemon, initPid);
  }

  async stop(daemon: Daemon, signal?: NodeJS.Signals): Promise<void> {
    await this.#processes.stop(daemon, signal);
  }

  /** @returns the daemons that do not run */
  async missing(): Promise<readonly string[]> {
    const found = await Promise.all(
      this.daemons().map(async (daemon) => ({ daemon, pid: await this.#processes.find(daemon) })),
    );
    return found.filter(({ pid }) => pid === undefined).map(({ daemon }) => daemonId(daemon));
  }

  async apiServerIsReady(): Promise<boolean> {
    return (
      (await this.kubectl.run(['get', '--raw', '/readyz', '--request-timeout=5s']).catch(() => '')) === 'ok'
    );
  }

  /** Names, as the API server has them. */
  async readyNodes(): Promise<readonly string[]> {
    const { items } = await this.kubectl.json<NodeList>(['get', 'nodes']);
    return items
      .filter(({ status }) =>
        status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      )
      .map(({ metadata }) => metadata.name);
  }

  /** Loads the images of an OCI archive into the nodes; pods name them with imagePullPolicy Never. */
  async loadImages(archive: string): Promise<void> {
    const ctr = [programOf(this.parts.programs, 'ctr'), '--namespace', 'k8s.io', 'images', 'import', archive];
    await Promise.all(this.nodes.map(async (node) => await node.run([...ctr, '--local'], 180)));
  }

  /** Ends everybody and removes everything but the folder. Does not care how far an earlier start came. */
  async remove(): Promise<void> {
    const { cgroups } = this.parts;
    await cgroups.kill(this.shape.cgroup);
    await cgroups.remove(this.shape.cgroup);
    for (const link of await this.links()) await run('ip', ['link', 'delete', link]).catch(() => undefined);
    await eventually('the cluster’s links are gone', { seconds: 10, everyMs: 20 }, async () =>
      (await this.links()).length === 0 ? true : undefined,
    );
    await eventually('the cluster’s folder is gone', { seconds: 10 }, async () => {
      await rm(this.shape.folder, { recursive: true, force: true });
      return true;
    });
  }

  async links(): Promise<readonly string[]> {
    const all = JSON.parse(await run('ip', ['-json', 'link', 'show'])) as readonly { ifname: string }[];
    const { bridge } = this.shape;
    return all.map(({ ifname }) => ifname).filter((name) => name === bridge || name.startsWith(`${bridge}-`));
  }

  /** What of the cluster is still on the machine; empty after `remove`. */
  async traces(): Promise<readonly string[]> {
    const { cgroups } = this.parts;
    const members = await cgroups.members(this.shape.cgroup);
    return [
      ...members.map((pid) => `process ${pid}`),
      ...cgroups.existing(this.shape.cgroup).map((folder) => `cgroup ${folder}`),
      ...(await this.links()).map((link) => `link ${link}`),
      ...(existsSync(this.shape.folder) ? [`folder ${this.shape.folder}`] : []),
    ];
  }

  async #startApiServer(): Promise<void> {
    await this.start(this.daemon('etcd'));
    await this.start(this.daemon('kube-apiserver'));
    await this.#eventually('the API server is ready', { seconds: 60 }, async () =>
      (await this.apiServerIsReady()) ? true : undefined,
    );
  }

  async #startNode(node: Node): Promise<void> {
    await node.make();
    await this.start(this.daemon(`${node.shape.name}.containerd`));
    const ctr = [programOf(this.parts.programs, 'ctr'), '--namespace', 'k8s.io', 'images'];
    await this.#eventually(`containerd of ${node.shape.name} answers`, { seconds: 60 }, async () => {
      await node.run([...ctr, 'import', '--local', this.parts.pause.archive]);
      return true;
    });
    // Pinned: the kubelet's clean-up of images leaves it alone.
    await node.run([...ctr, 'label', PAUSE_IMAGE, 'io.cri-containerd.pinned=pinned']);
  }

  async #ready(): Promise<void> {
    const names = this.shape.nodes.map(({ name }) => name);
    await this.#eventually('both nodes are Ready', { seconds: 90 }, async () => {
      const ready = await this.readyNodes();
      return names.every((name) => ready.includes(name)) ? true : undefined;
    });
    // Without it no pod is admitted.
    await this.#eventually('the default service account is there', { seconds: 60 }, async () => {
      await this.kubectl.run(['get', 'serviceaccount', 'default', '--namespace', 'default']);
      return true;
    });
  }

  async #eventually<Value>(
    what: string,
    patience: Patience,
    look: () => Promise<Value | undefined>,
  ): Promise<Value> {
    return await eventually(what, patience, async () => {
      this.#goesOn();
      return await look();
    });
  }

  /** @throws {GivenUp} */
  #goesOn(): void {
    if (this.#givenUp) throw new GivenUp('The start was given up.');
  }
}

/** Started before, in their own order. */
const FIRST = ['etcd', 'kube-apiserver', 'containerd'];
