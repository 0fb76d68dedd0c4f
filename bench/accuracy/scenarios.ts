/*
 * Places where memory goes that naive accounting loses or counts twice. Each scenario says by how much, relative to the
 * known bytes, the ledger was off; every sample on the way counts for the bound on what is unattributed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MIB } from '#contracts/units';
import { Cgroup } from '../harness/cgroup.js';
import type { Workspace } from '../harness/workspace.js';
import { heldBytes, rowOf, type HostProbe } from './probe.js';
import { Workload } from './workload.js';

export interface Stage {
  readonly workspace: Workspace;
  readonly probe: HostProbe;
  /** A cgroup of this scenario alone, which may have children. */
  readonly parent: Cgroup;
  readonly bytes: number;
  readonly tmpfs: string;
  /** A folder on a file system with a page cache. */
  readonly disk: string;
}

export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<Deviation[]>;
}

export interface Deviation {
  readonly what: string;
  /** |found − known| / known. */
  readonly error: number;
}

const FORKS = 5;

export const SCENARIOS: readonly Scenario[] = [
  { name: 'forks that share private memory', run: (stage) => forks(stage, 'private') },
  { name: 'forks that share shared memory', run: (stage) => forks(stage, 'shared') },
  { name: 'a tmpfs file whose writer is dead', run: deadWriter },
  { name: 'a removed cgroup whose tmpfs bytes stay', run: removedCgroup },
  { name: 'page cache of a file', run: pageCache },
];

export async function runScenario(
  { name, run }: Scenario,
  stage: Omit<Stage, 'parent' | 'workspace'> & { readonly workspace: Workspace },
): Promise<Deviation[]> {
  return await stage.workspace.section(async (workspace) => {
    workspace.say(`accuracy: ${name}`);
    const parent = workspace.use(new Cgroup(`/mw-scenario-${process.pid}`)).delegate();
    await stage.probe.sample();
    const deviations = await run({ ...stage, workspace, parent });
    await stage.probe.sample();
    return deviations;
  });
}

async function forks(
  { workspace, probe, parent, bytes }: Stage,
  how: 'private' | 'shared',
): Promise<Deviation[]> {
  const cgroup = workspace.use(new Cgroup(`${parent.path}/family`));
  workspace.use(await Workload.start({ name: 'family', args: [how, bytes, FORKS], cgroup }));
  return [
    deviation('the family is charged once', heldBytes(rowOf(await probe.sample(), cgroup.path)), bytes),
  ];
}

async function deadWriter({ workspace, probe, parent, bytes, tmpfs }: Stage): Promise<Deviation[]> {
  const cgroup = workspace.use(new Cgroup(`${parent.path}/writer`));
  await leaveFile(workspace, { cgroup, bytes, folder: tmpfs });
  return [
    deviation(
      'the bytes stay where they were charged',
      shmemOf(rowOf(await probe.sample(), cgroup.path)),
      bytes,
    ),
  ];
}

async function removedCgroup({ workspace, probe, parent, bytes, tmpfs }: Stage): Promise<Deviation[]> {
  const cgroup = new Cgroup(`${parent.path}/removed`);
  await leaveFile(workspace, { cgroup, bytes, folder: tmpfs });
  await cgroup.remove();
  const row = rowOf(await probe.sample(), parent.path);
  return [
    deviation('the bytes show in the parent', shmemOf(row), bytes),
    {
      what: `the parent is said to hold what is deleted, not ${row.class}`,
      error: row.class === 'Deleted' ? 0 : 1,
    },
  ];
}

async function pageCache({ workspace, probe, parent, bytes, disk }: Stage): Promise<Deviation[]> {
  const cgroup = workspace.use(new Cgroup(`${parent.path}/cache`));
  await leaveFile(workspace, { cgroup, bytes, folder: disk });
  const row = rowOf(await probe.sample(), cgroup.path);
  return [deviation('page cache is file', row.parts?.file ?? Number.NaN, bytes)];
}

/** A file that a process of the cgroup wrote and that is there when the process is not. */
async function leaveFile(
  workspace: Workspace,
  { cgroup, bytes, folder }: { readonly cgroup: Cgroup; readonly bytes: number; readonly folder: string },
): Promise<void> {
  const path = join(folder, `mw-left-${process.pid}`);
  workspace.use({ [Symbol.dispose]: () => rmSync(path, { force: true }) });
  const writer = await Workload.start({ name: 'file', args: ['keep', bytes, path], cgroup });
  await writer[Symbol.asyncDispose]();
}

function shmemOf(row: { readonly parts?: { readonly shmem: number } }): number {
  return row.parts?.shmem ?? Number.NaN;
}

function deviation(what: string, found: number, known: number): Deviation {
  return { what: `${what}: ${mib(found)} of ${mib(known)} MiB`, error: Math.abs(found - known) / known };
}

function mib(value: number): string {
  return (value / MIB).toFixed(1);
}
