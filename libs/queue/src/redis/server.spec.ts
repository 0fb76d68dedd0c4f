import { describe, expect, it } from '@jest/globals';
import { judgeServer } from './server.js';

const info = (changes: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    redis_version: '7.0.15',
    loading: '0',
    role: 'master',
    maxmemory_policy: 'noeviction',
    ...changes,
  })
    .map(([name, value]) => `${name}:${value}`)
    .join('\r\n');

describe('a server', () => {
  it.each([
    ['as it must be', {}, 'Fit'],
    ['of the oldest version', { redis_version: '6.2.0' }, 'Fit'],
    ['of a version with more digits', { redis_version: '10.0.1' }, 'Fit'],
    ['that is too old', { redis_version: '6.0.16' }, 'TooOld'],
    ['that says no version', { redis_version: '?' }, 'TooOld'],
    ['that reads its files', { loading: '1' }, 'Loading'],
    ['that follows another', { role: 'slave' }, 'ReadOnly'],
    ['that may evict', { maxmemory_policy: 'volatile-lru' }, 'Evicting'],
  ])('%s', (_what, changes, kind) => {
    expect(judgeServer(info(changes)).kind).toBe(kind);
  });

  it('that is nothing of the kind is too old', () => {
    expect(judgeServer('')).toMatchObject({ kind: 'TooOld' });
  });
});
