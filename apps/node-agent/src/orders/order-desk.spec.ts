import { describe, expect, it } from '@jest/globals';
import { CATCHES_USR2, deskIn, orderOf, Program, scratchFolder, targetOf } from '../../test/orders.js';

describe('OrderDesk', () => {
  it('takes an order from its coming to its answer', async () => {
    using folder = scratchFolder();
    await using desk = await deskIn(folder.path);
    await using program = new Program(CATCHES_USR2, { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' });
    await program.says('READY');
    desk.desk.receive(orderOf('o1', { target: targetOf(program.pid) }));
    expect(await desk.answers.of('o1')).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
    expect(desk.journal.entries.get('o1')).toMatchObject({ state: 'done', outcome: { kind: 'Executed' } });
  });
});
