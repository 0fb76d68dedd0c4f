/*
 * One ledger of this host at the asked moment, by the agent's own path: native scan, kernel files, the ledger.
 * Keeps what every sample must hold: that it adds up, and how large its unattributed rest was.
 */
import { systemClock } from '#contracts/clock';
import { BrokenInvariant } from '#contracts/errors';
import { assertDeviceLedger, type DeviceLedger, type Holder } from '#contracts/ledger';
import type { HostReading } from '#contracts/reading';
import { MIB } from '#contracts/units';
import { buildHostLedger } from '#ledger';
import { NativeHostScanner } from '#native';
import { HostSensor } from '../../apps/node-agent/src/sense/host-sensor.js';
import { KernelFiles } from '../../apps/node-agent/src/sense/kernel-files.js';

/** Bytes the rest may have whatever is used. */
const BOUND_FLOOR = 32 * MIB;
const BOUND_SHARE = 0.01;

export interface Sample {
  readonly reading: HostReading;
  readonly device: DeviceLedger;
  readonly atMs: number;
}

export interface Rest {
  readonly usedBytes: number;
  readonly unattributedBytes: number;
}

export class HostProbe implements AsyncDisposable {
  readonly #scanner = new NativeHostScanner();
  readonly #sensor = new HostSensor(this.#scanner, new KernelFiles('/proc'), systemClock);
  readonly samples: Rest[] = [];
  /** Samples that said of themselves that free memory moved too far while they were taken: no measurement. */
  estimated = 0;
  /** Samples that did not add up; what they missed by. */
  readonly broken: string[] = [];

  async sample(): Promise<Sample> {
    const { reading } = await this.#sensor.sense();
    const device = buildHostLedger(reading);
    this.#check(device);
    if (device.quality === 'measured')
      this.samples.push({
        usedBytes: device.usedBytes ?? Number.NaN,
        unattributedBytes: device.unattributedBytes ?? Number.NaN,
      });
    else this.estimated += 1;
    return { reading, device, atMs: systemClock.monotonicMs() };
  }

  #check(device: DeviceLedger): void {
    try {
      assertDeviceLedger(device);
    } catch (error) {
      if (!(error instanceof BrokenInvariant)) throw error;
      this.broken.push(error.message);
    }
  }

  /** |unattributed| / max(1 % of used, 32 MiB), of each sample: 1 is the bound. */
  get shareOfBound(): number[] {
    return this.samples.map(
      ({ usedBytes, unattributedBytes }) =>
        Math.abs(unattributedBytes) / Math.max(BOUND_SHARE * usedBytes, BOUND_FLOOR),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scanner.close();
  }
}

/** @throws {BrokenInvariant} when the ledger has no such row */
export function rowOf({ device }: Sample, name: string): Holder {
  const row = device.holders.find((holder) => holder.kind === 'cgroup' && holder.name === name);
  if (row === undefined) throw new BrokenInvariant(`The ledger has no row for the cgroup ${name}.`);
  return row;
}

/** @throws {BrokenInvariant} when the ledger has no such row */
export function processRowOf({ device }: Sample, pid: number): Holder {
  const row = device.holders.find((holder) => holder.pid === pid);
  if (row === undefined) throw new BrokenInvariant(`The ledger has no row for the process ${pid}.`);
  return row;
}

/** What a leak would be looked for in: without page cache and kernel memory. */
export function heldBytes({ parts }: Holder): number {
  return parts === undefined ? Number.NaN : parts.anon + parts.shmem;
}
