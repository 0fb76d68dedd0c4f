import { describe, expect, it } from '@jest/globals';
import { ApiClient, WrongToken } from '../client/api.js';
import { follow } from './follow.js';

const TARGET = { api: 'http://127.0.0.1:1/api/v1', token: 'x' };

/** Yields these events, a connection each; then waits until it is ended. */
class Speaking extends ApiClient {
  readonly #connections: string[][];

  constructor(connections: string[][]) {
    super(TARGET);
    this.#connections = connections;
  }

  override async *events(signal: AbortSignal): AsyncGenerator<string> {
    yield* this.#connections.shift() ?? [];
    if (this.#connections.length > 0) return;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
    });
  }
}

class Refusing extends ApiClient {
  override async *events(): AsyncGenerator<string> {
    await Promise.reject(new WrongToken('another token'));
  }
}

const object = (
  name: string,
  resourceVersion: string,
): { metadata: { name: string; resourceVersion: string } } => ({
  metadata: { name, resourceVersion },
});

describe('what is watched', () => {
  it('is told once, then what is new or changed, at the events that are meant', async () => {
    const lists = [
      [object('a', '1'), object('b', '1')],
      [object('a', '2'), object('b', '1'), object('c', '1')],
    ];
    const told: string[][] = [];
    const done = new AbortController();
    await follow(
      new Speaking([['ledger', 'finding', 'cleanup']]),
      {
        event: 'cleanup',
        list: () => Promise.resolve(lists.shift() ?? []),
        changed: (items) => {
          told.push(items.map(({ metadata }) => metadata.name));
          if (lists.length === 0) done.abort();
        },
        troubled: () => undefined,
      },
      done.signal,
    );
    expect(told).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('ends by itself when enough was seen', async () => {
    let seen = 0;
    await follow(
      new Speaking([['cleanup', 'cleanup']]),
      {
        event: 'cleanup',
        list: () => Promise.resolve([object('a', String(seen))]),
        changed: () => (seen += 1),
        troubled: () => undefined,
        isDone: () => seen === 2,
      },
      AbortSignal.timeout(10_000),
    );
    expect(seen).toBe(2);
  });

  it('does not go on with a wrong token', async () => {
    const watching = follow(
      new Refusing(TARGET),
      {
        event: 'finding',
        list: () => Promise.resolve([]),
        changed: () => undefined,
        troubled: () => undefined,
      },
      AbortSignal.timeout(10_000),
    );
    await expect(watching).rejects.toThrow(WrongToken);
  });
});
