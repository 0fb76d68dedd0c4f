import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertDeviceLedger, type Holder } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { bytes } from '#contracts/units';
import { ANY_NODE, anyReport, anyRow, someReport } from '#testing';
import { applyDelta } from './delta-apply.js';
import { encodeDelta } from './delta-encode.js';
import { Report } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { ReportReceiver } from './report-receiver.js';

/** Over the wire and back. */
function carried(message: wire.Report): wire.Report {
  return Report.decode(Report.encode(message).finish());
}

// Not id, within, bytes and parts: they hang together with other rows and sums.
const FIELDS = [
  'kind',
  'name',
  'class',
  'flags',
  'swapBytes',
  'limitBytes',
  'quality',
  'pid',
  'startTimeTicks',
  'uid',
  'container',
  'pod',
  'namespace',
  'workload',
  'podUid',
  'containerId',
] as const;

function hostOf(row: Holder): NodeReport {
  const report = someReport({ rows: 0 });
  const [host] = report.ledger.devices;
  const device = { ...host!, usedBytes: null, holders: [row] };
  return { ...report, ledger: { ...report.ledger, ...ANY_NODE, devices: [device] } };
}

function applies(receiver: ReportReceiver, encoded: Uint8Array): boolean {
  try {
    return receiver.receive(Report.decode(encoded)).kind === 'Applied';
  } catch {
    return false;
  }
}

describe('a delta', () => {
  it('makes the next state of the one before, whatever the two are', () => {
    fc.assert(
      fc.property(fc.option(anyReport), anyReport, (base, next) => {
        const from = base === null ? null : { sequence: 1, report: base };
        const message = carried(encodeDelta(from, { sequence: 2, report: next }));
        expect(applyDelta(base, message, ANY_NODE)).toStrictEqual(next);
      }),
      { numRuns: 1000 },
    );
  });

  it('carries each single field of a row that changed, came or went', () => {
    const field = fc.constantFrom(...FIELDS);
    fc.assert(
      fc.property(anyRow, anyRow, field, (row, donor, key) => {
        const { [key]: _was, ...rest } = row;
        const next = key in donor ? { ...rest, [key]: donor[key] } : rest;
        const [before, after] = [hostOf(row), hostOf(next as Holder)];
        const message = carried(encodeDelta({ sequence: 1, report: before }, { sequence: 2, report: after }));
        expect(applyDelta(before, message, ANY_NODE)).toStrictEqual(after);
      }),
      { numRuns: 1000 },
    );
  });

  it('of nothing new carries no row', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const { devices, health } = encodeDelta(
          { sequence: 1, report },
          { sequence: 2, report: structuredClone(report) },
        );
        expect(health).toBeUndefined();
        for (const each of devices)
          expect(each).toMatchObject({ removed: [], changed: [], replaced: [], added: [], order: [] });
      }),
    );
  });

  it('repeats no name of a row whose bytes alone changed', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const [first, ...others] = report.ledger.devices;
        const grown = first!.holders.map((each) => ({
          ...each,
          swapBytes: bytes((each.swapBytes ?? 0) + 1),
        }));
        const next = {
          ...report,
          ledger: { ...report.ledger, devices: [{ ...first!, holders: grown }, ...others] },
        };
        const [delta] = encodeDelta({ sequence: 1, report }, { sequence: 2, report: next }).devices;
        expect(delta).toMatchObject({ removed: [], replaced: [], added: [], order: [] });
        expect(delta?.changed).toHaveLength(grown.length);
      }),
    );
  });

  it('that was tampered with is refused or makes a ledger that adds up: never anything else', () => {
    fc.assert(
      fc.property(anyReport, anyReport, fc.nat(), fc.nat(255), (base, next, at, value) => {
        const encoded = Report.encode(
          encodeDelta({ sequence: 1, report: base }, { sequence: 2, report: next }),
        ).finish();
        encoded[at % encoded.length] = value;
        const receiver = new ReportReceiver(ANY_NODE);
        receiver.receive(carried(encodeDelta(null, { sequence: 1, report: base })));
        receiver.acknowledge();
        const before = receiver.last;
        const isApplied = applies(receiver, encoded);
        expect(receiver.last === before).toBe(!isApplied);
        receiver.last!.ledger.devices.forEach(assertDeviceLedger);
      }),
      { numRuns: 1000 },
    );
  });
});
