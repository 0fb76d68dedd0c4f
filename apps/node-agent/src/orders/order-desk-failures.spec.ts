import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../../test/fakes.js';
import { ALLOW_ALL, orderOf, scratchFolder, TERMS } from '../../test/orders.js';
import { deskWith, EXECUTED, Yes } from '../../test/yes.js';
import { encodeRecord, type JournalRecord } from './journal-format.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

describe('a killed agent', () => {
  const records = (journal: string): JournalRecord[] => [
    { t: 'head', v: 1, journal, epoch: 5 },
    { t: 'order', id: 'o1', at: Date.now() },
    { t: 'started', id: 'o1', at: Date.now() },
    { t: 'outcome', id: 'o1', at: Date.now(), outcome: EXECUTED },
    { t: 'acked', id: 'o1' },
  ];
  const expected: [number, string, number][] = [
    [1, 'Executed', 1],
    [2, 'Executed', 1],
    [3, 'AgentRestarted', 0],
    [4, 'Executed', 0],
    [5, 'Executed', 0],
  ];

  it.each(expected)(
    'with %i lines in its journal says %s and does it %i times',
    async (lines, says, times) => {
      const whole = records('j1').slice(0, lines).map(encodeRecord).join('');
      const before = records('j1')
        .slice(0, lines - 1)
        .map(encodeRecord)
        .join('').length;
      // As it was when the process ended: whole, and torn at each third byte of the next line.
      const next = records('j1')
        .slice(lines, lines + 1)
        .map(encodeRecord)
        .join('');
      const ends = Array.from({ length: Math.ceil(Math.max(1, next.length - 1) / 9) }, (_, i) => i * 9);
      expect(before).toBeLessThan(whole.length);
      for (const end of ends) {
        using folder = scratchFolder();
        writeFileSync(join(folder.path, 'orders.journal'), whole + next.slice(0, end));
        const yes = new Yes();
        await using desk = await deskWith(folder.path, yes);
        desk.desk.receive(orderOf('o1', { isFirstDelivery: false, journalId: 'j1' }));
        const outcome = await desk.answers.of('o1');
        expect(outcome.kind === 'Executed' ? outcome.kind : outcome.reason).toBe(says);
        expect(yes.performed).toHaveLength(times);
        // And whoever comes next says the same.
        desk.desk.receive(orderOf('o1', { isFirstDelivery: false, journalId: 'j1' }));
        expect(await desk.answers.of('o1', 2)).toEqual(outcome);
        expect(yes.performed).toHaveLength(times);
      }
    },
  );

  it('without its journal says that it cannot know, and does nothing', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes);
    desk.desk.receive(orderOf('o1', { isFirstDelivery: false, journalId: 'lost' }));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Unknown', reason: 'JournalLost' });
    desk.desk.receive(orderOf('o2', { isFirstDelivery: true, journalId: 'lost' }));
    expect(await desk.answers.of('o2')).toEqual(EXECUTED);
    expect(yes.performed).toEqual(['o2']);
  });

  it('does not begin its minute anew', async () => {
    using folder = scratchFolder();
    const allow = { ...ALLOW_ALL, ratePerMinute: 2 };
    const clock = new FakeClock();
    {
      await using desk = await deskWith(folder.path, new Yes(), { allow, clock });
      desk.desk.receive(orderOf('a'));
      desk.desk.receive(orderOf('b'));
      await desk.answers.of('b');
    }
    clock.passedMs = 0;
    clock.wallMs += 30_000;
    await using desk = await deskWith(folder.path, new Yes(), { allow, clock });
    desk.desk.receive(orderOf('c'));
    expect(await desk.answers.of('c')).toMatchObject({ kind: 'Refused', reason: 'RateLimited' });
    clock.advance(31_000);
    desk.desk.receive(orderOf('d'));
    expect(await desk.answers.of('d')).toEqual(EXECUTED);
  });
});

