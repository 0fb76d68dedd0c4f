/*
 * How much memory a report keeps alive, by rule of thumb: good enough to bound a spool, cheap enough for every sample.
 */
import type { Holder } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';

// Objects of this many fields, their parts object and heap numbers, as heap snapshots of V8 show them.
const REPORT_OVERHEAD = 512;
const ROW_OVERHEAD = 288;

/** In bytes. Texts count one byte a character: nearly all are Latin-1, which V8 keeps so. */
export function reportWeight(report: NodeReport): number {
  let total = REPORT_OVERHEAD;
  for (const device of report.ledger.devices) {
    total += REPORT_OVERHEAD;
    for (const row of device.holders) total += rowWeight(row);
  }
  return total;
}

function rowWeight(row: Holder): number {
  return ROW_OVERHEAD + row.id.length + row.name.length + (row.within?.length ?? 0);
}
