import { describe, expect, it } from '@jest/globals';
import { listenersOn } from './listeners.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 100 0 0 10 0\n`;

describe('who listens on a port of 127.0.0.1', () => {
  it('is who listens on it or on every address, of IPv6 too', () => {
    const text =
      HEAD +
      line('0100007F:1F90', '0A', 1) +
      line('00000000:1F90', '0A', 2) +
      line(`${'0'.repeat(32)}:1F90`, '0A', 3) +
      line('0000000000000000FFFF00000100007F:1F90', '0A', 4) +
      line('0200007F:1F90', '0A', 5) +
      line('0100007F:1F91', '0A', 6) +
      line('00000000000000000000000001000000:1F90', '0A', 7);
    expect(listenersOn(8080, text)).toEqual({ inodes: ['1', '2', '3', '4'], isWhole: false });
  });

  it('is whole once connections follow, and nobody in what is no such file', () => {
    const text = HEAD + line('0100007F:1F90', '0A', 1) + line('0100007F:1F90', '01', 2);
    expect(listenersOn(8080, text)).toEqual({ inodes: ['1'], isWhole: true });
    for (const other of ['', HEAD, 'x\n\0', '   0: 0100007F:1F90 00'])
      expect(listenersOn(8080, other).inodes).toEqual([]);
  });
});
