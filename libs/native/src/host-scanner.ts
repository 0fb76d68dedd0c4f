/*
 * HostScanner over the library. The kernel works on a thread of the pool, never on the event loop; records are
 * decoded in slices. Calls run one after another: they share one buffer, which grows and never shrinks.
 */
import { BrokenInvariant, InvalidValue, Stalled, Unavailable } from '#contracts/errors';
import type {
  CgroupScan,
  HostScanner,
  ProcessIdentity,
  ProcessReading,
  ProportionalReading,
} from '#contracts/reading';
import { STATUS, type Bindings, type ScannerHandle } from './bindings.js';
import {
  decodeCgroup,
  decodeProportional,
  decodeScanResult,
  ProcessDecoder,
  type ScanResult,
} from './decode.js';
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

type Scan = 'mw_scan_processes' | 'mw_scan_cgroups';

const FIRST_BUFFER_BYTES = 128 * 1024;
// 900,000 processes: more than that is a broken /proc, not a node.
const MAX_BUFFER_BYTES = 128 * 1024 * 1024;
const MAX_ATTEMPTS = 12;
const MAX_WAITING = 16;

// An alarm, not a release: the library may be in the middle of a call, and at exit nothing here runs.
const leaks = new FinalizationRegistry<string>((what) => {
  process.emitWarning(
    `${what} was dropped without close(). Its descriptors stay open until the process ends.`,
  );
});

export class NativeHostScanner implements HostScanner {
  private readonly native: Bindings;
  private readonly handle: ScannerHandle;
  private memory = new ArrayBuffer(FIRST_BUFFER_BYTES);
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private skippedEntries = { processes: 0, cgroups: 0 };
  private closed = false;

  /** @throws {Unavailable} without the library or the proc root */
  constructor(options: NativeHostScannerOptions = {}) {
    this.native = openLibrary(options.libraryPath);
    const { procRoot = '/proc', cgroupRoot = null } = options;
    const out: [ScannerHandle | null] = [null];
    check(this.native, this.native.mw_scanner_open(procRoot, cgroupRoot, out), `Opening ${procRoot}`);
    if (out[0] === null) throw new BrokenInvariant('mw_scanner_open gave no scanner.');
    this.handle = out[0];
    leaks.register(this, 'A NativeHostScanner', this);
  }

  /** What the last scans left out although it was there: files that did not read as documented, or were denied. */
  get skipped(): Readonly<{ processes: number; cgroups: number }> {
    return this.skippedEntries;
  }

  scanProcesses(): Promise<readonly ProcessReading[]> {
    return this.inTurn(async () => {
      const result = await this.scan('mw_scan_processes', 'Scanning processes');
      this.skippedEntries.processes = result.skipped;
      const decoder = new ProcessDecoder(new MemoryView(this.memory));
      return inSlices(result.records, (index) => decoder.decode(index));
    });
  }

  /** @throws {Unavailable} when no mounted hierarchy holds the memory controller */
  scanCgroups(): Promise<CgroupScan> {
    return this.inTurn(async () => {
      const result = await this.scan('mw_scan_cgroups', 'Scanning cgroups');
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
    return this.inTurn(async () => {
      const items = new ArrayBuffer(processes.length * PROPORTIONAL.bytes);
      encodeIdentities(processes, items);
      const status = await nativeCall((done) =>
        this.native.mw_read_proportional.async(this.handle, new Uint8Array(items), processes.length, done),
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
    if (this.closed) return;
    this.closed = true;
    leaks.unregister(this);
    await this.tail;
    this.native.mw_scanner_close(this.handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One at a time; a failure is the caller's alone. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new Unavailable('This scanner is closed.'));
    if (this.waiting >= MAX_WAITING)
      return Promise.reject(new Stalled(`${MAX_WAITING} scans wait already. Scan less often.`));
    this.waiting++;
    const turn = this.tail.then(work).finally(() => this.waiting--);
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private async scan(what: Scan, doing: string): Promise<ScanResult> {
    const result = new ArrayBuffer(SCAN_RESULT.bytes);
    const view = new MemoryView(result);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const memory = new Uint8Array(this.memory);
      const status = await nativeCall((done) =>
        this.native[what].async(this.handle, memory, memory.byteLength, new Uint8Array(result), done),
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
