/*
 * The clusters of this machine, by name: brings one up, or finds it up; ends it. One at a time works on them.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { clusterCache, lock, needPrograms, programPaths } from '../../../tools/cluster/door.mjs';
import { Cgroups, readHierarchies } from './cgroups.js';
import { Cluster } from './cluster.js';
import type { Programs } from './config/daemon.js';
import { KWOK_PROGRAMS } from './kwok.js';
import { needPause, pauseAt } from './pause.js';
import { clusterShape } from './shape.js';
import { chooseIndex, readState, writeState } from './state.js';
import { needSystem, runcPath } from './system.js';

export interface Ask {
  readonly name: string;
  /** The checkout. */
  readonly root: string;
  readonly say: (line: string) => void;
}

/** kwok is built when somebody wants pretended nodes. */
const ALWAYS = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'coredns', 'kubectl', 'helm'],
  ...['containerd', 'containerd-shim-runc-v2', 'ctr', 'kubelet', 'kube-proxy'],
];

/** Finds or builds all that a start needs: minutes once, then nothing. @throws {Unavailable} on a machine that cannot run a cluster */
export async function prepare({ root, say }: Omit<Ask, 'name'>): Promise<void> {
  await needSystem(say);
  await needPrograms(root, { say, names: ALWAYS });
  await needPause(pauseSource(root), clusterCache());
}

/**
 * A start that fails stays as it is, for people to look at; one that is given up is taken back.
 * @returns the cluster, with both nodes Ready, and whether it was made now
 */
export async function up(
  ask: Ask,
  givenUp?: AbortSignal,
): Promise<{ readonly cluster: Cluster; readonly made: boolean }> {
  await prepare(ask);
  return await locked(ask, async () => {
    const cluster = await open(ask);
    if (await isUp(cluster)) return { cluster, made: false };
    await removed(cluster, ask);
    const { programs, shape } = cluster;
    await writeState(shape.folder, { index: shape.index, programs, phase: 'Starting' });
    await makeUnless(givenUp, cluster);
    await writeState(shape.folder, { index: shape.index, programs, phase: 'Ready' });
    return { cluster, made: true };
  });
}

/** Adds pretended nodes to a cluster that is up. */
export async function pretend(ask: Ask, cluster: Cluster, nodes: number): Promise<void> {
  await needPrograms(ask.root, { say: ask.say, names: KWOK_PROGRAMS });
  await locked(ask, async () => await cluster.pretend(nodes));
}

/** @returns what was there before */
export async function down(ask: Ask): Promise<readonly string[]> {
  return await locked(ask, async () => await removed(await open(ask), ask));
}

/** The cluster as its name says, up or not, built or not: whoever ends one must not have to build anything. */
export async function open({ name, root, say }: Ask): Promise<Cluster> {
  const cache = clusterCache();
  const runFolder = join(cache, 'run');
  const programs: Programs = { ...programPaths(root), runc: runcPath() };
  const shape = clusterShape(name, await chooseIndex(runFolder, name), runFolder);
  const cgroups = new Cgroups(await readHierarchies());
  const pause = await pauseAt(pauseSource(root), cache);
  return new Cluster(shape, { cgroups, programs, pause, say });
}

function pauseSource(root: string): string {
  return join(root, 'test/cluster/pause/pause.c');
}

async function makeUnless(givenUp: AbortSignal | undefined, cluster: Cluster): Promise<void> {
  const making = cluster.make();
  const done = new AbortController();
  const wait = { signal: done.signal };
  try {
    await (givenUp === undefined ? making : Promise.race([making, once(givenUp, 'abort', wait)]));
  } finally {
    done.abort();
  }
  if (givenUp?.aborted !== true) return;
  cluster.giveUp();
  // It fails now, and why does not matter.
  await Promise.all([making.catch(() => undefined), cluster.remove()]);
  await cluster.remove();
  givenUp.throwIfAborted();
}

async function isUp(cluster: Cluster): Promise<boolean> {
  const state = await readState(cluster.shape.folder);
  if (state?.phase !== 'Ready' || JSON.stringify(state.programs) !== JSON.stringify(cluster.programs))
    return false;
  return (await cluster.missing()).length === 0 && (await cluster.apiServerIsReady());
}

/** @returns what there was */
async function removed(cluster: Cluster, { say }: Ask): Promise<readonly string[]> {
  const traces = await cluster.traces();
  if (traces.length > 0) say(`removing "${cluster.shape.name}" as it was left`);
  await cluster.remove();
  return traces;
}

async function locked<Value>({ say }: Ask, work: () => Promise<Value>): Promise<Value> {
  const release = await lock(`clusters in ${clusterCache()}`, () =>
    say('somebody else is working on the clusters of this machine; waiting'),
  );
  try {
    return await work();
  } finally {
    release();
  }
}
