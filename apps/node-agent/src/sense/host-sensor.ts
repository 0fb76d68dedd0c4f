/*
 * One reading of the host. The order bounds the error: processes, meminfo, zoneinfo, cgroups, zoneinfo, meminfo; the
 * second ones count. When free memory moved by more than 32 MiB meanwhile, all is read once more; if it moved again the
 * ledger says "estimated". Shares of processes come last: they detail rows and change no sum.
 * Every step has a deadline.
 */
import { cpus } from 'node:os';
import type { Clock } from '#contracts/clock';
import { MemwardenError } from '#contracts/errors';
import type { HostReading, HostScanner } from '#contracts/reading';
import { MAX_SKEW_BYTES, ProportionalPlan, skewOf, wantsProportional } from '#ledger';
import { Deadline } from './deadline.js';
import type { KernelFiles } from './kernel-files.js';
import { Visibility } from './visibility.js';

const SCAN_LIMIT_MS = 4_000;
const FILE_LIMIT_MS = 1_000;
/** At 114 µs each, at most 6 ms of another thread a sample. */
const PROPORTIONAL_PER_PASS = 50;

export interface Sensed {
  readonly reading: HostReading;
  /** What could not be read though the ledger is exact without it; null when nothing is missing. */
  readonly lacking: string | null;
}

export class HostSensor {
  private readonly deadline = new Deadline();
  private readonly plan = new ProportionalPlan(PROPORTIONAL_PER_PASS);
  private readonly visibility = new Visibility();
  private readonly cpuCount = cpus().length;
  private bootId: string | null = null;

  constructor(
    private readonly scanner: HostScanner,
    private readonly files: KernelFiles,
    private readonly clock: Clock,
  ) {}

  /** @throws {Stalled} @throws {Unavailable} @throws {InvalidValue} when there is no reading at all */
  async sense(): Promise<Sensed> {
    const first = await this.pass();
    const reading = skewOf(first) > MAX_SKEW_BYTES ? await this.pass() : first;
    const wanted = wantsProportional(reading);
    const asked = this.plan.next(wanted);
    const unseen = this.visibility.trouble;
    if (asked.length === 0) return { reading, lacking: unseen };
    try {
      const fresh = await this.scan('Reading smaps_rollup', () => this.scanner.readProportional(asked));
      return { reading: { ...reading, proportional: this.plan.complete(wanted, fresh) }, lacking: unseen };
    } catch (error) {
      if (!(error instanceof MemwardenError)) throw error;
      // What processes share is then told from earlier readings, or divided by RSS.
      const proportional = this.plan.complete(wanted, new Map());
      return {
        reading: { ...reading, proportional },
        lacking: unseen === null ? error.message : `${unseen} ${error.message}`,
      };
    }
  }

  private async pass(): Promise<HostReading> {
    this.bootId ??= await this.file('boot_id', () => this.files.bootId());
    const oomKills = await this.file('vmstat', () => this.files.oomKills());
    const pressure = await this.file('pressure', () => this.files.pressure());
    const processes = await this.scan('The scan of processes', () => this.scanner.scanProcesses());
    const before = await this.file('meminfo', () => this.files.meminfo());
    const perCpuFreeBefore = await this.file('zoneinfo', () => this.files.perCpuFree());
    const takenAtMs = this.clock.nowMs();
    const scan = await this.scan('The scan of cgroups', () => this.scanner.scanCgroups());
    // A copy: the scanner may go on counting.
    const skipped = { ...this.scanner.skipped };
    this.visibility.note(processes, skipped);
    const perCpuFree = await this.file('zoneinfo', () => this.files.perCpuFree());
    const meminfo = await this.file('meminfo', () => this.files.meminfo());
    const otherHugetlbFree = await this.file('hugepages', () => this.files.otherHugetlbFree(meminfo));
    return {
      takenAtMs,
      bootId: this.bootId,
      cpus: this.cpuCount,
      cgroupVersion: scan.version,
      hugetlbIsCharged: scan.hugetlbIsCharged,
      memFreeBefore: before.memFree,
      perCpuFreeBefore,
      meminfo,
      perCpuFree,
      otherHugetlbFree,
      cgroups: scan.cgroups,
      processes,
      skipped,
      seesAllProcesses: this.visibility.seesAllProcesses,
      proportional: new Map(),
      oomKills,
      pressure,
    };
  }

  private scan<T>(what: string, run: () => Promise<T>): Promise<T> {
    return this.deadline.within(what, SCAN_LIMIT_MS, run);
  }

  private file<T>(name: string, run: () => Promise<T>): Promise<T> {
    return this.deadline.within(`Reading ${name}`, FILE_LIMIT_MS, run);
  }
}
