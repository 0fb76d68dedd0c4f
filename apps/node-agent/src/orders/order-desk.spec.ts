import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { OrderOutcome } from '#contracts/order';
import {
  ALLOW_ALL,
  CATCHES_USR2,
  deskIn,
  orderOf,
  POLICY,
  Program,
  scratchFolder,
  targetOf,
  TERMS,
  type DeskOptions,
} from '../../test/orders.js';
import { FakeClock } from '../../test/fakes.js';
import { encodeRecord, type JournalRecord } from './journal-format.js';
import type { Performer } from './performer.js';

const EXECUTED: OrderOutcome = { kind: 'Executed', detail: 'done' };

/** Says yes to everything, and counts. */
class Yes implements Pick<Performer, 'prepare'> {
  prepared = 0;
  performed: string[] = [];
  underWay = 0;
  mostUnderWay = 0;
  beforePrepared: () => Promise<void> | void = () => undefined;
  beforePerformed: () => Promise<void> | void = () => undefined;
  outcome: OrderOutcome = EXECUTED;

  async prepare(...[order]: Parameters<Performer['prepare']>): ReturnType<Performer['prepare']> {
    this.prepared += 1;
    await this.beforePrepared();
    return {
      refusal: null,
      perform: async () => {
        this.performed.push(order.id);
        this.underWay += 1;
        this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
        await this.beforePerformed();
        this.underWay -= 1;
        return this.outcome;
      },
      [Symbol.dispose]: () => undefined,
    };
  }
}

function deskWith(folder: string, performer: Yes, more: DeskOptions = {}) {
  return deskIn(folder, { ...more, parts: { performer, ...more.parts } });
}

describe('an order', () => {
  it('is taken from its coming to its answer', async () => {
    using folder = scratchFolder();
    await using desk = await deskIn(folder.path);
    await using program = new Program(CATCHES_USR2, { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' });
    await program.says('READY');
    desk.desk.receive(orderOf('o1', { target: targetOf(program.pid) }));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
    expect(desk.journal.entries.get('o1')).toMatchObject({ state: 'done', outcome: { kind: 'Executed' } });
    expect(desk.desk.counts).toEqual({ executed: 1, refused: 0, unknown: 0 });
  });

  it('is executed once however often it comes', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes);
    for (let i = 0; i < 5; i += 1) desk.desk.receive(orderOf('o1'));
    expect(await desk.answers.of('o1')).toEqual(EXECUTED);
    desk.desk.receive(orderOf('o1', { isFirstDelivery: false, journalId: 'any' }));
    expect(await desk.answers.of('o1', 2)).toEqual(EXECUTED);
    expect(yes.performed).toEqual(['o1']);
  });

  it('is answered until the answer was acknowledged, in every later life too', async () => {
    using folder = scratchFolder();
    {
      await using first = await deskWith(folder.path, new Yes());
      first.desk.receive(orderOf('o1'));
      await first.answers.of('o1');
    }
    {
      await using second = await deskWith(folder.path, new Yes());
      expect(second.desk.unacknowledged()).toMatchObject([{ orderId: 'o1', outcome: EXECUTED }]);
      second.desk.acknowledged('o1');
    }
    await using third = await deskWith(folder.path, new Yes());
    expect(third.desk.unacknowledged()).toEqual([]);
    expect(third.journal.entries.has('o1')).toBe(true);
  });

  it('waits for the one before it with the same target, and for no other', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    const gate = Promise.withResolvers<undefined>();
    yes.beforePerformed = async () => {
      if (yes.performed.length === 1) await gate.promise;
    };
    await using desk = await deskWith(folder.path, yes);
    const other = { ...orderOf('c').target, process: { pid: 2, startTimeTicks: 2 } };
    desk.desk.receive(orderOf('a'));
    desk.desk.receive(orderOf('b'));
    desk.desk.receive(orderOf('c', { target: other }));
    await desk.answers.of('c');
    expect(yes.performed).toEqual(['a', 'c']);
    gate.resolve(undefined);
    await desk.answers.of('b');
    expect(yes.performed).toEqual(['a', 'c', 'b']);
  });

  it('beyond 64 that wait is refused without a trace', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    const gate = Promise.withResolvers<undefined>();
    yes.beforePerformed = () => gate.promise;
    await using desk = await deskWith(folder.path, yes);
    for (let i = 0; i < 70; i += 1) desk.desk.receive(orderOf(`o${i}`));
    expect(await desk.answers.of('o69')).toMatchObject({ kind: 'Refused', reason: 'RateLimited' });
    gate.resolve(undefined);
    await desk.answers.of('o63');
    expect(desk.journal.entries.has('o69')).toBe(false);
  });
});

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

