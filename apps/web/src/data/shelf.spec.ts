import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Answer } from './api.js';
import { Shelf } from './shelf.js';

interface Item {
  readonly name: string;
  readonly text: string;
}

/** A controller whose answers come when the test says so. */
class Answers {
  readonly lists: ((answer: Answer<{ items: readonly Item[]; hasMore: boolean }>) => void)[] = [];
  readonly ones: { readonly name: string; readonly answer: (item: Item | null) => void }[] = [];
  changes = 0;
  readonly shelf = new Shelf<Item>(
    {
      readAll: async () => new Promise((resolve) => this.lists.push(resolve)),
      readOne: async (name) =>
        new Promise((resolve) => this.ones.push({ name, answer: (value) => resolve({ ok: true, value }) })),
      changed: () => {
        this.changes += 1;
      },
    },
    { nowMs: () => Date.now(), chance: () => 0 },
  );

  async list(...names: readonly string[]): Promise<void> {
    const items = names.map((name) => ({ name, text: 'listed' }));
    this.lists.shift()?.({ ok: true, value: { items, hasMore: false } });
    await jest.advanceTimersByTimeAsync(0);
  }

  async fail(): Promise<void> {
    this.lists.shift()?.({ ok: false, problem: { status: 503, text: 'away' } });
    await jest.advanceTimersByTimeAsync(0);
  }

  get names(): readonly string[] {
    return [...(this.shelf.state.items?.keys() ?? [])];
  }
}

let answers: Answers;
beforeEach(() => {
  jest.useFakeTimers();
  answers = new Answers();
});
afterEach(() => {
  answers.shelf.stop();
  jest.useRealTimers();
});

async function shown(...names: readonly string[]): Promise<void> {
  answers.shelf.showNode('a');
  await jest.advanceTimersByTimeAsync(0);
  await answers.list(...names);
}

describe('a shelf', () => {
  it('reads a burst of notices once, by name, and what is gone goes', async () => {
    await shown('x', 'y');
    for (const name of ['x', 'z', 'y', 'x']) answers.shelf.want(name);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(answers.ones.map((one) => one.name)).toEqual(['x', 'z', 'y']);
    for (const { name, answer } of answers.ones) answer(name === 'y' ? null : { name, text: 'read' });
    await jest.advanceTimersByTimeAsync(0);
    expect(answers.names).toEqual(['x', 'z']);
    expect(answers.lists).toHaveLength(0);
  });

  it('reads many names as one list, and no list more than once a second', async () => {
    await shown('x');
    for (let at = 0; at < 40; at += 1) answers.shelf.want(`n${at}`);
    await jest.advanceTimersByTimeAsync(500);
    expect(answers.lists).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(600);
    expect(answers.lists).toHaveLength(1);
    expect(answers.ones).toHaveLength(0);
  });

  it('has one read under way, and reads once more what was noticed meanwhile', async () => {
    await shown('x');
    answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(1_500);
    for (let at = 0; at < 5; at += 1) answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(answers.lists).toHaveLength(1);
    await answers.list('x', 'y');
    expect(answers.names).toEqual(['x', 'y']);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(answers.lists).toHaveLength(1);
  });

  it('reads in spite of notices without end', async () => {
    await shown('x');
    for (let at = 0; at < 40; at += 1) {
      answers.shelf.want('x');
      await jest.advanceTimersByTimeAsync(50);
    }
    expect(answers.ones.length).toBeGreaterThan(0);
  });

  it('reads a list although the clock was set back', async () => {
    await shown('x');
    jest.setSystemTime(Date.now() - 3_600_000);
    answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(answers.lists).toHaveLength(1);
  });

  it('keeps what it had when a read fails, says so, and reads all again by itself', async () => {
    await shown('x');
    answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(1_500);
    await answers.fail();
    expect(answers.shelf.state).toMatchObject({ problem: { text: 'away' } });
    expect(answers.names).toEqual(['x']);
    await jest.advanceTimersByTimeAsync(31_000);
    await answers.list('x', 'y');
    expect(answers.shelf.state.problem).toBeNull();
    expect(answers.names).toEqual(['x', 'y']);
  });

  it('forgets the last node at once, and an answer that was on its way', async () => {
    await shown('x');
    answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(1_500);
    answers.shelf.showNode('b');
    expect(answers.shelf.state.items).toBeNull();
    await answers.list('x');
    expect(answers.shelf.state.items).toBeNull();
    await jest.advanceTimersByTimeAsync(10);
    await answers.list('z');
    expect(answers.names).toEqual(['z']);
  });

  it('shows at once what an act was answered with', async () => {
    await shown('x');
    const before = answers.changes;
    answers.shelf.put({ name: 'new', text: 'made' });
    expect(answers.names).toEqual(['x', 'new']);
    expect(answers.changes).toBe(before + 1);
  });

  it('does nothing after it was stopped', async () => {
    await shown('x');
    answers.shelf.stop();
    answers.shelf.want(null);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(answers.lists).toHaveLength(0);
  });
});
