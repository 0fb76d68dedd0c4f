import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyDevice, cgroupRow, deviceOf } from '../../test/devices.js';
import { deviceModel } from './screen.js';

describe('the printed sum', () => {
  it('adds up to what is used, to the byte', () => {
    fc.assert(
      fc.property(anyDevice, (device) => {
        const { terms } = deviceModel(device);
        expect(terms?.reduce((sum, term) => sum + term.bytes, 0)).toBe(device.usedBytes);
      }),
    );
  });

  it('names what is reserved and what is nobody’s, signed', () => {
    const { terms } = deviceModel(deviceOf([cgroupRow('/a', 500)], 20, -3));
    expect(terms?.slice(-2)).toEqual([
      { name: 'reserved', bytes: 20, look: 'reserved' },
      { name: 'unattributed', bytes: -3, look: 'unattributed' },
    ]);
  });

  it('claims nothing of a device whose use is unknown', () => {
    expect(deviceModel({ ...deviceOf([]), usedBytes: null }).terms).toBeNull();
  });
});
