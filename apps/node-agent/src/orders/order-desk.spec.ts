import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '../../test/fakes.js';
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
import { deskWith, EXECUTED, Yes } from '../../test/yes.js';
import { AllowFile } from './allow-file.js';
import { parseYaml } from './yaml.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

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

  it('keeps its id: another one with it is not done, not while it waits, not later, not in a later life', async () => {
    using folder = scratchFolder();
    const other = { target: { ...orderOf('x').target, process: { pid: 2, startTimeTicks: 2 } } };
    {
      const yes = new Yes();
      const gate = Promise.withResolvers<undefined>();
      yes.beforePrepared = () => gate.promise;
      await using desk = await deskWith(folder.path, yes);
      desk.desk.receive(orderOf('o1'));
      desk.desk.receive(orderOf('o1', { ...other, validForMs: -1 }));
      gate.resolve(undefined);
      expect(await desk.answers.of('o1')).toEqual(EXECUTED);
      desk.desk.receive(orderOf('o1', other));
      await desk.journal.commit({ t: 'order', id: 'o2', at: Date.now(), of: 'another' });
      await desk.journal.commit({ t: 'order', id: 'o3', at: Date.now() });
      expect(desk.answers.all).toHaveLength(1);
      expect(desk.desk.counts).toEqual({ executed: 1, refused: 2, unknown: 0 });
    }
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes);
    desk.desk.receive(orderOf('o1', other));
    desk.desk.receive(orderOf('o2'));
    desk.desk.receive(orderOf('o3'));
    expect(await desk.answers.of('o3')).toEqual(EXECUTED);
    desk.desk.receive(orderOf('o1'));
    expect(await desk.answers.of('o1', 2)).toEqual(EXECUTED);
    expect(yes.performed).toEqual(['o3']);
    // The first one is what nobody acknowledged in the life before.
    expect(desk.answers.all.map(({ orderId }) => orderId)).toEqual(['o1', 'o3', 'o1']);
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
    using commit = jest.spyOn(third.journal, 'commit');
    third.desk.acknowledged('o1');
    third.desk.acknowledged('nobody');
    expect(commit).not.toHaveBeenCalled();
    expect(third.desk.unacknowledged()).toEqual([]);
    expect(third.journal.entries.has('o1')).toBe(true);
  });

  it('waits for the one before it with the same target, and for no other', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    const gate = Promise.withResolvers<undefined>();
    yes.beforePerformed = async (orderId) => {
      if (orderId === 'a') await gate.promise;
    };
    await using desk = await deskWith(folder.path, yes);
    const other = { ...orderOf('c').target, process: { pid: 2, startTimeTicks: 2 } };
    desk.desk.receive(orderOf('a'));
    desk.desk.receive(orderOf('b'));
    desk.desk.receive(orderOf('c', { target: other }));
    await desk.answers.of('c');
    expect(yes.performed).not.toContain('b');
    gate.resolve(undefined);
    await desk.answers.of('b');
    expect(yes.performed.filter((id) => id !== 'c')).toEqual(['a', 'b']);
  });

  it('of a flood is done at most as often as the node allows, by whatever ids and targets', async () => {
    using folder = scratchFolder();
    const yes = new Yes();
    await using desk = await deskWith(folder.path, yes, { allow: { ...ALLOW_ALL, ratePerMinute: 6 } });
    const { target } = orderOf('x');
    for (let round = 0; round < 10; round += 1) {
      for (let i = 0; i < 10_000; i += 1) {
        const process = { pid: 1 + (i % 4_000_000), startTimeTicks: i };
        desk.desk.receive(orderOf(`o${round}.${i}`, { target: { ...target, process } }));
      }
      await desk.answers.of(`o${round}.0`);
    }
    await desk.answers.of('o9.63');
    expect(yes.performed).toHaveLength(6);
    expect(desk.journal.entries.size).toBeLessThan(700);
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

  it('that the allow list said before it was edited, however quickly and to the same length', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'allow.yaml');
    const allow = new AllowFile(path, process.geteuid?.() ?? 0, parseYaml);
    for (let i = 0; i < 100; i += 1) {
      const ratePerMinute = 10 + (i % 2);
      writeFileSync(path, JSON.stringify({ version: 1, acts: {}, ratePerMinute }));
      expect((await allow.read()).list?.ratePerMinute).toBe(ratePerMinute);
    }
    const { list } = await allow.read();
    expect((await allow.read()).list).toBe(list);
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

  it('by whoever announces a lower epoch, who also takes nothing from the newer one', async () => {
    using folder = scratchFolder();
    await using desk = await deskWith(folder.path, new Yes(), { terms: { ...TERMS, epoch: 9 } });
    desk.desk.termsChanged({ ...TERMS, epoch: 5 });
    desk.desk.receive(orderOf('o1', { epoch: 5 }));
    expect(await desk.answers.of('o1')).toMatchObject({ reason: 'StaleEpoch' });
    desk.desk.receive(orderOf('o2', { epoch: 9 }));
    expect(await desk.answers.of('o2')).toEqual(EXECUTED);
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
