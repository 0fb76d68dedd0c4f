import { describe, expect, it } from '@jest/globals';
import { nodeSetup } from './node-setup.js';
import { clusterShape } from './shape.js';

const [node] = clusterShape('x', 0, '/run').nodes;
const unified = { mountPoint: '/sys/fs/cgroup', version: 2, options: '' } as const;
const memory = { mountPoint: '/sys/fs/cgroup/memory', version: 1, options: 'memory' } as const;

describe('nodeSetup', () => {
  it('never lets a mount out: privacy comes first', () => {
    const lines = nodeSetup(node!, [memory], '/pause').split('\n');
    expect(lines.findIndex((line) => line.startsWith('mount'))).toBe(
      lines.indexOf('mount --make-rprivate /'),
    );
  });

  it('mounts each hierarchy of version 1 where the machine has it', () => {
    expect(nodeSetup(node!, [memory], '/pause')).toContain(
      "mount -t cgroup -o 'memory' cgroup '/sys/fs/cgroup/memory'\n",
    );
  });

  it('mounts version 2 alone as the root', () => {
    const script = nodeSetup(node!, [unified], '/pause');
    expect(script).toContain('mount -t cgroup2 cgroup2 /sys/fs/cgroup\n');
    expect(script).not.toContain('tmpfs /sys/fs/cgroup');
  });

  it('quotes what the person chose', () => {
    expect(nodeSetup(node!, [memory], "/it's/pause")).toContain(`exec '/it'\\''s/pause' <`);
  });
});
