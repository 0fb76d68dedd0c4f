import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from './backoff.js';
import { chooseProtocol } from './protocol.js';
import { clearStaleSocket, parseAddress } from './listen-address.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { AddressInUse } from './errors.js';

describe('backoffMs', () => {
  it('is anything from 0 to a bound that doubles, and never above the last', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, drawn) => {
          const ms = backoffMs({ baseMs: 500, maxMs: 30_000, chance: () => drawn }, attempt);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** Math.min(attempt, 7)));
        },
      ),
    );
    const longest = [0, 1, 5, 6, 99].map((n) =>
      backoffMs({ baseMs: 500, maxMs: 30_000, chance: () => 1 }, n),
    );
    expect(longest).toEqual([500, 1000, 16_000, 30_000, 30_000]);
  });
});

describe('chooseProtocol', () => {
  it('is the newest of both, or none', () => {
    expect(chooseProtocol({ min: 1, max: 3 }, { min: 2, max: 5 })).toBe(3);
    expect(chooseProtocol({ min: 2, max: 3 }, { min: 1, max: 2 })).toBe(2);
    expect(chooseProtocol({ min: 2, max: 3 }, { min: 4, max: 5 })).toBeNull();
    expect(chooseProtocol({ min: 2, max: 3 }, { min: 1, max: 1 })).toBeNull();
  });
});

describe('addresses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mw-addr-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are unix:/path or host:port', () => {
    expect(parseAddress('unix:/run/x.sock')).toEqual({ kind: 'unix', path: '/run/x.sock' });
    expect(parseAddress('[::1]:0')).toEqual({ kind: 'tcp', target: '[::1]:0' });
    for (const none of ['', 'unix:x', 'localhost', 'http://a:1', 'a:b'])
      expect(() => parseAddress(none)).toThrow('is not an address');
  });

  it('are left alone when something that is no left-over lies there', async () => {
    await expect(clearStaleSocket(join(folder, 'none'))).resolves.toBeUndefined();
    writeFileSync(join(folder, 'file'), 'mine');
    await expect(clearStaleSocket(join(folder, 'file'))).rejects.toThrow(AddressInUse);
    const busy = createServer().listen(join(folder, 'busy'));
    await once(busy, 'listening');
    await expect(clearStaleSocket(join(folder, 'busy'))).rejects.toThrow('Another process listens');
    busy.close();
  });
});
