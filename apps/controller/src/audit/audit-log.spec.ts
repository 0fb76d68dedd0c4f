import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '#contracts/audit';
import { auditEntry, MemoryAuditTrail } from '#testing';
import { AuditLog } from './audit-log.js';

const entries = (count: number): AuditEntry[] =>
  Array.from({ length: count }, (_, i) => auditEntry(`e${i}`, { atMs: i }));
const ids = (trail: MemoryAuditTrail): string[] => trail.entries.map(({ id }) => id);

describe('the audit log', () => {
  it('writes in order and once', async () => {
    const trail = new MemoryAuditTrail();
    await using log = new AuditLog({ trail, history: () => [] });
    log.note(entries(100));
    log.note(entries(3));
    await log.settled();
    expect(ids(trail)).toEqual(entries(100).map(({ id }) => id));
    expect(log.health()).toEqual({ component: 'audit-log', state: 'ok' });
  });

  it('lets what objects say linger, writes it in order with what comes next, and before anybody reads', async () => {
    const trail = new MemoryAuditTrail();
    await using log = new AuditLog({ trail, history: () => [], lingerMs: 3_600_000 });
    log.noteSoon(entries(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ids(trail)).toEqual([]);
    const page = await log.read({ limit: 10 });
    expect(page.entries.map(({ id }) => id)).toEqual(['e1', 'e0']);
    const [, , third, fourth] = entries(4);
    log.noteSoon([third!]);
    log.note([fourth!]);
    while (trail.entries.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(ids(trail)).toEqual(['e0', 'e1', 'e2', 'e3']);
  });

  it('lingers no longer than it said, not when much waits, and not when it ends', async () => {
    const soon = new MemoryAuditTrail();
    await using log = new AuditLog({ trail: soon, history: () => [], lingerMs: 1 });
    log.noteSoon(entries(1));
    while (soon.entries.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const late = new MemoryAuditTrail();
    const other = new AuditLog({ trail: late, history: () => [], lingerMs: 3_600_000 });
    other.noteSoon(entries(32));
    while (late.entries.length < 32) await new Promise((resolve) => setImmediate(resolve));
    other.noteSoon([auditEntry('last')]);
    await other[Symbol.asyncDispose]();
    expect(ids(late).at(-1)).toBe('last');
  });

  it('makes again what is missing, and nothing that is there', async () => {
    const trail = new MemoryAuditTrail();
    trail.entries.push(...entries(5).filter((_, i) => i !== 2));
    await using log = new AuditLog({ trail, history: () => entries(7) });
    expect(await log.recover()).toBe(3);
    await log.settled();
    expect(ids(trail).sort()).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
  });

  it('keeps a bounded number while the trail is away, says so, and makes good what it let go', async () => {
    const trail = new MemoryAuditTrail();
    trail.outage = 'The disk is full.';
    await using log = new AuditLog({ trail, history: () => entries(50), pending: 10, retryMs: 1 });
    log.note(entries(50));
    await log.settled();
    expect(log.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('50 audit entries'),
    });
    trail.outage = null;
    while (trail.entries.length < 50) await new Promise((resolve) => setImmediate(resolve));
    expect(new Set(ids(trail)).size).toBe(50);
  });
});
