import { describe, expect, it } from '@jest/globals';
import type { ComponentHealth } from '#contracts/agent';
import { BrokenInvariant, InvalidValue, NotFound, Stalled } from '#contracts/errors';
import { StoreUnavailable } from '#contracts/store';
import { assessHealth, Attempts, Busy, CircuitBreaker, classOf, Denied, Gone, recoveryOf } from './index.js';

function hand() {
  const time = { ms: 1_000_000 };
  return { time, clock: { nowMs: () => time.ms, monotonicMs: () => time.ms } };
}

describe('error classes', () => {
  it.each([
    [new Busy(''), 'Busy', 'retryLater'],
    [new StoreUnavailable(''), 'Busy', 'retryLater'],
    [new Gone(''), 'Gone', 'forget'],
    [new NotFound(''), 'Gone', 'forget'],
    [new Denied(''), 'Denied', 'giveUp'],
    [new InvalidValue(''), 'Denied', 'giveUp'],
    [new Stalled(''), 'Stalled', 'askAgain'],
    [new BrokenInvariant(''), 'System', 'switchOff'],
    [new RangeError('anything'), 'System', 'switchOff'],
    [undefined, 'System', 'switchOff'],
  ])('%p has one class and one recovery', (error, kind, recovery) => {
    expect(classOf(error)).toBe(kind);
    expect(recoveryOf(error)).toBe(recovery);
  });
});

describe('attempts', () => {
  const rig = (capacity = 100) => {
    const options = { firstPauseMs: 100, longestPauseMs: 1000, most: 6, capacity };
    return { attempts: new Attempts(options) };
  };

  it('wait longer each time, up to a bound, and end', () => {
    const { attempts } = rig();
    const pauses = Array.from({ length: 6 }, () => attempts.failed('a', new Busy('')));
    expect(pauses.map(({ afterMs }) => afterMs)).toEqual([100, 200, 400, 800, 1000, 0]);
    expect(pauses.at(-1)?.recovery).toBe('giveUp');
    expect(attempts.size).toBe(0);
  });

  it('start anew after a success', () => {
    const { attempts } = rig();
    for (let i = 0; i < 2; i += 1) attempts.failed('a', new Stalled(''));
    attempts.succeeded('a');
    expect(attempts.failed('a', new Busy(''))).toEqual({ recovery: 'retryLater', afterMs: 100 });
  });

  it('are not made again for what does not pass', () => {
    const { attempts } = rig();
    expect(attempts.failed('a', new Denied(''))).toEqual({ recovery: 'giveUp', afterMs: 0 });
    expect(attempts.failed('a', new RangeError(''))).toEqual({ recovery: 'switchOff', afterMs: 0 });
    expect(attempts.size).toBe(0);
  });

  it('forget the one that failed longest ago when there are too many', () => {
    const { attempts } = rig(2);
    for (const key of ['a', 'b', 'a', 'c']) attempts.failed(key, new Busy(''));
    expect(attempts.size).toBe(2);
    const pauses = ['a', 'c', 'b'].map((key) => attempts.failed(key, new Busy('')).afterMs);
    expect(pauses).toEqual([400, 200, 100]);
  });
});

describe('a circuit breaker', () => {
  const fail = () => Promise.reject(new RangeError('no'));
  const succeed = () => Promise.resolve('yes');

  it('opens after failures in a row, lets one through after a while, and closes when that succeeds', async () => {
    const { time, clock } = hand();
    const breaker = new CircuitBreaker({ name: 'It', clock, failures: 2, openMs: 2000 });
    await expect(breaker.run(fail)).rejects.toThrow(RangeError);
    await expect(breaker.run(succeed)).resolves.toBe('yes');
    await expect(breaker.run(fail)).rejects.toThrow(RangeError);
    expect(breaker.state).toBe('Closed');
    await expect(breaker.run(fail)).rejects.toThrow(RangeError);
    expect(breaker.state).toBe('Open');
    time.ms += 10;
    await expect(breaker.run(succeed)).rejects.toMatchObject({ code: 'Busy', retryAfterMs: 1990 });
    time.ms += 1990;
    expect(breaker.state).toBe('HalfOpen');
    const gate = Promise.withResolvers<undefined>();
    const probe = breaker.run(() => gate.promise);
    await expect(breaker.run(succeed)).rejects.toThrow(Busy);
    gate.resolve(undefined);
    await probe;
    expect(breaker.state).toBe('Closed');
  });

  it('opens again when the one that was let through fails', async () => {
    const { time, clock } = hand();
    const breaker = new CircuitBreaker({ name: 'It', clock, failures: 1, openMs: 1000 });
    await expect(breaker.run(fail)).rejects.toThrow(RangeError);
    time.ms += 1000;
    await expect(breaker.run(fail)).rejects.toThrow(RangeError);
    expect(breaker.state).toBe('Open');
  });
});

describe('what a circuit breaker takes for a failure', () => {
  it('is told to it: what is an answer all the same ends a row of failures', async () => {
    const { clock } = hand();
    const isFailure = (error: unknown): boolean => error instanceof Stalled;
    const breaker = new CircuitBreaker({ name: 'It', clock, failures: 2, openMs: 2000, isFailure });
    for (const error of [new Stalled(''), new NotFound(''), new Stalled('')])
      await expect(breaker.run(() => Promise.reject(error))).rejects.toBe(error);
    expect([breaker.state, breaker.failures]).toEqual(['Closed', 1]);
  });
});

describe('health', () => {
  const parts = (...states: readonly ComponentHealth['state'][]) =>
    states.map((state, i) => ({ component: `part ${i}`, state }));

  it.each([
    ['every part is well', parts('ok', 'ok'), 'ok', 100],
    ['there is no part', [], 'ok', 100],
    ['one of four is degraded', parts('ok', 'degraded', 'ok', 'ok'), 'degraded', 87],
    ['one of four has failed', parts('ok', 'degraded', 'failed', 'ok'), 'failed', 62],
    ['one of very many is degraded', parts('degraded', ...Array<'ok'>(500).fill('ok')), 'degraded', 99],
    ['all have failed', parts('failed', 'failed'), 'failed', 0],
  ] as const)('when %s', (_when, given, status, score) => {
    expect(assessHealth(given)).toEqual({ status, score });
  });
});
