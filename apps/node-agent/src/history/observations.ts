/*
 * What of a ledger becomes history: the device's used and unattributed bytes, growth and bytes of its largest
 * top-level rows, bytes of its largest processes. Bounded by the two limits below, whatever the node runs.
 */
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { Quantity } from '#contracts/series';
import type { Bytes } from '#contracts/units';
import { selectLargest } from './selection.js';

export const MOST_ROWS = 350;
export const MOST_PROCESSES = 200;

export interface Observation {
  readonly device: string;
  readonly holder: string | null;
  readonly quantity: Quantity;
  readonly name: string;
  readonly limitBytes: Bytes | null;
  readonly value: number;
}

export interface Chosen {
  readonly rows: ReadonlySet<string>;
  readonly processes: ReadonlySet<string>;
}

export const NOBODY: Chosen = { rows: new Set(), processes: new Set() };

export function observe(
  device: DeviceLedger,
  before: Chosen,
): { readonly chosen: Chosen; readonly observations: Observation[] } {
  const rows = device.holders.filter((row) => row.within === undefined);
  const processes = device.holders.filter((row) => row.kind === 'process' && row.bytes > 0);
  const chosen: Chosen = {
    rows: selectLargest(rows, before.rows, MOST_ROWS),
    processes: selectLargest(processes, before.processes, MOST_PROCESSES),
  };
  const observations = deviceObservations(device);
  for (const row of rows) if (chosen.rows.has(row.id)) addRow(observations, device, row);
  for (const row of processes)
    if (chosen.processes.has(row.id)) observations.push(observation(device, row, 'bytes', row.bytes));
  return { chosen, observations };
}

function deviceObservations(device: DeviceLedger): Observation[] {
  const { id, name, totalBytes, usedBytes, unattributedBytes } = device;
  const common = { device: id, holder: null, name };
  const observations: Observation[] = [];
  if (usedBytes !== null)
    observations.push({ ...common, quantity: 'used', limitBytes: totalBytes, value: usedBytes });
  if (unattributedBytes !== null)
    observations.push({ ...common, quantity: 'unattributed', limitBytes: null, value: unattributedBytes });
  return observations;
}

function addRow(observations: Observation[], device: DeviceLedger, row: Holder): void {
  observations.push(observation(device, row, 'bytes', row.bytes));
  if (row.parts === undefined) return;
  const { anon, shmem, kernel } = row.parts;
  observations.push(observation(device, row, 'growth', anon + shmem + kernel));
}

function observation(device: DeviceLedger, row: Holder, quantity: Quantity, value: number): Observation {
  const { id, name, limitBytes } = row;
  return { device: device.id, holder: id, quantity, name, limitBytes: limitBytes ?? null, value };
}
