/*
 * What every PolicySource must do, whatever people write their policies into.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicySource, SourcedPolicy } from '#contracts/store';
import { sample, type Sample } from './sample.js';

export interface PolicyFixture {
  readonly source: PolicySource<Sample>;
  /** An API server counts every edit, also one that is not accepted. */
  readonly countsRejected?: boolean;
  /** A person writes it. A size below 0 is not valid. */
  readonly write: (policy: Sample) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  readonly reopen?: () => Promise<PolicySource<Sample>>;
  readonly end: () => Promise<void>;
}

/** Resolves with the policies as soon as they are so. */
export async function policiesUntil(
  source: PolicySource<Sample>,
  isSo: (policies: readonly SourcedPolicy<Sample>[]) => boolean,
): Promise<readonly SourcedPolicy<Sample>[]> {
  if (isSo(source.list())) return source.list();
  const { promise, resolve } = Promise.withResolvers<readonly SourcedPolicy<Sample>[]>();
  using _listener = source.onChange(() => {
    if (isSo(source.list())) resolve(source.list());
  });
  return await promise;
}

export function policySourceSuite(name: string, make: () => Promise<PolicyFixture>): void {
  describe(`${name}: a PolicySource`, () => {
    let fixture: PolicyFixture;
    let source: PolicySource<Sample>;

    beforeEach(async () => {
      fixture = await make();
      source = fixture.source;
    });
    afterEach(async () => fixture.end());

    const theOne = async (
      isSo: (policy: SourcedPolicy<Sample>) => boolean,
    ): Promise<SourcedPolicy<Sample>> => {
      const policies = await policiesUntil(source, ([first]) => first !== undefined && isSo(first));
      expect(policies).toHaveLength(1);
      return policies[0]!;
    };
    const inForce = async (size: number): Promise<SourcedPolicy<Sample>> =>
      theOne(({ object, rejected }) => object?.spec.size === size && rejected === null);

    it('is empty at first', () => {
      expect(source.list()).toEqual([]);
    });

    it('has what is written, with uid and generation', async () => {
      await fixture.write(sample('a', 1));
      const { name: called, object } = await inForce(1);
      expect(called).toBe('a');
      expect(object?.metadata).toMatchObject({ name: 'a', generation: 1, uid: expect.any(String) });
    });

    it('lists by name', async () => {
      for (const each of ['b', 'c', 'a']) await fixture.write(sample(each));
      const policies = await policiesUntil(source, (all) => all.length === 3);
      expect(policies.map((each) => each.name)).toEqual(['a', 'b', 'c']);
    });

    it('raises the generation with the spec, and the uid stays', async () => {
      await fixture.write(sample('a', 1));
      const first = await inForce(1);
      await fixture.write(sample('a', 2));
      const second = await inForce(2);
      expect(second.object?.metadata).toMatchObject({ uid: first.object?.metadata.uid, generation: 2 });
    });

    it('leaves the last good generation in force while an edit is not accepted', async () => {
      await fixture.write(sample('a', 1));
      const first = await inForce(1);
      await fixture.write(sample('a', -1));
      const broken = await theOne(({ rejected }) => rejected !== null);
      expect(broken.rejected?.reason).toBe('Invalid');
      expect(broken.rejected?.problems[0]?.message).not.toBe('');
      expect(broken.object).toEqual(first.object);
      await fixture.write(sample('a', 3));
      expect((await inForce(3)).object?.metadata.generation).toBe(fixture.countsRejected === true ? 3 : 2);
    });

    it('has no object of what was never accepted', async () => {
      await fixture.write(sample('a', -1));
      const broken = await theOne(() => true);
      expect(broken).toMatchObject({ name: 'a', object: null, rejected: { reason: 'Invalid' } });
    });

    it('forgets what is removed; made again, it is another one', async () => {
      await fixture.write(sample('a', 1));
      const first = await inForce(1);
      await fixture.remove('a');
      await policiesUntil(source, (all) => all.length === 0);
      await fixture.write(sample('a', 1));
      const second = await inForce(1);
      expect(second.object?.metadata.generation).toBe(1);
      expect(second.object?.metadata.uid).not.toBe(first.object?.metadata.uid);
    });

    it('is the same after a restart, an edit that is not accepted included', async () => {
      if (fixture.reopen === undefined) return;
      await fixture.write(sample('a', 1));
      await inForce(1);
      await fixture.write(sample('a', 2));
      const second = await inForce(2);
      source = await fixture.reopen();
      expect((await inForce(2)).object).toEqual(second.object);
      await fixture.write(sample('a', -1));
      await theOne(({ rejected }) => rejected !== null);
      source = await fixture.reopen();
      expect(await theOne(({ rejected }) => rejected !== null)).toMatchObject({ object: second.object });
    });
  });
}
