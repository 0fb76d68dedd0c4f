/*
 * What every ObjectStore must do, whatever it is made of.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidValue, NotFound } from '#contracts/errors';
import { Conflict, keyOf, type ObjectStore, type StoreChange } from '#contracts/store';
import { sample, type Sample } from './sample.js';

export interface StoreFixture {
  readonly store: ObjectStore<Sample>;
  /** The same objects after a restart. Absent where nothing outlives the process. */
  readonly reopen?: () => Promise<ObjectStore<Sample>>;
  readonly end?: () => Promise<void>;
  /** Where its objects are; absent: it knows no namespaces. */
  readonly namespace?: string;
}

const BAD_NAMES = [
  '',
  '.',
  '..',
  '../x',
  'a/b',
  'a b',
  'A',
  'a\n',
  '-a',
  'a-',
  'a..b',
  'a\0b',
  'ä',
  'x'.repeat(254),
];

export function objectStoreSuite(name: string, make: () => Promise<StoreFixture>): void {
  describe(`${name}: an ObjectStore`, () => {
    let fixture: StoreFixture;
    let store: ObjectStore<Sample>;
    let changes: string[];

    const say = ({ kind, object }: StoreChange<Sample>): void => {
      changes.push(`${kind} ${object.metadata.name} ${object.spec.size}`);
    };

    beforeEach(async () => {
      fixture = await make();
      store = fixture.store;
      changes = [];
    });
    afterEach(async () => fixture.end?.());

    const at = (name: string, size?: number, note?: string): Sample => {
      const object = sample(name, size, note);
      const { namespace } = fixture;
      return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
    };
    const key = (name: string): string => keyOf(at(name).metadata);
    const created = async (object: Sample): Promise<Sample> => (await store.create(object)).object;

    it('is empty at first', () => {
      expect(store.list()).toEqual([]);
      expect(store.get(key('a'))).toBeNull();
    });

    it('stamps what it creates', async () => {
      const answer = await store.create(at('a'));
      expect(answer.kind).toBe('Created');
      expect(answer.object).toMatchObject({ ...at('a'), metadata: { name: 'a', generation: 1 } });
      expect(answer.object.metadata.uid).toMatch(
        /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
      );
      expect(answer.object.metadata.resourceVersion).toMatch(/^\S+$/);
      expect(new Date(answer.object.metadata.creationTimestamp ?? '').getTime()).toBeGreaterThan(0);
      expect(store.get(key('a'))).toEqual(answer.object);
    });

    it('takes its own fields from nobody', async () => {
      const forged = {
        ...at('a').metadata,
        uid: 'mine',
        resourceVersion: '999',
        generation: 7,
        creationTimestamp: 'then',
      };
      const { metadata } = await created({ ...at('a'), metadata: forged });
      expect(metadata.generation).toBe(1);
      expect([metadata.uid, metadata.creationTimestamp]).not.toEqual(['mine', 'then']);
    });

    it('creates twice what is one object, and leaves the first untouched', async () => {
      const first = await created(at('a', 1));
      expect(await store.create(at('a', 2))).toEqual({ kind: 'AlreadyExists', object: first });
      expect(store.get(key('a'))).toEqual(first);
    });

    it('creates one object when several create it at once', async () => {
      const answers = await Promise.all([1, 2, 3, 4].map((size) => store.create(at('a', size))));
      expect(answers.filter((each) => each.kind === 'Created')).toHaveLength(1);
      expect(new Set(answers.map((each) => each.object.metadata.uid)).size).toBe(1);
    });

    it.each(BAD_NAMES)('refuses the name %j', async (bad) => {
      await expect(store.create(at(bad))).rejects.toThrow(InvalidValue);
      expect(store.list()).toEqual([]);
    });

    it.each(['a', '0', 'a.b-c.d', 'x'.repeat(253)])('takes the name %s', async (good) => {
      await store.create(at(good));
      expect(store.get(key(good))?.metadata.name).toBe(good);
    });

    it('takes a namespace only where there are namespaces, and needs it there', async () => {
      const { namespace: _namespace, ...elsewhere } = at('a').metadata;
      const metadata = fixture.namespace === undefined ? { ...elsewhere, namespace: 'team' } : elsewhere;
      await expect(store.create({ ...at('a'), metadata })).rejects.toThrow(InvalidValue);
      expect(store.list()).toEqual([]);
    });

    it('keeps objects of one name in two namespaces apart', async () => {
      if (fixture.namespace === undefined) return;
      const mine = await created(at('a', 1));
      const metadata = { name: 'a', namespace: 'another' };
      const other = await created({ ...at('a', 2), metadata });
      expect([store.get(key('a')), store.get('another/a'), store.get('a')]).toEqual([mine, other, null]);
      expect(store.list().map((each) => keyOf(each.metadata))).toEqual([key('a'), 'another/a'].sort());
      await store.delete(key('a'));
      expect(store.list()).toEqual([other]);
    });

    it('raises the generation with the spec and nothing else', async () => {
      const first = await created(at('a', 1));
      const noted = await store.update({ ...first, status: { note: 'seen' } });
      expect(noted.metadata.generation).toBe(1);
      expect(noted.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      const grown = await store.update({ ...noted, spec: { size: 2, tags: ['x'] } });
      expect(grown.metadata).toMatchObject({
        uid: first.metadata.uid,
        generation: 2,
        creationTimestamp: first.metadata.creationTimestamp,
      });
      const sameSpec = await store.update({ ...grown, spec: { tags: ['x'], size: 2 }, status: { note: '' } });
      expect(sameSpec.metadata.generation).toBe(2);
      expect(store.get(key('a'))).toEqual(sameSpec);
    });

    it('writes nothing when nothing changed', async () => {
      const first = await created(at('a', 1));
      using _listener = store.onChange(say);
      const again = await store.update({ ...first, spec: { size: 1 } });
      expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(changes).toEqual([]);
    });

    it('keeps uid and creation time, whatever an update says', async () => {
      const first = await created(at('a', 1));
      const { uid: _uid, ...rest } = first.metadata;
      const next = await store.update({
        ...first,
        metadata: { ...rest, creationTimestamp: 'x', generation: 9 },
        spec: { size: 2 },
      });
      expect(next.metadata).toMatchObject({
        uid: first.metadata.uid,
        generation: 2,
        creationTimestamp: first.metadata.creationTimestamp,
      });
    });

    it('refuses an update of what was written since', async () => {
      const first = await created(at('a', 1));
      const second = await store.update({ ...first, spec: { size: 2 } });
      await expect(store.update({ ...first, spec: { size: 3 } })).rejects.toThrow(Conflict);
      await expect(store.update(at('a', 3))).rejects.toThrow(Conflict);
      expect(store.get(key('a'))).toEqual(second);
    });

    it('lets one of several updates at once win', async () => {
      const first = await created(at('a', 1));
      const answers = await Promise.allSettled(
        [2, 3, 4].map((size) => store.update({ ...first, spec: { size } })),
      );
      expect(answers.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
      expect(answers.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))).toEqual(
        [expect.any(Conflict), expect.any(Conflict)],
      );
    });

    it('refuses an update of what is not there, or of another incarnation', async () => {
      await expect(store.update(at('a'))).rejects.toThrow(NotFound);
      const first = await created(at('a', 1));
      await store.delete(key('a'));
      await expect(store.update({ ...first, spec: { size: 2 } })).rejects.toThrow(NotFound);
      const second = await created(at('a', 1));
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
      await expect(store.update({ ...first, spec: { size: 2 } })).rejects.toThrow(Conflict);
    });

    it('deletes once, and again without a word', async () => {
      await created(at('a'));
      using _listener = store.onChange(say);
      await store.delete(key('a'));
      await store.delete(key('a'));
      await store.delete('../a');
      expect(store.get(key('a'))).toBeNull();
      expect(store.list()).toEqual([]);
      expect(changes).toEqual(['Deleted a 1']);
    });

    it('lists by name in byte order', async () => {
      for (const each of ['b', 'a', 'a-b', 'a.b', '0', 'ab', 'a0']) await created(at(each));
      await store.delete(key('ab'));
      expect(store.list().map((each) => each.metadata.name)).toEqual(['0', 'a', 'a-b', 'a.b', 'a0', 'b']);
    });

    it('gives lists that do not change under their reader', async () => {
      await created(at('a'));
      const before = store.list();
      await created(at('b'));
      expect(before.map((each) => each.metadata.name)).toEqual(['a']);
    });

    it('tells of changes after they are committed, in order', async () => {
      const seen: boolean[] = [];
      using _first = store.onChange(({ kind, object }) => {
        seen.push(kind === 'Deleted' ? store.get(key('a')) === null : store.get(key('a')) === object);
      });
      using _second = store.onChange(say);
      const first = await created(at('a', 1));
      const second = await store.update({ ...first, spec: { size: 2 } });
      await store.update({ ...second, spec: { size: 3 } });
      await store.delete(key('a'));
      expect(changes).toEqual(['Added a 1', 'Modified a 2', 'Modified a 3', 'Deleted a 3']);
      expect(seen).toEqual([true, true, true, true]);
    });

    it('tells nobody who is gone', async () => {
      const listener = store.onChange(say);
      listener[Symbol.dispose]();
      await created(at('a'));
      expect(changes).toEqual([]);
    });

    it('shares nothing that its user could change', async () => {
      const mine = { ...at('a'), spec: { size: 1, tags: ['x'] } };
      await store.create(mine);
      mine.spec.tags.push('y');
      mine.spec.size = 7;
      expect(store.get(key('a'))?.spec).toEqual({ size: 1, tags: ['x'] });
      const kept = store.get(key('a')) as { spec: { size: number } };
      expect(() => {
        kept.spec.size = 9;
      }).toThrow(TypeError);
    });

    it('keeps text of every kind', async () => {
      const note = 'line\nbreak \u0000\u001b[31m \u2028 "quoted" \\ 🦜 '.repeat(100);
      await created(at('a', 1, note));
      expect(store.get(key('a'))?.status?.note).toBe(note);
    });

    it('is the same after a restart', async () => {
      if (fixture.reopen === undefined) return;
      const a = await created(at('a', 1, 'x\ny'));
      await created(at('b'));
      await store.delete(key('b'));
      await store.update({ ...a, spec: { size: 5 } });
      await created(at('x'.repeat(253)));
      const before = store.list();
      store = await fixture.reopen();
      expect(store.list()).toEqual(before);
      const again = store.get(key('a')) as Sample;
      const next = await store.update({ ...again, spec: { size: 6 } });
      expect(next.metadata.generation).toBe(3);
    });
  });
}
