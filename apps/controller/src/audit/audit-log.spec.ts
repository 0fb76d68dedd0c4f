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
