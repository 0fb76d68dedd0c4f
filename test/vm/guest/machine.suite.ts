/*
 * The machine itself is what the other suites take it for: cgroup v2 with the memory controller, PSI, a disk, swap.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from './testing.js';

const text = (path: string): string => readFileSync(path, 'utf8');

suite('the machine', () => {
  test('has the memory controller on cgroup v2 only', () => {
    assert.match(text('/sys/fs/cgroup/cgroup.controllers'), /\bmemory\b/);
    assert.match(text('/proc/mounts'), /^cgroup2 \/sys\/fs\/cgroup cgroup2 /m);
    assert.doesNotMatch(text('/proc/mounts'), / cgroup .*\bmemory\b/);
  });

  test('prints PSI, swap and a data disk', () => {
    assert.match(text('/proc/pressure/memory'), /^some avg10=/m);
    assert.match(text('/proc/swaps'), /^\/dev\/vdb\s/m);
    assert.match(text('/proc/mounts'), /^\/dev\/vda \/data ext4 /m);
  });

  test('runs the tests in a cgroup of their own', () => {
    assert.equal(text('/proc/self/cgroup'), '0::/runner\n');
  });
});
