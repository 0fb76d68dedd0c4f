import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NoticeBus, SubscriberCutOff } from './index.js';

interface Tick {
  readonly kind: 'tick' | 'tock';
  readonly key: string;
  readonly n: number;
}
const tick = (n: number, key = `k${n}`, kind: Tick['kind'] = 'tick'): Tick => ({ kind, key, n });
const alike = { likeness: (notice: Tick) => notice.key };

/** Everything that is queued, without waiting for more. */
async function drain(subscription: AsyncIterator<Tick, undefined>, count: number): Promise<Tick[]> {
  const taken: Tick[] = [];
  while (taken.length < count) {
    const result = await subscription.next();
    if (result.done === true) break;
    taken.push(result.value);
  }
  return taken;
}

describe('a subscription', () => {
  it('gives notices in order, of the kinds it asked for', async () => {
    const bus = new NoticeBus<Tick>();
    using ticks = bus.subscribe({ kinds: ['tick'] });
    bus.publish(tick(1));
    bus.publish(tick(2, 'x', 'tock'));
    bus.publish(tick(3));
    expect((await drain(ticks, 2)).map((t) => t.n)).toEqual([1, 3]);
  });

  it('wakes a waiting reader, and ends it when disposed of', async () => {
    const bus = new NoticeBus<Tick>();
    const subscription = bus.subscribe();
    const first = subscription.next();
    bus.publish(tick(1));
    await expect(first).resolves.toEqual({ done: false, value: tick(1) });
    const second = subscription.next();
    subscription[Symbol.dispose]();
    await expect(second).resolves.toEqual({ done: true, value: undefined });
    await expect(subscription.next()).resolves.toEqual({ done: true, value: undefined });
    expect(bus.counters.subscribers).toBe(0);
  });

  it('leaves the bus when its loop is left', async () => {
    const bus = new NoticeBus<Tick>();
    const subscription = bus.subscribe();
    bus.publish(tick(1));
    for await (const _notice of subscription) break;
    expect(bus.counters.subscribers).toBe(0);
  });

  it('keeps only the newest of like notices, in the place of the first', async () => {
    const bus = new NoticeBus<Tick>(alike);
    using slow = bus.subscribe();
    for (const [n, key] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
    ] as const)
      bus.publish(tick(n, key));
    expect((await drain(slow, 2)).map((t) => t.n)).toEqual([3, 2]);
    expect(bus.counters.coalesced).toBe(1);
  });

  it('hands over what was kept, then says that it was cut off', async () => {
    const bus = new NoticeBus<Tick>();
    using slow = bus.subscribe({ criticalCapacity: 2 });
    for (let n = 0; n < 3; n += 1) bus.publish(tick(n), 'critical');
    expect((await drain(slow, 2)).map((t) => t.n)).toEqual([0, 1]);
    await expect(slow.next()).rejects.toThrow(SubscriberCutOff);
    expect(bus.counters).toMatchObject({ cutOff: 1, subscribers: 0 });
  });
});

describe('a listener', () => {
  it('never runs inside publish, and one that throws harms nobody else', async () => {
    const bus = new NoticeBus<Tick>();
    const heard: number[] = [];
    let failure: unknown;
    const failed = new Promise<void>((resolve) => {
      bus.listen(
        () => {
          throw new RangeError('mine');
        },
        { ended: (error) => resolve(void (failure = error)) },
      );
    });
    using _good = bus.listen((notice) => heard.push(notice.n));
    bus.publish(tick(1));
    expect(heard).toEqual([]);
    await failed;
    bus.publish(tick(2));
    await Promise.resolve().then(() => undefined);
    expect(failure).toBeInstanceOf(RangeError);
    expect(bus.counters.subscribers).toBe(1);
    expect(heard).toEqual([1, 2]);
  });
});

const published = fc.array(fc.record({ n: fc.nat(9), critical: fc.boolean(), take: fc.nat(3) }), {
  maxLength: 200,
});

describe('laws', () => {
  it('no critical is lost or reordered, memory is bounded, what is not dropped or coalesced arrives', async () => {
    await fc.assert(
      fc.asyncProperty(published, fc.integer({ min: 1, max: 8 }), async (steps, capacity) => {
        const bus = new NoticeBus<Tick>(alike);
        using subscription = bus.subscribe({ capacity, criticalCapacity: 500 });
        const got: Tick[] = [];
        let sent = 0;
        for (const step of steps) {
          bus.publish(
            tick(sent, step.critical ? `c${sent}` : `n${step.n}`),
            step.critical ? 'critical' : 'normal',
          );
          sent += 1;
          const { coalesced, dropped } = bus.counters;
          const waiting = sent - got.length - coalesced - dropped;
          expect(waiting).toBeLessThanOrEqual(capacity + 500);
          got.push(...(await drain(subscription, Math.min(step.take, waiting))));
        }
        const { coalesced, dropped } = bus.counters;
        got.push(...(await drain(subscription, sent - got.length - coalesced - dropped)));
        expect(got).toHaveLength(sent - coalesced - dropped);
        const criticals = got.filter((t) => t.key.startsWith('c')).map((t) => t.n);
        expect(criticals).toEqual(steps.flatMap((step, n) => (step.critical ? [n] : [])));
        expect(new Set(got.map((t) => t.n)).size).toBe(got.length);
      }),
    );
  });

  it('the newest normal notice always arrives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 100 }), async (keys) => {
        const bus = new NoticeBus<Tick>(alike);
        using subscription = bus.subscribe({ capacity: 3 });
        keys.forEach((key, n) => bus.publish(tick(n, String(key))));
        const { coalesced, dropped } = bus.counters;
        const got = await drain(subscription, keys.length - coalesced - dropped);
        expect(got.map((t) => t.n)).toContain(keys.length - 1);
      }),
    );
  });

  it('without subscribers publishing does the same to the publisher', () => {
    const bus = new NoticeBus<Tick>();
    expect(() => bus.publish(tick(1), 'critical')).not.toThrow();
    expect(bus.counters).toEqual({ published: 1, subscribers: 0, coalesced: 0, dropped: 0, cutOff: 0 });
  });
});
