import { describe, expect, test } from '@jest/globals';
import { NativeHostScanner } from './index.js';

describe('NativeHostScanner on this machine', () => {
  test('finds this process with its memory and cgroup', async () => {
    await using scanner = new NativeHostScanner();

    const processes = await scanner.scanProcesses();

    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.rssAnon).toBeGreaterThan(10_000_000);
    expect(self?.cgroup).toMatch(/^\//);
  });

  test('lists the root cgroup first', async () => {
    await using scanner = new NativeHostScanner();

    const { cgroups } = await scanner.scanCgroups();

    expect(cgroups[0]?.path).toBe('/');
  });
});
