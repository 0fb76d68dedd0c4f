import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoreChange, StoredObject } from '#contracts/store';
import { Cache } from './cache.js';

interface Thing extends StoredObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

// expect() would take most of the time of thousands of runs.
function must(isSo: boolean): void {
  if (!isSo) throw new Error('It is not so.');
}

/** The server: what there is, and everything that ever happened, numbered. */
class Server {
  readonly things = new Map<string, Thing>();
  readonly events: { readonly isGone: boolean; readonly thing: Thing }[] = [];
  #version = 100;

  get version(): string {
    return String(this.#version);
  }

  write(name: string): Thing {
    this.#version += 1;
    const uid = this.things.get(name)?.metadata.uid ?? `uid-${this.#version}`;
    const thing = { metadata: { name, uid, resourceVersion: this.version } };
    this.things.set(name, thing);
    this.events.push({ isGone: false, thing });
    return thing;
  }

  remove(name: string): Thing | null {
    const there = this.things.get(name);
    if (there === undefined) return null;
    this.#version += 1;
    this.things.delete(name);
    const thing = { metadata: { ...there.metadata, resourceVersion: this.version } };
    this.events.push({ isGone: true, thing });
    return there;
  }
}

/** A process: a cache, how far its watch has come, and answers to its own writes that are on their way. */
class Process {
  readonly server = new Server();
  readonly cache = new Cache<Thing, never>({ indexes: {}, maxObjects: 1000 });
  readonly answers: (() => void)[] = [];
  readonly told = new Map<string, Thing>();
  /** Own writes that resolved. */
  readonly #written: Thing[] = [];
  readonly #removed: Thing[] = [];
  #seen = 0;
  #list: (() => void) | null = null;

  constructor() {
    this.askList();
    this.answerList();
    this.cache.onChange((change) => this.#tell(change));
  }

  watch(count: number): void {
    if (this.#list !== null) return;
    for (const { isGone, thing } of this.server.events.slice(this.#seen, this.#seen + count)) {
      if (isGone) this.cache.gone(thing);
      else this.cache.seen(thing);
      this.#seen += 1;
    }
  }

  /** The server reads now; the answer is on its way, and until then there is no watch. */
  askList(): void {
    if (this.#list !== null) return;
    const deletedBefore = this.cache.deletedSoFar();
    const things = new Map(this.server.things);
    const { version } = this.server;
    const seen = this.server.events.length;
    this.#list = () => {
      this.cache.replace(things, version, deletedBefore);
      this.#seen = seen;
      this.#list = null;
    };
  }

  answerList(): void {
    this.#list?.();
  }

  write(name: string): void {
    const thing = this.server.write(name);
    this.answers.push(() => {
      this.cache.written(thing);
      this.#written.push(thing);
    });
  }

  /** The store deletes what it has in its cache. */
  remove(name: string): void {
    const mine = this.cache.get(name);
    if (mine === null || this.server.things.get(name)?.metadata.uid !== mine.metadata.uid) return;
    this.server.remove(name);
    this.answers.push(() => {
      this.cache.deleted(mine);
      this.#removed.push(mine);
    });
  }

  /** What every write that resolved promises. */
  check(): void {
    for (const thing of this.#written) {
      const { name, uid, resourceVersion } = thing.metadata;
      const shown = this.cache.get(name);
      const isLater = ({ metadata }: Thing): boolean =>
        Number(metadata.resourceVersion) > Number(resourceVersion);
      const wasRemoved = this.server.events.some(
        (each) => each.isGone && each.thing.metadata.uid === uid && isLater(each.thing),
      );
      must(shown === null ? wasRemoved : shown === thing || isLater(shown));
    }
    for (const { metadata } of this.#removed)
      must(this.cache.get(metadata.name)?.metadata.uid !== metadata.uid);
  }

  #tell({ kind, object }: StoreChange<Thing>): void {
    const { name, uid, resourceVersion } = object.metadata;
    const before = this.told.get(name);
    must((before === undefined) === (kind === 'Added'));
    if (kind === 'Modified') {
      must(before?.metadata.uid === uid);
      must(Number(resourceVersion) > Number(before?.metadata.resourceVersion));
    }
    if (kind === 'Deleted') this.told.delete(name);
    else this.told.set(name, object);
  }
}

const name = fc.constantFrom('a', 'b', 'c');
const DOES = [
  'mine',
  'theirs',
  'remove mine',
  'remove theirs',
  'answer',
  'watch',
  'ask list',
  'answer list',
] as const;
const step = fc.record({ do: fc.constantFrom(...DOES), name, count: fc.integer({ min: 1, max: 4 }) });

interface Step {
  readonly do: (typeof DOES)[number];
  readonly name: string;
  readonly count: number;
}

const PLAY: Readonly<Record<Step['do'], (process: Process, step: Step) => void>> = {
  mine: (process, { name: it }) => process.write(it),
  theirs: ({ server }, { name: it }) => void server.write(it),
  'remove mine': (process, { name: it }) => process.remove(it),
  'remove theirs': ({ server }, { name: it }) => void server.remove(it),
  answer: ({ answers }) => answers.shift()?.(),
  watch: (process, { count }) => process.watch(count),
  'ask list': (process) => process.askList(),
  'answer list': (process) => process.answerList(),
};

describe('Cache', () => {
  it('shows own writes as they resolve, never goes back, and ends as the server, whatever overtakes what', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const process = new Process();
        for (const each of steps) {
          PLAY[each.do](process, each);
          process.check();
        }
        for (const answer of process.answers) answer();
        process.answerList();
        process.watch(Infinity);
        const byName = (a: Thing, b: Thing): number => (a.metadata.name < b.metadata.name ? -1 : 1);
        const truth = [...process.server.things.values()].sort(byName);
        expect(process.cache.list()).toEqual(truth);
        expect([...process.told.values()].sort(byName)).toEqual(truth);
      }),
      { numRuns: 5000 },
    );
  });

  it('believes a server whose time went back', () => {
    const cache = new Cache<Thing, never>({ indexes: {}, maxObjects: 10 });
    const at = (resourceVersion: string): Thing => ({ metadata: { name: 'a', uid: 'u', resourceVersion } });
    cache.replace(new Map([['a', at('900')]]), '900', new Map());
    expect(cache.bookmark('901')).toBe(true);
    expect(cache.bookmark('500')).toBe(false);
    cache.replace(new Map([['a', at('400')]]), '500', new Map());
    expect(cache.get('a')).toEqual(at('400'));
    cache.seen(at('501'));
    expect(cache.get('a')).toEqual(at('501'));
  });

  it('keeps no more than it may, and counts what it leaves', () => {
    const cache = new Cache<Thing, never>({ indexes: {}, maxObjects: 2 });
    for (const [i, each] of ['a', 'b', 'c'].entries())
      cache.seen({ metadata: { name: each, uid: each, resourceVersion: String(i + 1) } });
    expect([cache.size, cache.left]).toEqual([2, 1]);
  });
});
