import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { page } from './listing.js';

const named = (name: string) => ({ metadata: { name } });

describe('a list, a page at a time', () => {
  it('has everything that was there all the time once, whatever comes and goes', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.boolean()),
        (all, limit, coins) => {
          const isWanted = new Map(all.map((name) => [name, coins.next().value]));
          const stays = all.filter((_, i) => i % 2 === 0);
          const seen: string[] = [];
          let next: string | undefined;
          do {
            const now = all.filter((name) => stays.includes(name) || coins.next().value).sort();
            const got = page(
              now.map(named),
              { limit: String(limit), ...(next === undefined ? {} : { continue: next }) },
              ({ metadata }) => isWanted.get(metadata.name) === true,
            );
            expect(got.items.length).toBeLessThanOrEqual(limit);
            seen.push(...got.items.map(({ metadata }) => metadata.name));
            next = got.continue;
          } while (next !== undefined);
          expect(seen).toEqual([...new Set(seen)].sort());
          expect(seen).toEqual(expect.arrayContaining(stays.filter((name) => isWanted.get(name))));
        },
      ),
    );
  });

  it.each(['0', '1001', 'x', ['1', '2']])('refuses limit %j', (limit) => {
    expect(() => page([], { limit })).toThrow('limit');
  });

  it('refuses a token that is none', () => {
    expect(() => page([], { continue: '!!' })).toThrow('continue');
  });
});
