import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiUnavailable, Expired } from './errors.js';
import { watchEvents, type WatchEvent } from './watch-events.js';

async function* inParts(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0, i = 0; start < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function all(body: AsyncIterable<Uint8Array>): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(body, 'watch things')) events.push(event);
  return events;
}

describe('watchEvents', () => {
  it('gives the same events however the bytes come', async () => {
    const event = fc.record({
      type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'),
      object: fc.record({ metadata: fc.record({ name: fc.string({ unit: 'grapheme' }) }) }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (events, sizes) => {
          const text = events.map((each) => `${JSON.stringify(each)}\n`).join('');
          expect(await all(inParts(text, sizes))).toEqual(events);
        },
      ),
    );
  });

  it.each([
    ['{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n', Expired],
    ['{"type":"ERROR","object":{"code":500}}\n', ApiUnavailable],
    ['{"type":"ERROR"}\n', ApiUnavailable],
    ['{"type":"SURPRISE","object":{}}\n', ApiUnavailable],
    ['no JSON\n', ApiUnavailable],
    ['null\n', ApiUnavailable],
  ])('takes %j for what it is', async (text, error) => {
    await expect(all(inParts(text, [7]))).rejects.toThrow(error);
  });

  it('gives no event that has not come whole', async () => {
    expect(await all(inParts('{"type":', [7]))).toEqual([]);
  });

  it('is ended by a line without an end', async () => {
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    };
    await expect(all(endless())).rejects.toThrow(ApiUnavailable);
  });

  it('says a broken connection as one', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"type":"BOOKMARK","object":{"metadata":{"name":""}}}\n');
      throw Object.assign(new TypeError('terminated'), { code: 'ECONNRESET' });
    };
    await expect(all(broken())).rejects.toThrow(ApiUnavailable);
  });
});
