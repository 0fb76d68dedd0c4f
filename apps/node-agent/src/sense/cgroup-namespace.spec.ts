import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { inHierarchy, namespaceRoot } from './cgroup-namespace.js';

const PID = 4711;
const CONTAINER = '/kubepods/burstable/podu1/c1';
const PATHS = [
  '/',
  '/kubepods',
  '/kubepods/burstable',
  '/system.slice',
  CONTAINER,
  '/kubepods/burstable/podu1/c2',
];
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A machine's cgroups with this process in one of them, and how the kernel shows its path to itself. */
function place(hierarchy: string, home: string, own: string) {
  const folder = mkdtempSync(join(tmpdir(), 'mw-cgroupns-'));
  folders.push(folder);
  const [procRoot, cgroupRoot] = [join(folder, 'proc'), join(folder, 'cgroup')];
  mkdirSync(join(procRoot, String(PID)), { recursive: true });
  writeFileSync(join(procRoot, String(PID), 'cgroup'), own);
  for (const path of PATHS) {
    const at = join(cgroupRoot, hierarchy, path);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'cgroup.procs'), path === home ? `1\n${PID}\n` : '1\n');
  }
  return { procRoot, cgroupRoot, pid: PID };
}

describe('the root of the own cgroup namespace', () => {
  it.each([
    ['a container on v2', '', CONTAINER, '0::/\n', 2, CONTAINER],
    ['a container on v1', 'memory', CONTAINER, '4:memory:/\n0::/other\n', 1, CONTAINER],
    ['v1 mounted by itself', '', CONTAINER, '4:memory:/\n', 1, CONTAINER],
    ['no namespace', '', CONTAINER, `0::${CONTAINER}\n`, 2, '/'],
    ['the machine’s root', '', '/', '0::/\n', 2, '/'],
    ['a process below its root', '', CONTAINER, '0::/c1\n', 2, '/kubepods/burstable/podu1'],
    ['a process that was moved out', '', CONTAINER, '0::/../c1\n', 2, null],
    ['a process of another hierarchy', '', 'nowhere', '0::/\n', 2, null],
    ['no line for memory', '', CONTAINER, '3:cpu:/\n', 1, null],
    ['text that is none', '', CONTAINER, '\u0000', 2, null],
  ] as const)('%s', async (...row) => {
    const [, hierarchy, home, own, version, root] = row;
    expect(await namespaceRoot(place(hierarchy, home, own), version, PATHS)).toBe(root);
  });
});

describe('a path as the machine has it', () => {
  it.each([
    ['/', CONTAINER],
    ['/sub', `${CONTAINER}/sub`],
    ['/../c2', '/kubepods/burstable/podu1/c2'],
    ['/../../../../system.slice/sshd.service', '/system.slice/sshd.service'],
    ['/../../../../../../../x', '/x'],
  ])('%s', (shown, path) => {
    expect(inHierarchy(CONTAINER, shown)).toBe(path);
    expect(inHierarchy('/', shown)).toBe(shown);
  });
});
