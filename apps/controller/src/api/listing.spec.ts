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

  it('comes the newest first where that is asked for, each once, whatever comes and goes', () => {
    const when = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.array(when, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (times, limit) => {
          const all = times.map((second, i) => ({
            metadata: {
              name: `c${String(i).padStart(2, '0')}`,
              creationTimestamp: `2026-11-21T10:00:0${second}.000Z`,
            },
          }));
          const seen: string[] = [];
          let next: string | undefined;
          do {
            const query = {
              order: 'newest',
              limit: String(limit),
              ...(next === undefined ? {} : { continue: next }),
            };
            const got = page([...all, ...(next === undefined ? [] : [named('later')])], query);
            seen.push(...got.items.map(({ metadata }) => metadata.name).filter((name) => name !== 'later'));
            next = got.continue;
          } while (next !== undefined);
          const timeOf = (name: string) => times[Number(name.slice(1))] ?? -1;
          expect(new Set(seen).size).toBe(all.length);
          expect(seen.map(timeOf)).toEqual([...times].sort((a, b) => b - a));
        },
      ),
    );
  });

  it.each([
    [{ order: 'oldest' }, 'order'],
    [{ order: 'newest', continue: Buffer.from('name').toString('base64url') }, 'continue'],
    [{ continue: Buffer.from('2026\nname').toString('base64url') }, 'continue'],
  ])('refuses %j', (query, word) => {
    expect(() => page([named('a')], query)).toThrow(word);
  });

  it.each(['0', '1001', 'x', ['1', '2']])('refuses limit %j', (limit) => {
    expect(() => page([], { limit })).toThrow('limit');
  });

  it('refuses a token that is none', () => {
    expect(() => page([], { continue: '!!' })).toThrow('continue');
  });
});