describe('nothing is done', () => {
  const refusals: [string, DeskOptions, Parameters<typeof orderOf>[1], string][] = [
    ['without terms', { terms: null }, {}, 'StaleEpoch'],
    ['while paused', { terms: { ...TERMS, paused: true } }, {}, 'Paused'],
    ['in an older epoch', {}, { epoch: 4 }, 'StaleEpoch'],
    ['in an epoch that was not announced', {}, { epoch: 6 }, 'StaleEpoch'],
    ['for a policy that is not known', {}, { policy: { ...POLICY, uid: 'other' } }, 'UnknownPolicy'],
    ['for another generation', {}, { policy: { ...POLICY, generation: 3 } }, 'UnknownPolicy'],
    [
      'for a policy that only watches',
      { terms: { ...TERMS, policies: [{ ...POLICY, mode: 'DryRun' }] } },
      {},
      'NotEnforced',
    ],
    ['on another boot', {}, { target: { bootId: 'x', process: { pid: 1, startTimeTicks: 1 } } }, 'WrongBoot'],
    ['without an allow list', { allow: null }, {}, 'NotAllowedHere'],
    ['with an allow list that is none', { allow: { version: 2 } }, {}, 'NotAllowedHere'],
    [
      'with a signal that ends processes',
      {},
      { act: { type: 'Notify', transport: 'Signal', signal: 'SIGKILL', processNames: ['x'] } },
      'Unsupported',
    ],
    ['from another pid namespace', { parts: { placeTrouble: 'elsewhere' } }, {}, 'Unsupported'],
  ];

  it.each(refusals)('%s', async (_, options, more, reason) => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes, options);
    desk.desk.receive(orderOf('o1', more));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Refused', reason });
    expect(yes.prepared).toBe(0);
    expect(desk.desk.unacknowledged()).toHaveLength(1);
  });

  it('after its time, also when it waited here', async () => {
    using folder = scratchFolder();
    const [yes, clock] = [new Yes(), new FakeClock()];
    yes.beforePrepared = () => clock.advance(2_000);
    await using desk = await deskWith(folder.path, yes, { clock });
    desk.desk.receive(orderOf('o1', { validForMs: 1_000 }));
    expect(await desk.answers.of('o1')).toMatchObject({ reason: 'Expired' });
    expect(yes.performed).toEqual([]);
  });

  const edits: [string, string, (files: { allowFile: string; stopFile: string }) => void][] = [
    ['once the stop file is there', 'StopFile', ({ stopFile }) => writeFileSync(stopFile, '')],
    ['once the allow list is gone', 'NotAllowedHere', ({ allowFile }) => rmSync(allowFile)],
    ['once the allow list is broken', 'NotAllowedHere', ({ allowFile }) => writeFileSync(allowFile, '{')],
    [
      'once the allow list is another one',
      'NotAllowedHere',
      ({ allowFile }) => writeFileSync(allowFile, JSON.stringify({ version: 1, acts: {} })),
    ],
  ];

  it.each(edits)('%s, in the middle of looking', async (_, reason, edit) => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes);
    yes.beforePrepared = () => edit(desk);
    desk.desk.receive(orderOf('o1'));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Refused', reason });
    expect(yes.performed).toEqual([]);
    await desk.desk.look();
    expect(desk.desk.veto().mode).toBe('Observe');
    expect(desk.answers.vetoes.at(-1)?.mode).toBe('Observe');
  });

  it('once it was paused or a newer controller is there, in the middle of looking', async () => {
    for (const [terms, reason] of [
      [{ ...TERMS, paused: true }, 'Paused'],
      [{ ...TERMS, epoch: 6 }, 'StaleEpoch'],
    ] as const) {
      using folder = scratchFolder();
      const yes = new Yes();
      await using desk = await deskWith(folder.path, yes);
      yes.beforePrepared = () => desk.desk.termsChanged(terms);
      desk.desk.receive(orderOf('o1'));
      expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Refused', reason });
      expect(yes.performed).toEqual([]);
    }
  });

  it('by a controller of an epoch below the highest that was ever obeyed', async () => {
    using folder = scratchFolder();
    {
      await using desk = await deskWith(folder.path, new Yes(), { terms: { ...TERMS, epoch: 9 } });
      desk.desk.receive(orderOf('o1', { epoch: 9 }));
      expect(await desk.answers.of('o1')).toEqual(EXECUTED);
    }
    await using desk = await deskWith(folder.path, new Yes());
    expect(desk.desk.veto().epoch).toBe(9);
    desk.desk.receive(orderOf('o2'));
    expect(await desk.answers.of('o2')).toMatchObject({ reason: 'StaleEpoch' });
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

describe('the veto', () => {
  it('follows the stop file and the allow list, and says why', async () => {
    using folder = scratchFolder();
    await using desk = await deskWith(folder.path, new Yes());
    expect(desk.desk.veto()).toMatchObject({ mode: 'Enforce', journalId: desk.journal.id });
    writeFileSync(desk.stopFile, '');
    await desk.desk.look();
    expect(desk.desk.veto()).toMatchObject({
      mode: 'Observe',
      reason: expect.stringContaining(desk.stopFile),
    });
    rmSync(desk.stopFile);
    writeFileSync(desk.allowFile, 'acts: [', { mode: 0o600 });
    await desk.desk.look();
    expect(desk.desk.veto().reason).toContain('not valid');
    rmSync(desk.allowFile);
    await desk.desk.look();
    expect(desk.desk.veto().reason).toContain('There is no allow list');
    writeFileSync(desk.allowFile, 'version: 1\nacts: {Notify: []}\n', { mode: 0o600 });
    await desk.desk.look();
    expect(desk.desk.veto()).toMatchObject({
      mode: 'Observe',
      reason: expect.stringContaining('allows nothing'),
    });
    writeFileSync(desk.allowFile, JSON.stringify(ALLOW_ALL));
    chmodSync(desk.allowFile, 0o646);
    await desk.desk.look();
    expect(desk.desk.veto().reason).toContain('everybody may write');
    expect(desk.answers.vetoes).toHaveLength(6);
  });
});
