/*
 * HostScanner over the library. The kernel works on a thread of the pool, never on the event loop; records are
 * decoded in slices. Scans run one after another: they share one buffer, which grows and never shrinks. Shares run
 * beside them.
 */
import { InvalidValue, Stalled, Unavailable } from '#contracts/errors';
import type {
  CgroupScan,
  HostScanner,
  ProcessIdentity,
  ProcessReading,
  ProportionalReading,
  Skipped,
} from '#contracts/reading';
import { STATUS, type Bindings, type ScannerHandle } from './bindings.js';
import {
  decodeCgroup,
  decodeProportional,
  decodeScanResult,
  ProcessDecoder,
  type ScanResult,
} from './decode.js';
import { Lane } from './lane.js';
import { PROPORTIONAL, SCAN_FLAGS, SCAN_RESULT } from './layout.js';
import { openLibrary } from './library.js';
import { MemoryView } from './memory-view.js';
import { nativeCall } from './native-call.js';
import { inSlices } from './slices.js';
import { check } from './status.js';

export interface NativeHostScannerOptions {
  /** Default: build/native/libmemwarden.so of a folder above. */
  readonly libraryPath?: string;
  /** Default: /proc. */
  readonly procRoot?: string;
  /** A cgroup2 mount, a v1 memory mount, or the folder of v1 mounts. Default: found in mountinfo. */
  readonly cgroupRoot?: string;
}

type Scan = keyof typeof DOING;

const DOING = { mw_scan_processes: 'Scanning processes', mw_scan_cgroups: 'Scanning cgroups' } as const;

const FIRST_BUFFER_BYTES = 128 * 1024;
// 900,000 processes: more than that is a broken /proc, not a node.
const MAX_BUFFER_BYTES = 128 * 1024 * 1024;
const MAX_ATTEMPTS = 12;

// An alarm, not a release: the library may be in the middle of a call, and at exit nothing here runs.
const leaks = new FinalizationRegistry<string>((what) => {
  process.emitWarning(
    `${what} was dropped without close(). Its descriptors stay open until the process ends.`,
  );
});

export class NativeHostScanner implements HostScanner {
  private readonly native: Bindings;
  private readonly scans: Lane;
  private readonly shares: Lane;
  private memory = new ArrayBuffer(FIRST_BUFFER_BYTES);
  private skippedEntries = { processes: 0, cgroups: 0 };

  /** @throws {Unavailable} without the library or the proc root */
  constructor(options: NativeHostScannerOptions = {}) {
    this.native = openLibrary(options.libraryPath);
    const { procRoot = '/proc', cgroupRoot = null } = options;
    this.scans = Lane.open(this.native, { procRoot, cgroupRoot });
    this.shares = Lane.open(this.native, { procRoot, cgroupRoot });
    leaks.register(this, 'A NativeHostScanner', this);
  }

  /** What the last scans left out although it was there: files that did not read as documented, or were denied. */
  get skipped(): Skipped {
    return this.skippedEntries;
  }

  scanProcesses(): Promise<readonly ProcessReading[]> {
    return this.scans.inTurn(async (handle) => {
      const result = await this.scan('mw_scan_processes', handle);
      this.skippedEntries.processes = result.skipped;
      const decoder = new ProcessDecoder(new MemoryView(this.memory));
      return inSlices(result.records, (index) => decoder.decode(index));
    });
  }

  /** @throws {Unavailable} when no mounted hierarchy holds the memory controller */
  scanCgroups(): Promise<CgroupScan> {
    return this.scans.inTurn(async (handle) => {
      const result = await this.scan('mw_scan_cgroups', handle);
      this.skippedEntries.cgroups = result.skipped;
      const view = new MemoryView(this.memory);
      const cgroups = await inSlices(result.records, (index) => decodeCgroup(view, index));
      return {
        version: result.cgroupVersion === 1 ? 1 : 2,
        hugetlbIsCharged: (result.flags & SCAN_FLAGS.MW_SCAN_HUGETLB_CHARGED) !== 0,
        cgroups,
      };
    });
  }

  readProportional(processes: readonly ProcessIdentity[]): Promise<ReadonlyMap<string, ProportionalReading>> {
    return this.shares.inTurn(async (handle) => {
      const items = new ArrayBuffer(processes.length * PROPORTIONAL.bytes);
      encodeIdentities(processes, items);
      const status = await nativeCall((done) =>
        this.native.mw_read_proportional.async(handle, new Uint8Array(items), processes.length, done),
      );
      check(this.native, status, 'Reading proportional shares');
      const view = new MemoryView(items);
      const readings = new Map<string, ProportionalReading>();
      for (const [index, { pid, startTimeTicks }] of processes.entries()) {
        const reading = decodeProportional(view, index);
        if (reading !== null) readings.set(`${pid}:${startTimeTicks}`, reading);
      }
      return readings;
    });
  }

  /** After the calls that are under way. Later calls are refused. */
  async close(): Promise<void> {
    leaks.unregister(this);
    await Promise.all([this.scans.close(), this.shares.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async scan(what: Scan, handle: ScannerHandle): Promise<ScanResult> {
    const doing = DOING[what];
    const result = new ArrayBuffer(SCAN_RESULT.bytes);
    const view = new MemoryView(result);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const memory = new Uint8Array(this.memory);
      const status = await nativeCall((done) =>
        this.native[what].async(handle, memory, memory.byteLength, new Uint8Array(result), done),
      );
      if (status !== STATUS.MW_ERR_TOO_SMALL) {
        check(this.native, status, doing);
        return decodeScanResult(view);
      }
      this.grow(decodeScanResult(view).neededBytes, doing);
    }
    throw new Stalled(`${doing}: more entries came in each of ${MAX_ATTEMPTS} attempts. Try again.`);
  }

  /** A quarter more than needed, for what is born meanwhile. */
  private grow(neededBytes: number, doing: string): void {
    if (neededBytes > MAX_BUFFER_BYTES)
      throw new Unavailable(
        `${doing}: needs ${neededBytes} bytes, more than ${MAX_BUFFER_BYTES} are not given.`,
      );
    const size = Math.min(MAX_BUFFER_BYTES, Math.ceil((neededBytes * 1.25) / 4096) * 4096);
    this.memory = new ArrayBuffer(size);
  }
}

function encodeIdentities(processes: readonly ProcessIdentity[], items: ArrayBuffer): void {
  const view = new DataView(items);
  for (const [index, { pid, startTimeTicks }] of processes.entries()) {
    const base = index * PROPORTIONAL.bytes;
    if (!Number.isSafeInteger(pid) || pid < 1 || pid >= 2 ** 31) throw new InvalidValue(`Not a pid: ${pid}.`);
    if (!Number.isSafeInteger(startTimeTicks) || startTimeTicks < 0)
      throw new InvalidValue(`Not a start time: ${startTimeTicks}.`);
    view.setUint32(base + PROPORTIONAL.offsets.pid, pid, true);
    view.setBigUint64(base + PROPORTIONAL.offsets.start_ticks, BigInt(startTimeTicks), true);
  }
}
