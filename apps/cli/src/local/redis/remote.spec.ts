import { describe, expect, it } from '@jest/globals';
import { doubtsOf } from './remote.js';

const info = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

describe('a Redis that somebody else runs', () => {
  it('is fit for a queue when it keeps what it is given', () => {
    expect(doubtsOf(info(['maxmemory_policy:noeviction', 'aof_enabled:1', 'role:master']))).toEqual([]);
  });

  it.each([
    ['maxmemory_policy:allkeys-lru', /maxmemory-policy allkeys-lru.*nothing is acted on.*noeviction/u],
    ['aof_enabled:0', /no append-only file/u],
    ['role:slave', /is a replica/u],
  ])('is doubted for %s', (line, doubt) => {
    const doubts = doubtsOf(info(['redis_version:7.0.15', line]));
    expect(doubts).toHaveLength(1);
    expect(doubts[0]).toMatch(doubt);
  });
});
