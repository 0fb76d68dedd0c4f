import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyReport, someReport } from '#testing';
import { redisClient } from '../redis/client.js';
import { decodeReport, encodeReport } from './report-codec.js';

const packed = (value: unknown, version = 1): Buffer =>
  Buffer.concat([Buffer.of(version), deflateRawSync(JSON.stringify(value))]);

describe('the value of a report', () => {
  it('reads back as it was', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        expect(decodeReport(encodeReport(report))).toStrictEqual(report);
      }),
    );
  });

  it('is small', () => {
    expect(encodeReport(someReport({ rows: 300 })).length).toBeLessThan(10_000);
  });

  it('is no report when it is another version, cut, of another shape or does not add up', () => {
    const report = someReport();
    const [host] = report.ledger.devices;
    const wrong = { ...report, ledger: { ...report.ledger, devices: [{ ...host, usedBytes: 1 }] } };
    expect(decodeReport(packed(report))).toEqual(report);
    for (const value of [
      packed(report, 2),
      encodeReport(report).subarray(0, 20),
      packed({}),
      packed(null),
      packed({ ...report, ledger: { ...report.ledger, takenAtMs: -9e15 } }),
      packed({ ...report, ledger: { ...report.ledger, node: 'a/b' } }),
      packed({ ...report, ledger: { ...report.ledger, pressure: 7 } }),
      packed({ ...report, agent: { version: '1' } }),
      packed({ ...report, health: [null] }),
      packed({
        ...report,
        ledger: { ...report.ledger, devices: [{ ...host, holders: [{ id: 'x', bytes: 0 }] }] },
      }),
      packed(wrong),
      Buffer.alloc(0),
    ])
      expect(decodeReport(value)).toBeNull();
  });
});

describe('redisClient', () => {
  it('never queues without bound, whatever the URL', () => {
    for (const url of ['unix:///run/r.sock', 'redis://localhost:1/2']) {
      const redis = redisClient(url, () => 0);
      expect(redis.options).toMatchObject({
        enableOfflineQueue: false,
        commandTimeout: 2000,
        maxRetriesPerRequest: 0,
      });
      const waits = [1, 2, 5, 100].map((attempt) => redis.options.retryStrategy?.(attempt));
      expect(waits.every((ms) => typeof ms === 'number' && ms >= 50 && ms <= 5050)).toBe(true);
      redis.disconnect();
    }
    expect(() => redisClient('http://x', () => 0)).toThrow('The Redis URL must be');
  });
});
