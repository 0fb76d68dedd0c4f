/*
 * What every AuditTrail must do.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditEntry, AuditTrail } from '#contracts/audit';
import { InvalidValue } from '#contracts/errors';

export interface TrailFixture {
  readonly trail: AuditTrail;
  readonly reopen?: () => Promise<AuditTrail>;
  readonly end?: () => Promise<void>;
}

export function auditEntry(id: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    atMs: 1_790_000_000_000,
    who: 'controller',
    what: 'Decided',
    node: 'node-a',
    subject: 'pressure-1',
    target: 'python3',
    reason: 'Pressure',
    message: '',
    beforeBytes: 1,
    afterBytes: null,
    ...more,
  };
}

async function idsOf(trail: AuditTrail, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let from: string | null = null;
  do {
    const page = await trail.read({ limit, ...(from !== null && { continue: from }) });
    ids.push(...page.entries.map((each) => each.id));
    from = page.continue;
  } while (from !== null);
  return ids;
}

export function auditTrailSuite(name: string, make: () => Promise<TrailFixture>): void {
  describe(`${name}: an AuditTrail`, () => {
    let fixture: TrailFixture;
    let trail: AuditTrail;

    beforeEach(async () => {
      fixture = await make();
      trail = fixture.trail;
    });
    afterEach(async () => fixture.end?.());

    const record = async (...ids: string[]): Promise<void> => {
      for (const id of ids) await trail.record(auditEntry(id));
    };

    it('is empty at first', async () => {
      expect(await trail.read({ limit: 10 })).toEqual({ entries: [], continue: null });
    });

    it('reads newest first what was recorded', async () => {
      const entry = auditEntry('1', { what: 'OrderIssued', beforeBytes: 2 ** 52, afterBytes: 0, node: null });
      await trail.record(entry);
      await record('2');
      expect(await trail.read({ limit: 10 })).toEqual({ entries: [auditEntry('2'), entry], continue: null });
    });

    it('pages through every entry once', async () => {
      await record('1', '2', '3', '4', '5', '6', '7');
      for (const limit of [1, 2, 3, 7, 100]) {
        expect(await idsOf(trail, limit)).toEqual(['7', '6', '5', '4', '3', '2', '1']);
      }
    });

    it('goes on where it was, whatever came since', async () => {
      await record('1', '2', '3', '4');
      const first = await trail.read({ limit: 2 });
      await record('5', '6');
      const second = await trail.read({ limit: 2, continue: first.continue ?? '' });
      expect(second.entries.map((each) => each.id)).toEqual(['2', '1']);
    });

    it('writes the same entry once', async () => {
      await record('1', '2', '1');
      await Promise.all([record('3'), record('3'), record('3')]);
      expect(await idsOf(trail, 10)).toEqual(['3', '2', '1']);
    });

    it('keeps the order of what was recorded at once', async () => {
      const ids = Array.from({ length: 50 }, (_, i) => String(i));
      await Promise.all(ids.map(async (id) => trail.record(auditEntry(id))));
      expect(await idsOf(trail, 7)).toEqual(ids.toReversed());
    });

    it('keeps hostile text inside its entry', async () => {
      const hostile = '"}\n{"id":"forged"}\r\n\u0000\u001b]0;x\u0007\u2028\ud800 🦜'.repeat(20);
      await trail.record(
        auditEntry('1', { target: hostile.slice(0, 400), message: hostile.slice(0, 400), who: '\n' }),
      );
      const { entries } = await trail.read({ limit: 10 });
      expect(entries).toHaveLength(1);
      expect(entries[0]?.target).toContain('{"id":"forged"}');
      expect(entries[0]?.who).toBe('\n');
    });

    it.each(['x', '-1', '1:2:3', '99999:1', '../../etc/passwd', ''])(
      'refuses or ends at the mark %j',
      async (mark) => {
        await record('1');
        const answer = await trail.read({ limit: 5, continue: mark }).catch((error: unknown) => error);
        expect(answer instanceof InvalidValue || (answer as { entries: unknown[] }).entries.length <= 1).toBe(
          true,
        );
      },
    );

    it('is the same after a restart, and writes nothing twice', async () => {
      if (fixture.reopen === undefined) return;
      await record('1', '2', '3');
      trail = await fixture.reopen();
      await record('3', '4');
      expect(await idsOf(trail, 2)).toEqual(['4', '3', '2', '1']);
    });
  });
}
