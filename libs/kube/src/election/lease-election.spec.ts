import { afterEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { Unavailable } from '#contracts/errors';
import { LeaseElection, type LeaseApi } from './lease-election.js';
import { leaseBody, parseLease, type StoredLease } from './lease.js';

const WHERE = { namespace: 'ns', name: 'n' };
const TIMES = { leaseDurationMs: 2000, renewDeadlineMs: 1000, renewPeriodMs: 100, retryMs: 20 };

/** A Lease in memory that answers at once, and that may be away. */
class OneLease implements LeaseApi {
  lease: StoredLease | null = null;
  isAway = false;
  writes = 0;
  readonly #watchers = new Set<(lease: StoredLease | null) => void>();

  async read(): Promise<StoredLease | null> {
    this.#beThere();
    return this.lease;
  }

  async write({ record, over }: Parameters<LeaseApi['write']>[0]): Promise<StoredLease | null> {
    this.#beThere();
    if (over?.version !== this.lease?.version) return null;
    this.writes += 1;
    const body = leaseBody(WHERE, record, over);
    this.lease = parseLease({
      ...body,
      metadata: { ...body.metadata, resourceVersion: String(this.writes) },
    });
    for (const watcher of this.#watchers) watcher(this.lease);
    return this.lease;
  }

  watch(onLease: (lease: StoredLease | null) => void): Disposable {
    this.#watchers.add(onLease);
    return { [Symbol.dispose]: () => void this.#watchers.delete(onLease) };
  }

  #beThere(): void {
    if (this.isAway) throw new Unavailable('away');
  }
}

/** Stands still until it is moved: so that what was decided is seen apart from when. */
class Hands {
  ms = 1e6;
  readonly nowMs = (): number => 1.8e12 + this.ms;
  readonly monotonicMs = (): number => this.ms;
}

const running: LeaseElection[] = [];

function candidate(
  api: LeaseApi,
  name: string,
  clock: Hands,
): LeaseElection & { readonly failures: unknown[] } {
  const failures: unknown[] = [];
  const me = { identity: name, instance: `${name}/1`, address: `${name}:8460` };
  const onFailure = (error: unknown): void => void failures.push(error);
  const made = new LeaseElection({ api, me, clock, chance: () => 0, times: TIMES, onFailure });
  running.push(made);
  made.start();
  return Object.assign(made, { failures });
}

async function until(look: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!look()) {
    if (performance.now() > deadline) throw new Error('not within 5 s');
    await turn();
  }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe('LeaseElection', () => {
  it('does not lead one instruction longer than it may, whatever its timers do', async () => {
    const clock = new Hands();
    const own = candidate(new OneLease(), 'a', clock);
    await until(() => own.isLeader);
    clock.ms += 999;
    expect(own.isLeader).toBe(true);
    clock.ms += 1;
    expect([own.isLeader, own.leader]).toEqual([false, null]);
  });

  it('leads no more from when it is stopped, and gives the lease back when its work has ended', async () => {
    const clock = new Hands();
    const api = new OneLease();
    const [first, second] = [candidate(api, 'a', clock), candidate(api, 'b', clock)];
    await until(() => first.isLeader || second.isLeader);
    const [leader, other] = first.isLeader ? [first, second] : [second, first];
    const work = Promise.withResolvers<undefined>();
    const heard: boolean[] = [];
    leader.onChange(() => heard.push(leader.isLeader));
    const stopped = leader.stop(work.promise);
    expect([leader.isLeader, ...heard]).toEqual([false, false]);
    for (let i = 0; i < 20; i += 1) await turn();
    expect([other.isLeader, api.lease?.record.holder]).toEqual([false, leader === first ? 'a' : 'b']);
    work.resolve(undefined);
    await stopped;
    await until(() => other.isLeader);
  });

  it('ends with work that never does, when the lease is over', async () => {
    const api = new OneLease();
    const own = candidate(api, 'a', new Hands());
    await until(() => own.isLeader);
    const startedMs = performance.now();
    await own.stop(new Promise(() => undefined));
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1990);
    expect(api.lease?.record.holder).toBe('');
  });

  it('goes on when one who listens throws, and when the API server is away for a moment', async () => {
    const clock = new Hands();
    const api = new OneLease();
    api.isAway = true;
    const own = candidate(api, 'a', clock);
    own.onChange(() => {
      throw new Unavailable('mine');
    });
    const heard: boolean[] = [];
    const listening = own.onChange(() => heard.push(own.isLeader));
    await until(() => own.failures.length > 0);
    api.isAway = false;
    clock.ms += 100;
    await until(() => own.isLeader);
    expect(heard).toEqual([true]);
    listening[Symbol.dispose]();
    await own.stop();
    expect(heard).toEqual([true]);
  });

  it('stops leading when another’s name is seen in the lease', async () => {
    const clock = new Hands();
    const api = new OneLease();
    const own = candidate(api, 'a', clock);
    await until(() => own.isLeader);
    const theirs = { ...api.lease!.record, holder: 'b', instance: 'b/1' };
    await api.write({ kind: 'Write', record: theirs, over: api.lease });
    await until(() => !own.isLeader);
    expect(own.leader?.identity).toBe('b');
  });
});
