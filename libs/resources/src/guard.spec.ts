import { describe, expect, it, jest } from '@jest/globals';
import { Stalled } from '#contracts/errors';
import { guard, type Release } from './guard.js';

function guarded(release: Release<string>, deadlineMs = 1000) {
  const heard: unknown[] = [];
  const made = guard('value', release, { name: 'it', deadlineMs, onFailure: (error) => heard.push(error) });
  return { made, heard };
}

describe('a guard', () => {
  it('releases once, however often and from wherever it is asked', async () => {
    const release = jest.fn(() => Promise.resolve());
    const { made } = guarded(release);
    await Promise.all([made.release(), made.release(), made[Symbol.asyncDispose]()]);
    await made.release();
    expect(release).toHaveBeenCalledTimes(1);
    expect(made.isReleased).toBe(true);
  });

  it('makes the others wait until the first release is over', async () => {
    const gate = Promise.withResolvers<undefined>();
    const { made } = guarded(() => gate.promise);
    const order: string[] = [];
    void made.release();
    const second = made.release().then(() => order.push('second'));
    await Promise.resolve();
    order.push('opened');
    gate.resolve(undefined);
    await second;
    expect(order).toEqual(['opened', 'second']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('no');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('no'))],
  ])('that %s is heard, and told to the first who asked only', async (_how, release) => {
    const { made, heard } = guarded(release);
    const first = made.release();
    const second = made.release();
    await expect(first).rejects.toThrow(RangeError);
    await expect(second).resolves.toBeUndefined();
    await expect(made.release()).resolves.toBeUndefined();
    expect(heard).toHaveLength(1);
  });

  it('keeps an error of the body beside its own', async () => {
    const { made } = guarded(() => Promise.reject(new RangeError('release')));
    const body = new TypeError('body');
    const used = async (): Promise<void> => {
      await using _it = made;
      throw body;
    };
    const failure: unknown = await used().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SuppressedError);
    expect((failure as SuppressedError).suppressed).toBe(body);
    expect((failure as SuppressedError).error).toBeInstanceOf(RangeError);
  });

  it('does not wait for ever, and still hears what comes too late', async () => {
    const late = Promise.withResolvers<undefined>();
    let signal: AbortSignal | undefined;
    const { made, heard } = guarded((_value, given) => {
      signal = given;
      return late.promise;
    }, 5);
    await expect(made.release()).rejects.toThrow(Stalled);
    expect(signal?.aborted).toBe(true);
    late.reject(new RangeError('late'));
    await expect(late.promise).rejects.toThrow(RangeError);
    expect(heard).toEqual([expect.any(Stalled), expect.any(RangeError)]);
  });

  it('is not harmed by an observer that throws', async () => {
    const made = guard('value', () => Promise.reject(new RangeError('mine')), {
      name: 'it',
      onFailure: () => {
        throw new TypeError('of the observer');
      },
    });
    await expect(made.release()).rejects.toThrow(RangeError);
  });
});
