import { describe, expect, it } from '@jest/globals';
import type { Change, Page } from '../backend/backend.js';
import { ApiClient, WrongToken } from '../client/api.js';
import { HttpBackend } from '../client/http-backend.js';
import { follow } from './follow.js';

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

const TARGET = { api: 'http://127.0.0.1:1/api/v1', token: 'x' };
const thing = (name: string, resourceVersion: string): Thing => ({ metadata: { name, resourceVersion } });
const all = (...items: Thing[]): Change<Thing> => ({ kind: 'All', items });

/** A connection each: these changes, then the end; the last one stays open. */
function connections(...each: Change<Thing>[][]): (signal: AbortSignal) => AsyncGenerator<Change<Thing>> {
  return async function* (signal) {
    yield* each.shift() ?? [];
    if (each.length > 0) return;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
    });
  };
}

async function told(
  changes: (signal: AbortSignal) => AsyncGenerator<Change<Thing>>,
  times: number,
): Promise<string[][]> {
  const names: string[][] = [];
  await follow<Thing>(
    {
      changes,
      changed: (items) => names.push(items.map(({ metadata }) => metadata.name)),
      troubled: () => undefined,
      isDone: () => names.length === times,
    },
    AbortSignal.timeout(10_000),
  );
  return names;
}

describe('what is watched', () => {
  it('is told once, then what is new or changed', async () => {
    const seen = await told(
      connections([
        all(thing('a', '1'), thing('b', '1')),
        all(thing('a', '2'), thing('b', '1'), thing('c', '1')),
      ]),
      2,
    );
    expect(seen).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('is told change by change; one that went and came back is new', async () => {
    const some = (items: Thing[], gone: Thing[] = []): Change<Thing> => ({ kind: 'Some', items, gone });
    const seen = await told(
      connections([
        all(thing('a', '1')),
        some([thing('a', '2')]),
        some([], [thing('a', '2')]),
        some([thing('a', '2')]),
      ]),
      4,
    );
    expect(seen).toEqual([['a'], ['a'], [], ['a']]);
  });

  it('tells after a lost connection only what is another one since', async () => {
    const seen = await told(connections([all(thing('a', '1'))], [all(thing('a', '1'), thing('b', '7'))]), 2);
    expect(seen).toEqual([['a'], ['b']]);
  });

  it('does not go on with a wrong token', async () => {
    const refusing = async function* (): AsyncGenerator<Change<Thing>> {
      await Promise.reject(new WrongToken('another token'));
    };
    await expect(told(refusing, 1)).rejects.toThrow(WrongToken);
  });
});

/** Yields these events, then waits until it is ended. */
class Speaking extends ApiClient {
  readonly #lists: unknown[][];

  constructor(
    private readonly said: readonly string[],
    lists: unknown[][],
  ) {
    super(TARGET);
    this.#lists = lists;
  }

  override async *events(signal: AbortSignal): AsyncGenerator<string> {
    yield* this.said;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
    });
  }

  override list<T>(): Promise<Page<T>> {
    return Promise.resolve({ items: (this.#lists.shift() ?? []) as T[] });
  }
}

describe('a controller that is watched', () => {
  it('is asked again at the events that are meant', async () => {
    const lists = [[thing('a', '1')], [thing('a', '2')]];
    const { cleanups } = new HttpBackend(new Speaking(['ledger', 'finding', 'cleanup'], lists));
    const kinds: unknown[] = [];
    for await (const change of cleanups.changes({}, AbortSignal.timeout(10_000))) {
      kinds.push(change.items);
      if (kinds.length === 2) break;
    }
    expect(kinds).toEqual([[thing('a', '1')], [thing('a', '2')]]);
    expect(lists).toEqual([]);
  });
});
