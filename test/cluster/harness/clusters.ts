/*
 * The clusters of this machine, by name: brings one up, or finds it up; ends it. One at a time works on them.
 */
import { join } from 'node:path';
import { clusterCache, lock, needPrograms } from '../../../tools/cluster/door.mjs';
import { Cgroups, readHierarchies } from './cgroups.js';
import { Cluster } from './cluster.js';
import type { Programs } from './config/daemon.js';
import { needPause } from './pause.js';
import { clusterShape } from './shape.js';
import { chooseIndex, readState, writeState } from './state.js';
import { needSystem } from './system.js';

export interface Ask {
  readonly name: string;
  /** The checkout. */
  readonly root: string;
  readonly say: (line: string) => void;
}

const RUN = 'run';
/** kwok is built when somebody wants pretended nodes. */
const ALWAYS = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'coredns', 'kubectl', 'helm'],
  ...['containerd', 'containerd-shim-runc-v2', 'ctr', 'kubelet', 'kube-proxy'],
];

/** @returns the cluster, with both nodes Ready, and whether it was made now */
export async function up(
  ask: Ask,
  kwokNodes = 0,
): Promise<{ readonly cluster: Cluster; readonly made: boolean }> {
  return await locked(ask, async () => {
    const { cluster, programs } = await open(ask);
    const { folder, index } = cluster.shape;
    if (await isUp(cluster, programs)) return { cluster, made: false };
    await removed(cluster, ask);
    const state = { index, programs, kwokNodes };
    await writeState(folder, { ...state, phase: 'Starting' });
    await cluster.make();
    await writeState(folder, { ...state, phase: 'Ready' });
    return { cluster, made: true };
  });
}

/** @returns what was there before */
export async function down(ask: Ask): Promise<readonly string[]> {
  return await locked(ask, async () => await removed((await open(ask)).cluster, ask));
}

/** The cluster as its name says, up or not. */
export async function open({ name, root, say }: Ask): Promise<{ cluster: Cluster; programs: Programs }> {
  const cache = clusterCache();
  const runFolder = join(cache, RUN);
  const programs = { ...(await needPrograms(root, { say, names: ALWAYS })), ...(await needSystem(say)) };
  const pause = await needPause(join(root, 'test/cluster/pause/pause.c'), cache);
  const shape = clusterShape(name, await chooseIndex(runFolder, name), runFolder);
  const cgroups = new Cgroups(await readHierarchies());
  return { cluster: new Cluster(shape, { cgroups, programs, pause, say }), programs };
}

export async function isUp(cluster: Cluster, programs: Programs): Promise<boolean> {
  const state = await readState(cluster.shape.folder);
  if (state?.phase !== 'Ready' || JSON.stringify(state.programs) !== JSON.stringify(programs)) return false;
  return (await cluster.missing()).length === 0 && (await cluster.apiServerIsReady());
}

async function removed(cluster: Cluster, { say }: Ask): Promise<readonly string[]> {
  const traces = await cluster.traces();
  if (traces.length > 0) say(`removing what an earlier run left (${traces.length} things)`);
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
