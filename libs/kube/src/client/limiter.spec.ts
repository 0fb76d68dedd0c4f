import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#contracts/clock';
import { ApiUnavailable } from './errors.js';
import { Limiter, type LimiterOptions, type RequestPriority } from './limiter.js';

const never = new AbortController().signal;

function limiter(options: Partial<LimiterOptions> = {}): Limiter {
  return new Limiter({
    qps: 1000,
    burst: 1000,
    mostRunning: 16,
    mostWaiting: 100,
    clock: systemClock,
    ...options,
  });
}

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<undefined>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { work: () => promise, end: () => resolve(undefined) };
}

describe('Limiter', () => {
  it('lets acts go before status, and each in order', async () => {
    const one = limiter({ mostRunning: 1 });
    const first = held();
    const done: string[] = [];
    const begun = one.run('status', never, first.work);
    const rest = (['status', 'status', 'act', 'act'] as RequestPriority[]).map((priority, i) =>
      one.run(priority, never, async () => void done.push(`${priority} ${i}`)),
    );
    expect(one.waiting).toBe(4);
    first.end();
    await Promise.all([begun, ...rest]);
    expect(done).toEqual(['act 2', 'act 3', 'status 0', 'status 1']);
    expect(one.waiting).toBe(0);
  });

  it('runs no more at once than it may', async () => {
    const some = limiter({ mostRunning: 3 });
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((turn) => setImmediate(turn));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 30 }, () => some.run('act', never, work)));
    expect(most).toBe(3);
  });

  it('spends its burst and then goes at its rate', async () => {
    const slow = limiter({ qps: 100, burst: 5 });
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 15 }, () => slow.run('act', never, async () => undefined)));
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(80);
  });

  it('refuses who comes when too many wait, of the same priority only', async () => {
    const full = limiter({ mostRunning: 1, mostWaiting: 1 });
    const first = held();
    const begun = full.run('act', never, first.work);
    const second = full.run('act', never, async () => undefined);
    await expect(full.run('act', never, async () => undefined)).rejects.toThrow(ApiUnavailable);
    const status = full.run('status', never, async () => undefined);
    first.end();
    await Promise.all([begun, second, status]);
  });

  it('forgets who gives up, also when the work fails', async () => {
    const one = limiter({ mostRunning: 1 });
    const first = held();
    const begun = one.run('act', never, first.work);
    const giveUp = new AbortController();
    const second = one.run('act', giveUp.signal, async () => undefined);
    giveUp.abort(new TypeError('enough'));
    await expect(second).rejects.toThrow('enough');
    expect(one.waiting).toBe(0);
    first.end();
    await begun;
    await expect(one.run('act', never, () => Promise.reject(new TypeError('no')))).rejects.toThrow('no');
    expect(await one.run('act', never, async () => 7)).toBe(7);
  });
});