describe('an agent that ends', () => {
  it('begins nothing more: what waits is done by the next one, once', async () => {
    using folder = scratchFolder();
    const [gate, isLooking] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const yes = new Yes();
    yes.beforePrepared = async () => {
      isLooking.resolve(undefined);
      await gate.promise;
    };
    const first = await deskWith(folder.path, yes);
    first.desk.receive(orderOf('o1'));
    first.desk.receive(orderOf('o2'));
    await isLooking.promise;
    const ended = first[Symbol.asyncDispose]();
    gate.resolve(undefined);
    await ended;
    expect([yes.performed, first.answers.all]).toEqual([[], []]);
    const next = new Yes();
    await using second = await deskWith(folder.path, next);
    // What was not begun is in no journal.
    expect([...second.journal.entries]).toEqual([]);
    const journalId = second.journal.id ?? '';
    for (const id of ['o1', 'o2']) second.desk.receive(orderOf(id, { isFirstDelivery: false, journalId }));
    await second.answers.of('o2');
    expect(next.performed).toEqual(['o1', 'o2']);
  });

  it('and one whose journal is somebody else’s tells all it knows once it has it', async () => {
    using folder = scratchFolder();
    const first = await deskWith(folder.path, new Yes());
    first.desk.receive(orderOf('o1'));
    await first.answers.of('o1');
    await using second = await deskWith(folder.path, new Yes());
    expect(second.desk.veto()).toMatchObject({ journalId: null, mode: 'Observe' });
    second.desk.receive(orderOf('o1', { isFirstDelivery: false }));
    expect(second.answers.all).toEqual([]);
    await first[Symbol.asyncDispose]();
    await second.desk.look();
    expect(await second.answers.of('o1')).toEqual(EXECUTED);
    expect(second.desk.veto().mode).toBe('Enforce');
  });
});

describe('a disk that fails', () => {
  it('before the act: refused, and nothing is done', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes);
    yes.beforePrepared = () => rmSync(join(folder.path, 'orders.journal'));
    desk.desk.receive(orderOf('o1'));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Refused', reason: 'JournalUnavailable' });
    expect(yes.performed).toEqual([]);
    desk.desk.receive(orderOf('o2'));
    expect(await desk.answers.of('o2')).toMatchObject({ kind: 'Refused', reason: 'JournalUnavailable' });
    yes.beforePrepared = () => undefined;
    // It was said, and its start may be on the disk: it stays refused when the disk is well.
    await desk.desk.look();
    desk.desk.receive(orderOf('o1'));
    expect(await desk.answers.of('o1', 2)).toMatchObject({ reason: 'JournalUnavailable' });
    expect(yes.performed).toEqual([]);
  });

  it('after the act: unknown, also for whoever asks later, and written down when it can be', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'orders.journal');
    {
      const yes = new Yes();
      await using desk = await deskWith(folder.path, yes);
      yes.beforePerformed = () => rmSync(path);
      desk.desk.receive(orderOf('o1'));
      expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Unknown', reason: 'NotJournaled' });
      expect(desk.desk.veto().journalId).not.toBeNull();
      desk.desk.receive(orderOf('o1', { isFirstDelivery: false }));
      expect(await desk.answers.of('o1', 2)).toMatchObject({ reason: 'NotJournaled' });
      await desk.desk.look();
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain('NotJournaled');
    }
    await using desk = await deskWith(folder.path, new Yes());
    expect(desk.desk.unacknowledged()).toMatchObject([{ outcome: { reason: 'NotJournaled' } }]);
  });

  it('says so in the veto, and takes orders again when it is well', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'orders.journal');
    await using desk = await deskWith(folder.path, new Yes());
    const { journalId } = desk.desk.veto();
    rmSync(path);
    desk.desk.termsChanged({ ...TERMS, epoch: 7 });
    desk.desk.receive(orderOf('o1', { epoch: 7 }));
    expect(await desk.answers.of('o1')).toMatchObject({ reason: 'JournalUnavailable' });
    await desk.desk.look();
    expect(desk.desk.veto()).toMatchObject({ journalId, mode: 'Enforce' });
    desk.desk.receive(orderOf('o2', { epoch: 7 }));
    expect(await desk.answers.of('o2')).toEqual(EXECUTED);
    expect(desk.journal.epoch).toBe(7);
  });
});
