import { describe, expect, it } from '@jest/globals';
import { ANY_NODE, someReport } from '#testing';
import { ReportReceiver } from './report-receiver.js';
import { ReportSender } from './report-sender.js';

const ROOMY = 10 ** 9;
const report = (takenAtMs: number) => someReport({ ...ANY_NODE, takenAtMs, rows: 50 });

function sender(spoolBytes = ROOMY, window = 4): ReportSender {
  const made = new ReportSender(spoolBytes);
  made.begin({ heldSequence: 0, window });
  return made;
}

describe('the spool', () => {
  it('stays within its bytes while nobody takes anything, keeps the newest, and counts what it dropped', () => {
    const lonely = new ReportSender(200_000);
    for (let i = 1; i <= 5000; i += 1) {
      lonely.offer(report(i));
      expect(lonely.spoolBytes).toBeLessThanOrEqual(200_000);
    }
    expect(lonely.spooled + lonely.dropped).toBe(5000);
    lonely.begin({ heldSequence: 0, window: 100 });
    const taken = Array.from({ length: lonely.spooled }, () => lonely.next()?.takenAtMs);
    expect(taken.at(-1)).toBe(5000);
    expect(taken).toEqual([...taken].sort((a, b) => a! - b!));
  });

  it('keeps the newest report even when that alone is too large', () => {
    const tight = sender(1);
    tight.offer(report(1));
    tight.offer(report(2));
    expect([tight.spooled, tight.dropped, tight.next()?.takenAtMs]).toEqual([1, 1, 2]);
  });

  it('gives up one report without holding up the next', () => {
    const one = sender();
    for (const at of [1, 2, 3]) one.offer(report(at));
    one.discard(one.next()!.sequence);
    expect([one.next()?.takenAtMs, one.next()?.takenAtMs, one.next()]).toEqual([2, 3, null]);
    expect(one.dropped).toBe(1);
  });
});

describe('the window', () => {
  it('bounds what is under way, and opens with each acknowledgement', () => {
    const one = sender(ROOMY, 2);
    for (const at of [1, 2, 3]) one.offer(report(at));
    expect([one.next()?.sequence, one.next()?.sequence, one.next()]).toEqual([1, 2, null]);
    one.acknowledge({ sequence: 1, baseSequence: 1 });
    expect(one.next()).toMatchObject({ sequence: 3, baseSequence: 1 });
  });

  it('does not heed an acknowledgement that comes late, or of what was never sent', () => {
    const one = sender();
    for (const at of [1, 2, 3]) one.offer(report(at));
    for (let i = 0; i < 3; i += 1) one.next();
    one.acknowledge({ sequence: 2, baseSequence: 2 });
    one.acknowledge({ sequence: 1, baseSequence: 1 });
    one.acknowledge({ sequence: 99, baseSequence: 99 });
    expect([one.acknowledged, one.spooled]).toEqual([2, 1]);
    one.offer(report(4));
    expect(one.next()).toMatchObject({ sequence: 4, baseSequence: 2 });
  });
});

describe('a base that the controller lost', () => {
  it('is not used again: what was under way goes once more, from nothing, in the same session', () => {
    const one = sender();
    one.offer(report(1));
    new ReportReceiver(ANY_NODE).receive(one.next()!);
    one.acknowledge({ sequence: 1, baseSequence: 1 });
    const forgetful = new ReportReceiver(ANY_NODE);
    one.offer(report(2));
    expect(forgetful.receive(one.next()!)).toEqual({ kind: 'BaseLost' });
    one.resync();
    const again = one.next()!;
    expect(again).toMatchObject({ sequence: 2, baseSequence: 0 });
    expect(forgetful.receive(again)).toMatchObject({ kind: 'Applied' });
    expect(forgetful.last).toEqual(report(2));
  });

  it('keeps few states, and finds its way out of promises that the agent cannot keep', () => {
    const receiver = new ReportReceiver(ANY_NODE);
    const one = sender(ROOMY, 1000);
    const bases = new Set<number>();
    for (let at = 1; at <= 300; at += 1) {
      one.offer(report(at));
      receiver.receive(one.next()!);
      // The agent never hears of the acknowledgements' bases.
      const ack = receiver.acknowledge()!;
      bases.add(ack.baseSequence);
      one.acknowledge({ ...ack, baseSequence: 0 });
    }
    expect(receiver.last).toEqual(report(300));
    expect(bases.size).toBeGreaterThan(4);
    expect(bases.size).toBeLessThan(20);
  });
});
