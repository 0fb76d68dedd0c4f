import { auditTrailSuite } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileAuditTrail } from './file-audit-trail.js';

for (const segmentBytes of [1024 * 1024, 400]) {
  auditTrailSuite(`FileAuditTrail with segments of ${segmentBytes} bytes`, async () => {
    const path = await mkdtemp(join(tmpdir(), 'memwarden-files-'));
    const open = async () =>
      FileAuditTrail.open({ folder: join(path, 'audit'), segmentBytes, segments: 100 });
    let trail = await open();
    return {
      trail,
      reopen: async () => {
        await trail[Symbol.asyncDispose]();
        trail = await open();
        return trail;
      },
      end: async () => {
        await trail[Symbol.asyncDispose]();
        await rm(path, { recursive: true });
      },
    };
  });
}
