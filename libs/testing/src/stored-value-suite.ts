/*
 * What every StoredValue must do.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredValue } from '#contracts/store';

export interface Note {
  readonly by: string;
  readonly reason: string;
}

export interface ValueFixture {
  readonly value: StoredValue<Note>;
  readonly reopen?: () => Promise<StoredValue<Note>>;
  readonly end?: () => Promise<void>;
}

export function storedValueSuite(name: string, make: () => Promise<ValueFixture>): void {
  describe(`${name}: a StoredValue`, () => {
    let fixture: ValueFixture;

    beforeEach(async () => {
      fixture = await make();
    });
    afterEach(async () => fixture.end?.());

    it('is null, then what was set, then null again', async () => {
      const { value } = fixture;
      expect(value.get()).toBeNull();
      await value.set({ by: 'a', reason: 'x\ny\u0000' });
      expect(value.get()).toEqual({ by: 'a', reason: 'x\ny\u0000' });
      await value.set(null);
      expect(value.get()).toBeNull();
      await value.set(null);
      expect(value.get()).toBeNull();
    });

    it('has the last of several that were set at once', async () => {
      const { value } = fixture;
      await Promise.all(['1', '2', '3'].map(async (by) => value.set({ by, reason: '' })));
      expect(value.get()?.by).toBe('3');
    });

    it('shares nothing that its user could change', async () => {
      const mine = { by: 'a', reason: 'x' };
      await fixture.value.set(mine);
      mine.by = 'b';
      expect(fixture.value.get()?.by).toBe('a');
    });

    it('is the same after a restart, and removed stays removed', async () => {
      if (fixture.reopen === undefined) return;
      await fixture.value.set({ by: 'a', reason: 'x' });
      const again = await fixture.reopen();
      expect(again.get()).toEqual({ by: 'a', reason: 'x' });
      await again.set(null);
      expect((await fixture.reopen()).get()).toBeNull();
    });
  });
}
