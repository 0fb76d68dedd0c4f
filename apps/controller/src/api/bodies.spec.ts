/*
 * What nobody should send: prototype keys, wrong types, odd text. Everything is refused with its place, or is data.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemwardenError } from '#contracts/errors';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';
import { cleanupRequest, pauseRequest } from './acts-schemas.js';
import { bodyAs } from './body.js';
import { page } from './listing.js';

/** The code of what it throws; anything that is no error of ours is a defect. */
function said(work: () => unknown): string {
  try {
    work();
    return 'read';
  } catch (error) {
    if (!(error instanceof MemwardenError)) throw error;
    return error.code;
  }
}

const TARGET = { node: 'node-a', holder: 'process:1000:77' };

describe('a body', () => {
  it.each([
    '{"target":{"node":"n","holder":"h","__proto__":{"x":1}}}',
    '{"__proto__":{"target":{"node":"n","holder":"h"}}}',
    '{"constructor":{"prototype":{}},"target":{"node":"n","holder":"h"}}',
    '{"target":[],"ladder":{}}',
    '{"target":{"node":"n","holder":"h"},"ladder":[]}',
    '[]',
    '"x"',
    '1',
  ])('is refused: %s', (text) => {
    expect(() => bodyAs(cleanupRequest, JSON.parse(text))).toThrow('problems');
  });

  it('is refused or read, whatever it is, and never pollutes a prototype', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const schema of [cleanupRequest, pauseRequest])
          expect(['read', 'Unprocessable']).toContain(said(() => bodyAs(schema, value)));
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
  });

  it('with any ladder and any reason makes a cleanup or problems, never a defect', async () => {
    await using s = new Scenario();
    s.start();
    s.policy('Observe');
    await s.sample(100);
    const step = fc.oneof(
      fc.jsonValue(),
      fc.record({
        type: fc.constantFrom('Notify', 'Evict', '__proto__', 'constructor'),
        notify: fc.oneof(fc.jsonValue(), fc.constant({ transport: 'PodHTTP' })),
        minFreed: fc.oneof(fc.jsonValue(), fc.constantFrom('64Mi', '1e99', '0', '-1', 'NaN')),
        verifyAfterSeconds: fc.jsonValue(),
      }),
    );
    const reasons = fc.option(fc.string({ unit: 'binary', maxLength: 256 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 7 }), reasons, async (ladder, reason) => {
        s.clock.ms += 1;
        const result = await s.acts.loop.byHand.create({ ...TARGET, ladder, reason, by: 'person' });
        expect(result.kind === 'Created' || result.problems.length > 0).toBe(true);
        await s.settle();
      }),
      { numRuns: 300 },
    );
  });
});

describe('a continue token', () => {
  it('of anybody else begins somewhere or is refused', () => {
    const objects = ['a', 'b', 'c'].map((name) => ({ metadata: { name } }));
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('name', 'newest', undefined),
        (token, order) => {
          const query = { continue: token, ...(order === undefined ? {} : { order }) };
          expect(['read', 'InvalidValue']).toContain(said(() => page(objects, query)));
        },
      ),
    );
  });
});
