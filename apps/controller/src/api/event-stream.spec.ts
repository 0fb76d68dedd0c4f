import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Notice } from '#contracts/notice';
import { NoticeBus } from '#events';
import { serveEvents } from './event-stream.js';

/** A client whose socket takes `room` writes and then no more. */
class Client extends EventEmitter {
  written: string[] = [];
  destroyed = false;
  room = Infinity;

  get writableNeedDrain(): boolean {
    return this.room <= 0;
  }
  write(text: string): boolean {
    this.written.push(text);
    this.room -= 1;
    return this.room > 0;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const bus = () =>
  new NoticeBus<Notice>({
    likeness: (notice) => ('node' in notice ? `${notice.kind} ${notice.node}` : undefined),
  });
const ledger = (takenAtMs: number, node = 'a'): Notice => ({ kind: 'ledger', node, takenAtMs });

function open(notices: NoticeBus, client: Client, missed: Iterable<Notice> = []) {
  const response = client as unknown as ServerResponse;
  return serveEvents({ response, notices: notices.subscribe(), missed, nowMs: () => 7 });
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('serveEvents', () => {
  it('sends a comment every 15 s, and nothing after the client is gone', async () => {
    const client = new Client();
    const notices = bus();
    const served = open(notices, client);
    await jest.advanceTimersByTimeAsync(45_000);
    expect(client.written.filter((text) => text === ': alive\n\n')).toHaveLength(3);
    client.destroy();
    await served;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(client.written).toHaveLength(4);
    expect(notices.counters.subscribers).toBe(0);
  });

  it('gives a slow client the newest ledger of each node once it reads again', async () => {
    const client = new Client();
    const notices = bus();
    const served = open(notices, client);
    client.room = 1;
    for (let at = 0; at < 1000; at += 1) {
      notices.publish(ledger(at));
      await jest.advanceTimersByTimeAsync(1);
    }
    client.room = Infinity;
    client.emit('drain');
    await jest.advanceTimersByTimeAsync(1);
    const told = client.written.filter((text) => text.startsWith('event: ledger'));
    expect(told).toHaveLength(2);
    expect(told[1]).toContain(new Date(999).toISOString());
    client.destroy();
    await served;
  });

  it('tells what was missed no faster than it is taken', async () => {
    const client = new Client();
    let made = 0;
    const missed = function* (): Iterable<Notice> {
      for (let i = 0; i < 5000; i += 1) {
        made += 1;
        yield ledger(i, `n${i}`);
      }
    };
    const notices = bus();
    const served = open(notices, client, missed());
    client.room = 10;
    await jest.advanceTimersByTimeAsync(1);
    expect(made).toBeLessThan(20);
    client.room = Infinity;
    client.emit('drain');
    for (let i = 0; i < 100 && client.written.length <= 5000; i += 1) await jest.advanceTimersByTimeAsync(1);
    expect(client.written).toHaveLength(5001);
    client.destroy();
    await served;
  });

  it('waits for no client that left in the middle', async () => {
    const client = new Client();
    const leaving = function* (): Iterable<Notice> {
      client.destroy();
      client.room = 0;
      yield ledger(1);
    };
    const notices = bus();
    let isOver = false;
    void open(notices, client, leaving()).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
  });

  it('drops a client that takes nothing for 20 s', async () => {
    const client = new Client();
    const notices = bus();
    const served = open(notices, client);
    client.room = 1;
    notices.publish(ledger(1));
    await jest.advanceTimersByTimeAsync(19_999);
    expect(client.destroyed).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    await served;
    expect(client.destroyed).toBe(true);
    expect(notices.counters.subscribers).toBe(0);
  });

  it('drops a client that the bus cut off', async () => {
    const client = new Client();
    const notices = bus();
    const served = open(notices, client);
    client.room = 1;
    for (let i = 0; i < 3000; i += 1)
      notices.publish({ kind: 'node', node: `n${i}`, state: 'connected' }, 'critical');
    client.room = Infinity;
    await jest.advanceTimersByTimeAsync(1);
    client.emit('drain');
    await served;
    expect(client.destroyed).toBe(true);
    expect(notices.counters.cutOff).toBe(1);
  });
});
