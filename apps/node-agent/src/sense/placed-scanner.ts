/*
 * A scanner whose processes have the paths of the machine's hierarchy, whatever cgroup namespace this agent is in. Until its
 * own place was found the paths are as the kernel shows them: then a process outside the namespace is of no known cgroup.
 */
import type {
  CgroupScan,
  HostScanner,
  ProcessIdentity,
  ProcessReading,
  ProportionalReading,
  Skipped,
} from '#contracts/reading';
import type { CgroupLine } from '../orders/process-text.js';
import { inHierarchy, namespaceRoot, type CgroupPlace } from './cgroup-namespace.js';

/** Who was not found so often is in another hierarchy, or in another pid namespace than its /proc. */
const MOST_SEARCHES = 5;

export class PlacedScanner implements HostScanner {
  private root: string | null = null;
  private version: 1 | 2 = 2;
  private searches = 0;

  constructor(
    private readonly scanner: HostScanner,
    private readonly place: CgroupPlace,
  ) {}

  get skipped(): Skipped {
    return this.scanner.skipped;
  }

  async scanProcesses(): Promise<readonly ProcessReading[]> {
    const processes = await this.scanner.scanProcesses();
    if (this.root === null && this.searches < MOST_SEARCHES) this.root = await this.find();
    const { root } = this;
    if (root === null || root === '/') return processes;
    const places = new Map<string, string>();
    return processes.map((process) => {
      if (process.cgroup === null) return process;
      const cgroup = places.get(process.cgroup) ?? inHierarchy(root, process.cgroup);
      places.set(process.cgroup, cgroup);
      return { ...process, cgroup };
    });
  }

  /** As the processes' paths: that of the memory hierarchy; others are where nobody looked. */
  placed(line: CgroupLine): CgroupLine {
    const isMemory = line.controllers.includes(this.version === 1 ? 'memory' : '');
    if (this.root === null || this.root === '/' || !isMemory) return line;
    return { ...line, path: inHierarchy(this.root, line.path) };
  }

  scanCgroups(): Promise<CgroupScan> {
    return this.scanner.scanCgroups();
  }

  readProportional(processes: readonly ProcessIdentity[]): Promise<ReadonlyMap<string, ProportionalReading>> {
    return this.scanner.readProportional(processes);
  }

  private async find(): Promise<string | null> {
    this.searches += 1;
    const { version, cgroups } = await this.scanner.scanCgroups();
    this.version = version;
    return namespaceRoot(
      this.place,
      version,
      cgroups.map(({ path }) => path),
    );
  }
}
