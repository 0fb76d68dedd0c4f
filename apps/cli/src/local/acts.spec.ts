import { describe, expect, it } from '@jest/globals';
import { condition, policy } from '../../test/objects.js';
import type { MemoryPolicy } from '#api';
import type { Page } from '../backend/backend.js';
import type { ModeAnswer } from '../client/answers.js';
import { ApiClient } from '../client/api.js';
import { askActs } from './acts.js';

const ON: ModeAnswer = {
  effective: 'Enforce',
  acts: 'On',
  levels: [{ level: 'store', mode: 'Enforce', reason: 'Well.' }],
  pause: null,
  breaker: null,
  nodes: [{ node: 'a', mode: 'Enforce', reason: 'Allowed.' }],
};

class Answering extends ApiClient {
  constructor(
    private readonly answer: ModeAnswer | null,
    private readonly found: readonly MemoryPolicy[] = [],
  ) {
    super({ api: 'http://127.0.0.1:1/api/v1', token: 'x' });
  }

  override mode(): Promise<ModeAnswer> {
    return this.answer === null ? Promise.reject(new Error('away')) : Promise.resolve(this.answer);
  }

  override list<T>(): Promise<Page<T>> {
    return Promise.resolve({ items: this.found as unknown as readonly T[] });
  }
}

const acts = async (mode: ModeAnswer | null): Promise<string> => (await askActs(new Answering(mode))).acts;

describe('what a start says of acts', () => {
  it('is the first voice that says no, the node included', async () => {
    expect(await acts(ON)).toBe('possible, where a policy says Enforce');
    const paused = [...ON.levels, { level: 'pause', mode: 'Observe', reason: 'Paused.' }] as const;
    expect(await acts({ ...ON, acts: 'Off', levels: paused })).toBe('off: Paused.');
    expect(await acts({ ...ON, nodes: [{ node: 'a', mode: 'Observe', reason: 'No list\x1b[2J.' }] })).toBe(
      String.raw`off: No list\x1b[2J.`,
    );
    expect(await acts({ ...ON, nodes: [] })).toBe('not known yet');
  });

  it('never makes a start fail', async () => {
    expect(await askActs(new Answering(null))).toEqual({ acts: 'not known yet', policyCount: 'none yet' });
  });

  it('counts policies that are refused', async () => {
    const conditions = [condition('Accepted', 'Invalid', { status: 'False' })];
    const refused = policy('b', { status: { conditions } });
    const { policyCount } = await askActs(new Answering(ON, [policy('a'), refused]));
    expect(policyCount).toBe('1 accepted, 1 refused');
  });
});
