/*
 * The harness itself, on the real thing: a cluster of its own, so that no other spec's cluster suffers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cluster } from './harness/cluster.js';
import { down, open, prepare, pretend, up, type Ask } from './harness/clusters.js';
import { programOf } from './harness/config/daemon.js';
import { loadImages, type ImageNames } from './harness/images.js';
import { Kubectl } from './harness/kubectl.js';
import { readState } from './harness/state.js';
import { eventually } from './harness/waiting.js';

const ROOT = join(import.meta.dirname, '../..');
const WARM_START_SECONDS = 40;
const said: string[] = [];
const ask: Ask = { name: 'harness', root: ROOT, say: (line) => void said.push(line) };

function pod(name: string, node: string, container: object): object {
  const metadata = { name, namespace: 'default', labels: { app: name } };
  const terminationGracePeriodSeconds = 0;
  const containers = [{ name: 'it', imagePullPolicy: 'Never', ...container }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: node, terminationGracePeriodSeconds, containers },
  };
}

function service(name: string, targetPort: number): object {
  const spec = { selector: { app: name }, ports: [{ port: 80, targetPort }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

/** What is in /proc/mounts of the machine and names the cluster. */
function mounts(cluster: Cluster): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(cluster.shape.folder));
}

async function running(cluster: Cluster, name: string): Promise<void> {
  await cluster.kubectl.run(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s'], {
    deadlineSeconds: 70,
  });
}

