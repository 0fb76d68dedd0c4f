import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Unavailable } from '#contracts/errors';
import type { Leadership } from '#contracts/leadership';
import { Duty, type LeadersWork } from './duty.js';

const ME = 'replica-a';

/** An election whose outcome the test says. */
class Election implements Leadership {
  isLeader = false;
  leader: { identity: string; address: string } | null = null;
  readonly #callbacks = new Set<() => void>();

  say(who: 'me' | 'other' | 'nobody', quietly = false): void {
    this.isLeader = who === 'me';
    this.leader =
      who === 'nobody' ? null : { identity: who === 'me' ? ME : 'replica-b', address: '10.0.0.2:1' };
    if (!quietly) for (const callback of this.#callbacks) callback();
  }

  onChange(callback: () => void): Disposable {
    this.#callbacks.add(callback);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(callback) };
  }
}

class Rig {
  readonly election = new Election();
  readonly log: string[] = [];
  readonly failures: unknown[] = [];
  isWorking = false;
  isHearing = true;
  isCommitted = true;
  nowMs = 0;
  catchUp: () => Promise<void> = () => Promise.resolve();
  readonly duty: Duty;

  constructor() {
    const work: LeadersWork = {
      catchUp: async () => {
        this.log.push('catchUp');
        await this.catchUp();
      },
      begin: () => {
        expect([this.isWorking, this.log.at(-1)]).toEqual([false, 'catchUp']);
        this.isWorking = true;
        this.log.push('begin');
      },
      end: async () => {
        expect(this.isWorking).toBe(true);
        await new Promise<void>((resolve) => setImmediate(resolve));
        this.isWorking = false;
        this.log.push('end');
      },
      hearAgents: () => {
        this.isHearing = true;
        this.log.push('hear');
      },
      refuseAgents: () => {
        this.isHearing = false;
        this.log.push('refuse');
      },
    };
    this.duty = new Duty({
      leadership: this.election,
      identity: ME,
      work,
      clock: { monotonicMs: () => this.nowMs },
      onChange: () => undefined,
      onFailure: (_what, error) => this.failures.push(error),
      lookEveryMs: 3_600_000,
    });
  }

  async settle(): Promise<void> {
    this.duty.look();
    await this.duty.settled();
  }
}

describe('duty', () => {
  it('is begun after what is committed was read, and ended before agents are sent away', async () => {
    const rig = new Rig();
    rig.duty.start();
    await rig.settle();
    rig.election.say('me');
    await rig.settle();
    rig.election.say('other');
    await rig.settle();
    expect(rig.log).toEqual(['refuse', 'catchUp', 'begin', 'hear', 'end', 'refuse']);
    await rig.duty[Symbol.asyncDispose]();
  });

  it('is not begun when leadership was lost while it was being read', async () => {
    const rig = new Rig();
    rig.catchUp = () => {
      rig.election.say('other', true);
      return Promise.resolve();
    };
    rig.duty.start();
    rig.election.say('me');
    await rig.settle();
    expect([rig.isWorking, rig.duty.state]).toEqual([false, 'Following']);
    await rig.duty[Symbol.asyncDispose]();
  });

  it('is tried again when it cannot be read, and says why it does not lead', async () => {
    const rig = new Rig();
    rig.catchUp = () => Promise.reject(new Unavailable('the API server is away'));
    rig.duty.start();
    rig.election.say('me');
    await rig.settle();
    expect([rig.isWorking, rig.duty.health().reason]).toEqual([
      false,
      'Not leading yet: the API server is away',
    ]);
    rig.catchUp = () => Promise.resolve();
    await rig.settle();
    expect([rig.isWorking, rig.duty.health().state, rig.failures]).toEqual([true, 'ok', []]);
    await rig.duty[Symbol.asyncDispose]();
  });

  it('goes on hearing agents while nobody is known to lead, and sends them to look now and then', async () => {
    const rig = new Rig();
    rig.duty.start();
    rig.election.say('me');
    await rig.settle();
    rig.election.say('nobody');
    await rig.settle();
    expect([rig.isWorking, rig.isHearing, rig.duty.state]).toEqual([false, true, 'Lapsed']);
    expect(rig.duty.health().state).toBe('degraded');
    rig.nowMs += 301_000;
    await rig.settle();
    expect(rig.log.slice(-2)).toEqual(['refuse', 'hear']);
    rig.election.say('me');
    await rig.settle();
    expect([rig.isWorking, rig.log.filter((each) => each === 'begin').length]).toEqual([true, 2]);
    await rig.duty[Symbol.asyncDispose]();
  });

  it('whatever is said in whatever order: work is done by the leader alone, and always after reading', async () => {
    const said = fc.tuple(fc.constantFrom('me' as const, 'other' as const, 'nobody' as const), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 24 }), async (history) => {
        const rig = new Rig();
        rig.duty.start();
        for (const [who, isSettled] of history) {
          rig.election.say(who);
          if (!isSettled) continue;
          await rig.settle();
          expect(rig.isWorking).toBe(who === 'me');
          // While nobody is known to lead, it depends on what was before.
          expect([rig.isHearing, who === 'nobody']).not.toEqual([who !== 'me', false]);
        }
        await rig.duty[Symbol.asyncDispose]();
        expect([rig.isWorking, rig.failures]).toEqual([false, []]);
      }),
      { numRuns: 200 },
    );
  });
});
