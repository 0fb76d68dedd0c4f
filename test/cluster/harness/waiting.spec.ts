import { describe, expect, it } from '@jest/globals';
import { eventually, GivenUp } from './waiting.js';

describe('eventually', () => {
  it('looks until there is something', async () => {
    let looks = 0;
    const found = await eventually('it is there', { seconds: 5, everyMs: 1 }, () =>
      ++looks < 3 ? undefined : looks,
    );
    expect(found).toBe(3);
  });

  it('says what did not come, and why the last look failed', async () => {
    const look = (): never => {
      throw new TypeError('not yet');
    };
    await expect(eventually('it is there', { seconds: 0.02, everyMs: 1 }, look)).rejects.toMatchObject({
      code: 'Stalled',
      message: 'Not within 0.02 s: it is there. not yet',
    });
  });

  it('ends at once when nobody waits any more', async () => {
    const look = (): never => {
      throw new GivenUp('enough');
    };
    await expect(eventually('it is there', { seconds: 60 }, look)).rejects.toThrow('enough');
  });
});
