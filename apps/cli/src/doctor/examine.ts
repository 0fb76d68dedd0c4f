/*
 * The examinations of `doctor`, in the order in which local mode needs their subjects. Each only looks.
 */
import { execFile } from 'node:child_process';
import { access, constants, readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { findTarget } from '../client/target.js';
import { expectBuilt, findInstallation } from '../local/place.js';
import { chooseRedis, onPath } from '../local/redis/candidates.js';
import { flavourName } from '../local/redis/flavour.js';
import { size } from '../text/size.js';
import { allowList, journal, policies, stopFile } from './acts.js';
import type { Examination, Patient } from './examination.js';
import { capabilities, kernel } from './kernel.js';

const LEAST_FREE_BYTES = 512 * 1024 * 1024;
const TIMEOUT_MS = 5_000;
/** NVIDIA's and AMD's, as the kernel shows them. */
const GPU_DRIVERS = ['/proc/driver/nvidia/version', '/dev/kfd'];
const run = promisify(execFile);

export async function examine(patient: Patient): Promise<Examination[]> {
  const examinations = [
    system,
    kernel,
    capabilities,
    programs,
    launcher,
    redis,
    stateDir,
    diskSpace,
    cgroups,
    pressure,
    gpus,
    running,
    policies,
    allowList,
    stopFile,
    journal,
  ];
  return Promise.all(examinations.map((one) => one(patient)));
}

function system(): Promise<Examination> {
  const found = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  const isKnown = process.platform === 'linux';
  return Promise.resolve(
    isKnown
      ? { state: 'ok', subject: 'system', found }
      : {
          state: 'failed',
          subject: 'system',
          found,
          next: 'Memwarden reads the Linux kernel; run it on Linux.',
        },
  );
}

function programs(): Promise<Examination> {
  const subject = 'programs';
  try {
    const installation = findInstallation(import.meta.dirname, process.execPath);
    expectBuilt(installation);
    return Promise.resolve({ state: 'ok', subject, found: installation.root });
  } catch (error) {
    return Promise.resolve({ state: 'failed', subject, found: (error as Error).message });
  }
}

/** The launcher is native: that it starts shows that the compiled parts fit this machine. */
async function launcher(): Promise<Examination> {
  const subject = 'native parts';
  try {
    const { launcher: file } = findInstallation(import.meta.dirname, process.execPath);
    await run(file, ['true'], { timeout: TIMEOUT_MS });
    return { state: 'ok', subject, found: 'start on this machine' };
  } catch {
    return {
      state: 'failed',
      subject,
      found: 'do not start on this machine',
      next: 'Remove build/native and run "npm run build".',
    };
  }
}

async function redis({ environment }: Patient): Promise<Examination> {
  const subject = 'redis';
  try {
    const program = await chooseRedis(onPath(environment.path), null);
    return { state: 'ok', subject, found: `${flavourName(program.flavour)}, ${program.file}` };
  } catch {
    const isRoot = process.getuid?.() === 0;
    return {
      state: 'warning',
      subject,
      found: 'none on the PATH that is 6.2 or later',
      next: isRoot
        ? 'local mode would install the system package redis-tools (Debian, Ubuntu), or unpack Redis into the cache'
        : `local mode would unpack Redis into ${environment.cacheDir}/redis`,
    };
  }
}

async function stateDir(patient: Patient): Promise<Examination> {
  const subject = 'state dir';
  const nearest = await nearestFolder(patient.stateDir);
  const isWritable = await access(nearest, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return {
      state: 'failed',
      subject,
      found: `${nearest} is not writable`,
      next: 'Name another one: --state-dir DIR.',
    };
  return nearest === patient.stateDir
    ? { state: 'ok', subject, found: patient.stateDir }
    : { state: 'ok', subject, found: `${patient.stateDir} (local mode would make it)` };
}

async function nearestFolder(path: string): Promise<string> {
  return (await isThere(path)) || path === dirname(path) ? path : nearestFolder(dirname(path));
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function diskSpace(patient: Patient): Promise<Examination> {
  const { bavail, bsize } = await statfs(await nearestFolder(patient.stateDir));
  const found = `${size(bavail * bsize)} free for the state dir`;
  return bavail * bsize >= LEAST_FREE_BYTES
    ? { state: 'ok', subject: 'disk', found }
    : {
        state: 'warning',
        subject: 'disk',
        found,
        next: `Free ${size(LEAST_FREE_BYTES)}: Redis and history stop growing on a full disk.`,
      };
}

async function cgroups(): Promise<Examination> {
  const subject = 'cgroups';
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const controllers = await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8').catch(() => '');
  if (/ - cgroup \S+ \S*\bmemory\b/u.test(mounts))
    return { state: 'ok', subject, found: 'version 1 holds the memory controller' };
  if (controllers.split(/\s/u).includes('memory'))
    return { state: 'ok', subject, found: 'version 2 holds the memory controller' };
  return {
    state: 'warning',
    subject,
    found: 'no mounted hierarchy holds the memory controller',
    next: 'Memory is then accounted for by process only; see docs/reference/ledger.md.',
  };
}

async function pressure(): Promise<Examination> {
  const subject = 'pressure';
  const hasPressure = await readFile('/proc/pressure/memory').then(
    () => true,
    () => false,
  );
  return hasPressure
    ? { state: 'ok', subject, found: 'the kernel tells stalls (PSI)' }
    : {
        state: 'warning',
        subject,
        found: 'this kernel does not tell stalls (PSI)',
        next: 'Boot with psi=1 to see them; nothing else is missing.',
      };
}

/** Said, so that nobody takes a ledger without GPUs for a machine without GPUs. */
async function gpus(): Promise<Examination> {
  const subject = 'gpus';
  const drivers = await Promise.all(GPU_DRIVERS.map(async (file) => ((await isThere(file)) ? [file] : [])));
  const [driver] = drivers.flat();
  return driver === undefined
    ? { state: 'ok', subject, found: 'no driver is loaded' }
    : {
        state: 'warning',
        subject,
        found: `a driver is loaded (${driver})`,
        next: 'This version accounts for host memory only: the memory on GPUs is not in the ledger.',
      };
}

async function running({ stateDir: path, environment }: Patient): Promise<Examination> {
  const subject = 'local mode';
  const nowhere = { ...environment, server: undefined, token: undefined };
  const flags = { server: undefined, token: undefined, stateDir: path };
  return findTarget(flags, nowhere).then(
    ({ api }) => ({ state: 'ok', subject, found: `runs: ${api}` }),
    () => ({ state: 'ok', subject, found: 'does not run' }),
  );
}