describe('a cluster on this machine', () => {
  let cluster: Cluster;
  let images: ImageNames;
  let startSeconds: number;

  beforeAll(async () => {
    await prepare(ask);
    await down(ask);
    const started = performance.now();
    ({ cluster } = await up(ask));
    startSeconds = (performance.now() - started) / 1000;
    said.push(`up in ${startSeconds.toFixed(1)} s`);
    images = await loadImages(ask, cluster);
  }, 1_200_000);

  afterAll(async () => {
    await down(ask);
    // Seen by who runs the suite.
    process.stderr.write(said.map((line) => `cluster: ${line}\n`).join(''));
  }, 120_000);

  it('has two Ready nodes, each a machine of its own', async () => {
    await expect(cluster.readyNodes()).resolves.toEqual(expect.arrayContaining(['node-a', 'node-b']));
    const [a, b] = await Promise.all(
      cluster.nodes.map(async (node) => await node.run(['ps', '-eo', 'comm='])),
    );
    expect(a).toContain('kubelet');
    expect(a).not.toContain('kube-apiserver');
    expect(b).toContain('containerd');
  });

  it('is up soon, with everything in the cache', () => {
    expect(startSeconds).toBeLessThan(WARM_START_SECONDS);
  });

  it('is found up by who asks again', async () => {
    const again = await up(ask);
    expect(again.made).toBe(false);
  });

  it('runs pods of our images on both nodes, and they find each other by name', async () => {
    const say =
      'mkdir /tmp/w && echo hello from $HOSTNAME > /tmp/w/index.html && exec httpd -f -p 8080 -h /tmp/w';
    const items = [
      pod('server', 'node-b', { image: images.workloads, command: ['sh', '-c', say] }),
      service('server', 8080),
      pod('client', 'node-a', { image: images.workloads, command: ['sleep', '3600'] }),
    ];
    await cluster.kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await Promise.all([running(cluster, 'server'), running(cluster, 'client')]);
    const fetch = [
      'exec',
      'client',
      '--',
      'wget',
      '-q',
      '-O',
      '-',
      'http://server.default.svc.cluster.local/',
    ];
    // Right after a Service was made its address may refuse for a moment.
    const answer = await eventually(
      'the server answers',
      { seconds: 20 },
      async () => await cluster.kubectl.run(fetch),
    );
    expect(answer).toBe('hello from server\n');
  });

  it('starts the product’s image without a shell, as nobody', async () => {
    const code =
      'console.log(JSON.stringify([process.getuid(), process.version, require("node:fs").existsSync("/bin/sh")]))';
    const it = pod('product', 'node-a', {
      image: images.memwarden,
      args: ['-e', `${code};setInterval(() => {}, 1000)`],
    });
    await cluster.kubectl.apply(JSON.stringify(it));
    await running(cluster, 'product');
    const line = await eventually('it says who it is', { seconds: 10 }, async () => {
      const log = await cluster.kubectl.run(['logs', 'product']);
      return log === '' ? undefined : log;
    });
    expect(JSON.parse(line)).toEqual([65532, expect.stringMatching(/^v24\./u), false]);
  });

  it('authorises nodes for themselves only', async () => {
    const kubelet = join(cluster.shape.folder, 'kubeconfig/kubelet-node-a.yaml');
    const asNodeA = new Kubectl(programOf(cluster.programs, 'kubectl'), kubelet);
    await expect(asNodeA.run(['get', 'node', 'node-a'])).resolves.toContain('Ready');
    await expect(asNodeA.run(['get', 'node', 'node-b'])).rejects.toThrow('only its own Node object');
    // What the Node authorizer allows, NodeRestriction may still refuse.
    const label = ['label', 'node', 'node-a', 'node-restriction.kubernetes.io/mine=true'];
    await expect(asNodeA.run(label)).rejects.toThrow('is not allowed to modify labels');
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('goes on after its API server ended by %s', async (signal) => {
    const apiServer = cluster.daemon('kube-apiserver');
    const asked = performance.now();
    await cluster.stop(apiServer, signal);
    expect(performance.now() - asked).toBeLessThan(15_000);
    await expect(cluster.apiServerIsReady()).resolves.toBe(false);
    await cluster.start(apiServer);
    await eventually('it is ready', { seconds: 30 }, async () =>
      (await cluster.apiServerIsReady()) ? true : undefined,
    );
    await expect(cluster.missing()).resolves.toEqual([]);
  });

  it('keeps pods over new starts of containerd and kubelet', async () => {
    const id = ['get', 'pod', 'client', '-o', 'jsonpath={.status.containerStatuses[0].containerID}'];
    const before = await cluster.kubectl.run(id);
    for (const name of ['node-a.containerd', 'node-a.kubelet']) {
      await cluster.stop(cluster.daemon(name));
      await cluster.start(cluster.daemon(name));
    }
    const say = ['exec', 'client', '--', 'echo', 'alive'];
    await eventually('the pod answers', { seconds: 90 }, async () => {
      // A kubelet that is there before its containerd ends, and is started again, as a service manager would.
      const missing = await cluster.missing();
      if (missing.includes('node-a.kubelet')) await cluster.start(cluster.daemon('node-a.kubelet'));
      return await cluster.kubectl.run(say);
    });
    await expect(cluster.kubectl.run(id)).resolves.toBe(before);
    await expect(cluster.missing()).resolves.toEqual([]);
  });

  it('adds pretended nodes', async () => {
    await pretend(ask, cluster, 10);
    const names = await eventually('ten pretended nodes are Ready', { seconds: 60 }, async () => {
      const pretended = (await cluster.readyNodes()).filter((name) => name.startsWith('kwok-'));
      return pretended.length < 10 ? undefined : pretended;
    });
    expect(names).toHaveLength(10);
  });
});

/** A start in a process of its own, seen in its middle: something runs already, and the state says that it is not done. */
async function halfStarted(): Promise<{ child: ChildProcess; cluster: Cluster; ended: Promise<unknown[]> }> {
  await down(ask);
  const command = [join(ROOT, 'tools/cluster.mjs'), 'up', '--name', ask.name];
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: 'ignore' });
  const ended = once(child, 'close');
  const cluster = await open(ask);
  await eventually('the start is half done', { seconds: 60, everyMs: 10 }, async () => {
    const traces = await cluster.traces();
    const node = existsSync(join(cluster.shape.folder, 'node-a/setup.sh'));
    return node && traces.some((trace) => trace.startsWith('process')) ? true : undefined;
  });
  await expect(readState(cluster.shape.folder)).resolves.toMatchObject({ phase: 'Starting' });
  return { child, cluster, ended };
}

describe('a start that is interrupted', () => {
  it('takes everything back when a person presses Ctrl-C', async () => {
    const { child, cluster, ended } = await halfStarted();
    child.kill('SIGINT');
    const pressed = performance.now();
    await expect(ended).resolves.toEqual([130, null]);
    expect(performance.now() - pressed).toBeLessThan(20_000);
    await expect(cluster.traces()).resolves.toEqual([]);
  });

  it('leaves what the next start removes when it is killed', async () => {
    const { child, cluster, ended } = await halfStarted();
    child.kill('SIGKILL');
    await ended;
    await expect(cluster.traces()).resolves.not.toEqual([]);
    const next = await up(ask);
    expect(next.made).toBe(true);
    await expect(next.cluster.readyNodes()).resolves.toHaveLength(2);
  });
});

describe('the end of a cluster', () => {
  it('leaves nothing', async () => {
    const { cluster } = await up(ask);
    expect(await cluster.traces()).not.toEqual([]);
    await down(ask);
    await expect(cluster.traces()).resolves.toEqual([]);
    expect(mounts(cluster)).toEqual([]);
    await expect(down(ask)).resolves.toEqual([]);
  });
});
