/*
 * What one node may make the controller remember. Above it a report is refused, not shortened: a ledger with rows
 * missing would not add up.
 */
import { InvalidValue } from '#contracts/errors';
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { OPTIONAL_TEXTS } from './wire-row.js';

export const REPORT_BOUNDS = {
  devices: 256,
  /** Over all devices: more than the 32,768 processes that pid_max allows by default, with their cgroups. */
  rows: 50_000,
  /** UTF-16 units of one text; a cgroup path may be 4 KiB and stands inside a row id. */
  text: 8_192,
  /** UTF-16 units of all texts of a report together. */
  allText: 8 * 1024 * 1024,
  flags: 16,
  health: 64,
  known: 64,
} as const;

/** Numbers that every report is held to. @throws {InvalidValue} */
export function assertTotalBounds(report: NodeReport): void {
  const rows = report.ledger.devices.reduce((sum, device) => sum + device.holders.length, 0);
  atMost('rows', rows, REPORT_BOUNDS.rows);
  atMost('health entries', report.health.length, REPORT_BOUNDS.health);
  atMost('characters in a version', report.agent.version.length, REPORT_BOUNDS.text);
  for (const device of report.ledger.devices) assertDeviceTexts(device);
}

/** What a device says of itself comes anew with every report, unlike its rows. */
function assertDeviceTexts({ id, name, parent, unattributedKnown }: DeviceLedger): void {
  atMost('known places', unattributedKnown.length, REPORT_BOUNDS.known);
  for (const text of [id, name, parent ?? '', ...unattributedKnown.map(({ source }) => source)])
    atMost('characters in a name', text.length, REPORT_BOUNDS.text);
}

/** Lengths of texts: needs looking at only when a report brings new ones. @throws {InvalidValue} */
export function assertTextBounds(report: NodeReport): void {
  let total = 0;
  const count = (text: string | undefined): void => {
    const length = text?.length ?? 0;
    atMost('characters in a name', length, REPORT_BOUNDS.text);
    total += length;
  };
  for (const health of report.health) {
    count(health.component);
    count(health.reason);
  }
  count(report.agent.version);
  for (const device of report.ledger.devices) countDevice(device, count);
  atMost('characters', total, REPORT_BOUNDS.allText);
}

function countDevice(device: DeviceLedger, count: (text: string | undefined) => void): void {
  count(device.id);
  count(device.name);
  count(device.parent);
  for (const known of device.unattributedKnown) count(known.source);
  for (const row of device.holders) countRow(row, count);
}

function countRow(row: Holder, count: (text: string | undefined) => void): void {
  atMost('flags', row.flags.length, REPORT_BOUNDS.flags);
  for (const flag of row.flags) count(flag);
  count(row.id);
  count(row.name);
  for (const key of OPTIONAL_TEXTS) count(row[key]);
}

function atMost(what: string, value: number, limit: number): void {
  if (value > limit) throw new InvalidValue(`A report of ${value} ${what}; at most ${limit} are taken.`);
}
