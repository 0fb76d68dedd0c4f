import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { someReport } from '#testing';
import { assertDecodable, assertDecodableByAgent } from './message-guard.js';
import { applyDelta } from './delta-apply.js';
import { encodeDelta } from './delta-encode.js';
import { AgentMessage, ControllerMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';

const IDENTITY = { node: 'node-a', bootId: 'boot-1' };

function encoded(report: wire.Report): Uint8Array {
  return AgentMessage.encode({ body: { $case: 'report', value: report } }).finish();
}

describe('a message that has not been decoded yet', () => {
  it('passes when it is the largest report that is allowed', () => {
    const full = encodeDelta(null, { sequence: 1, report: someReport({ rows: 50_000 }) });
    expect(() => assertDecodable(encoded(full))).not.toThrow();
  });

  it('is refused when it is small on the wire and huge in memory', () => {
    const rowOfNothing = Buffer.from([0x8a, 0x01, 0x00]);
    const device = Buffer.concat(Array.from({ length: 200_000 }, () => rowOfNothing));
    const length = (n: number) =>
      Buffer.from([(n & 0x7f) | 0x80, ((n >> 7) & 0x7f) | 0x80, (n >> 14) & 0x7f]);
    const report = Buffer.concat([Buffer.from([0x3a]), length(device.length), device]);
    const message = Buffer.concat([Buffer.from([0x12]), length(report.length), report]);
    expect(() => assertDecodable(message)).toThrow(InvalidValue);
  });

  it('is refused by an agent, too, for it has not to believe its controller', () => {
    const items = Array.from({ length: 150_000 }, () => Buffer.from([0x0a, 0x00]));
    const pods = Buffer.concat(items);
    const size = (n: number) => Buffer.from([(n & 0x7f) | 0x80, ((n >> 7) & 0x7f) | 0x80, (n >> 14) & 0x7f]);
    const message = Buffer.concat([Buffer.from([0x4a]), size(pods.length), pods]);
    expect(() => assertDecodableByAgent(message)).toThrow(InvalidValue);
    expect(ControllerMessage.decode(message).body?.$case).toBe('pods');
  });

  it('is refused when it is cut off or no protobuf', () => {
    const whole = encoded(encodeDelta(null, { sequence: 1, report: someReport({ rows: 5000 }) }));
    expect(() => assertDecodable(whole.subarray(0, whole.length - 5))).toThrow(InvalidValue);
    expect(() => assertDecodable(new Uint8Array(300_000).fill(0xff))).toThrow('without an end');
    expect(() => assertDecodable(new Uint8Array(300_000).fill(0x0b))).toThrow('wire type 3');
  });
});

describe('a state above the bounds', () => {
  const refused = (report: Parameters<typeof encodeDelta>[1]['report']) => () =>
    applyDelta(null, encodeDelta(null, { sequence: 1, report }), IDENTITY);

  it('is refused, whatever of it is too much', () => {
    expect(refused(someReport({ rows: 50_001 }))).toThrow('50001 rows');
    expect(refused(someReport({ name: () => 'x'.repeat(9000) }))).toThrow('characters in a name');
    expect(refused(someReport({ rows: 3000, name: (i) => `${i}${'x'.repeat(2000)}` }))).toThrow(
      'characters; at most',
    );
    const [host] = someReport().ledger.devices;
    const many = Array.from({ length: 257 }, (_, i) => ({ ...host!, id: `gpu-${i}` }));
    const report = someReport();
    expect(refused({ ...report, ledger: { ...report.ledger, devices: many } })).toThrow('257 devices');
    expect(refused({ ...report, health: Array.from({ length: 65 }, () => report.health[0]!) })).toThrow(
      '65 health',
    );
  });

  it('is refused when it came bit by bit', () => {
    const [half, all] = [someReport({ rows: 45_000 }), someReport({ rows: 50_001 })];
    const delta = encodeDelta({ sequence: 1, report: half }, { sequence: 2, report: all });
    expect(() => applyDelta(half, delta, IDENTITY)).toThrow('50001 rows');
  });
});
