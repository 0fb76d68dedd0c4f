import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deviceModel } from '../model/screen.js';
import { blocksFrom, ledgerFrom, nodesFrom, seriesFrom } from './wire.js';

describe('answers of the controller', () => {
  it('never throw, whatever they are, and what comes out can be drawn', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (value, list) => {
        nodesFrom(value);
        seriesFrom(value);
        blocksFrom(value);
        const ledger = ledgerFrom({ devices: [{ holders: list }, value] });
        expect(ledger?.devices.map(deviceModel)).toBeDefined();
      }),
    );
  });

  it('keep what is missing missing: null, not zero', () => {
    const ledger = ledgerFrom({ node: 'a', takenAt: '2026-11-21T11:00:00.000Z', devices: [{ id: 'host' }] });
    expect(ledger?.devices[0]).toMatchObject({
      usedBytes: null,
      unattributedBytes: null,
      quality: 'unknown',
    });
    expect(nodesFrom([{ node: 'a' }])[0]?.agent).toBeNull();
  });

  it('keep two rows of one id apart', () => {
    const holders = [{ id: 'x', bytes: 1 }, { id: 'x', bytes: 2 }, { bytes: 3 }];
    const ids = ledgerFrom({ devices: [{ holders }] })?.devices[0]?.holders.map((row) => row.id);
    expect(ids).toEqual(['x', 'x#1', 'row:2']);
  });

  it('carry where numbers are from', () => {
    const told = ledgerFrom({
      devices: [
        {
          id: 'host',
          explain: { usedBytes: { source: '/proc/meminfo', errorBoundBytes: 0, ageSeconds: 2 } },
          holders: [
            { id: 'r', explain: { source: 'memory.current', errorBoundBytes: null, ageSeconds: 1.5 } },
          ],
        },
      ],
    });
    expect(told?.explained.get('host/usedBytes')).toEqual({
      source: '/proc/meminfo',
      errorBoundBytes: 0,
      ageMs: 2000,
    });
    expect(told?.explained.get('host/r')).toEqual({ source: 'memory.current', ageMs: 1500 });
  });

  it('leave out blocks that are none: a gap, not a zero', () => {
    const good = { start: '2026-11-21T11:00:00Z', end: '2026-11-21T11:00:05Z', min: 1, mean: 2, max: 3 };
    expect(blocksFrom({ blocks: [good, { ...good, mean: null }, 7] })).toHaveLength(1);
  });
});
