import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Unavailable } from '#contracts/errors';
import { systemClock } from '#contracts/clock';
import { eventBody, eventName } from './event-body.js';
import { EventLine, type KubeEvent, type Moment, type SaidEvent } from './event-line.js';
import { EventRecorder } from './event-recorder.js';

const at = (ms: number): Moment => ({ wallMs: ms, monotonicMs: ms });

function event(name: string, more: Partial<KubeEvent> = {}): KubeEvent {
  const regarding = {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryFinding',
    namespace: 'team-a',
    name,
    uid: 'u',
  };
  return {
    regarding,
    type: 'Warning',
    reason: 'Confirmed',
    action: 'Watching',
    note: 'above its mark',
    ...more,
  };
}

describe('EventLine', () => {
  it('says the first at once, and the same again as a series once a minute', () => {
    const line = new EventLine({ capacity: 10 });
    line.add(event('a'), at(0));
    const first = line.next(0)!;
    line.written(first, 'a.1', 1, 0);
    for (let ms = 1000; ms < 60_000; ms += 1000) {
      line.add(event('a', { note: `now ${ms}` }), at(ms));
      expect(line.next(ms)).toBeNull();
    }
    expect(line.next(60_000)).toMatchObject({ name: 'a.1', count: 60, last: at(59_000) });
    line.written(first, 'a.1', 60, 60_000);
    expect(line.next(600_000)).toBeNull();
  });

  it.each([
    { reason: 'Closed' },
    { action: 'Acting' },
    { type: 'Normal' as const },
    { regarding: { ...event('a').regarding, uid: 'other' } },
    { related: { apiVersion: 'v1', kind: 'Pod', name: 'x' } },
  ])('knows %j for something else', (change) => {
    const line = new EventLine({ capacity: 10 });
    line.add(event('a'), at(0));
    line.add(event('a', change), at(0));
    expect(line.size).toBe(2);
  });

  it('begins anew after six minutes of silence, and when the API server has forgotten it', () => {
    const line = new EventLine({ capacity: 10 });
    line.add(event('a'), at(0));
    line.written(line.next(0)!, 'a.1', 1, 0);
    line.add(event('a'), at(400_000));
    const again = line.next(400_000)!;
    expect(again).toMatchObject({ name: null, count: 1 });
    line.written(again, 'a.2', 1, 400_000);
    line.add(event('a'), at(401_000));
    line.gone(again);
    expect(line.next(401_000)).toMatchObject({ name: null, count: 2 });
  });

  it('never has more than its capacity, and loses what is quiet before what was not said', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 200 }), (steps) => {
        const line = new EventLine({ capacity: 8 });
        let told = 0;
        const write = (next: SaidEvent, nowMs: number): void => {
          told += next.count - next.writtenCount;
          line.written(next, 'x', next.count, nowMs);
        };
        for (const [i, [name, isWritten]] of steps.entries()) {
          line.add(event(`e${name}`), at(i));
          const next = isWritten ? line.next(i) : null;
          if (next !== null) write(next, i);
          expect(line.size).toBeLessThanOrEqual(8);
        }
        for (let next = line.next(1e9, true); next !== null; next = line.next(1e9, true)) write(next, 1e9);
        expect(told + line.dropped).toBe(steps.length);
      }),
    );
  });

  it('gives up after three failures, or at once when it will never be taken', () => {
    const line = new EventLine({ capacity: 8 });
    line.add(event('a'), at(0));
    for (let i = 0; i < 3; i += 1) line.failed(line.next(0)!, false);
    line.add(event('b'), at(0));
    line.failed(line.next(0)!, true);
    expect([line.next(0), line.dropped]).toEqual([null, 2]);
  });
});

describe('an Event', () => {
  const body = (note: string): { note: string; reason: string } => {
    const line = new EventLine({ capacity: 1 });
    line.add(event('a', { note, reason: 'R'.repeat(500) }), at(0));
    return eventBody(line.next(0)!, 'n', { controller: 'memwarden.dev/c', instance: 'p' }) as never;
  };

  it('keeps within the bounds of the API whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2000, size: 'max' }), (text) => {
        const note = text.replaceAll('\uFFFD', '');
        const made = body(note);
        expect(Buffer.byteLength(made.note)).toBeLessThanOrEqual(1024);
        expect(made.note).not.toMatch(/\uFFFD/u);
        expect(made.reason).toHaveLength(128);
      }),
    );
    expect(body('short').note).toBe('short');
  });

  it('has a name that is one, whatever it is about', () => {
    const name = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
    const odd = fc.oneof(fc.string({ maxLength: 300, size: 'max' }), fc.stringMatching(/^[a-z.:-]{0,300}$/));
    fc.assert(
      fc.property(odd, (text) => {
        const made = eventName({ apiVersion: 'v1', kind: 'X', name: text }, 'abcdef0123456789');
        expect(made).toMatch(name);
        expect(made.length).toBeLessThanOrEqual(253);
      }),
    );
  });
});

describe('EventRecorder', () => {
  it('neither fails nor waits when the API server is away', async () => {
    const failures: unknown[] = [];
    const away = (): never => {
      throw new Unavailable('away');
    };
    const client = { create: away, patch: away };
    const recorder = new EventRecorder({
      client,
      clock: systemClock,
      instance: 'p',
      onFailure: (e) => failures.push(e),
    });
    for (let i = 0; i < 5000; i += 1) recorder.record(event(`e${i}`));
    expect(recorder.dropped).toBe(4000);
    await recorder[Symbol.asyncDispose]();
    expect(failures.length).toBeGreaterThan(0);
    recorder.record(event('late'));
  });
});
