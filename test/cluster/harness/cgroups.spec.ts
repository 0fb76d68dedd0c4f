import { describe, expect, it } from '@jest/globals';
import { parseHierarchies } from './cgroups.js';

describe('parseHierarchies', () => {
  it('reads version 1 with joined and with named hierarchies beside version 2', () => {
    const mountinfo = `
20 1 0:20 / /sys rw - sysfs sysfs rw
25 20 0:24 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
26 20 0:25 / /sys/fs/cgroup/systemd rw shared:10 - cgroup cgroup rw,xattr,name=systemd
30 20 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct
31 20 0:31 / /sys/fs/cgroup/cpuset rw shared:12 - cgroup cgroup rw,cpuset,clone_children
`;
    expect(parseHierarchies(mountinfo)).toEqual([
      { mountPoint: '/sys/fs/cgroup/unified', version: 2, options: '' },
      { mountPoint: '/sys/fs/cgroup/systemd', version: 1, options: 'none,name=systemd' },
      { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', version: 1, options: 'cpu,cpuacct' },
      { mountPoint: '/sys/fs/cgroup/cpuset', version: 1, options: 'cpuset' },
    ]);
  });

  it('takes a hierarchy that is mounted twice once', () => {
    const mountinfo = `
30 20 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
31 20 0:30 / /elsewhere/memory rw - cgroup cgroup rw,memory
`;
    expect(parseHierarchies(mountinfo)).toEqual([
      { mountPoint: '/sys/fs/cgroup/memory', version: 1, options: 'memory' },
    ]);
  });

  it('finds version 2 alone', () => {
    expect(
      parseHierarchies('25 20 0:24 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,memory_recursiveprot'),
    ).toEqual([{ mountPoint: '/sys/fs/cgroup', version: 2, options: '' }]);
  });
});
