import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { canRead, flavourName, isNewEnough, parseFlavour, parseVersion, type Flavour } from './flavour.js';

const redis = (major: number, minor: number): Flavour => ({ family: 'redis', major, minor });
const valkey = (major: number, minor: number): Flavour => ({ family: 'valkey', major, minor });

describe('the flavour of a server', () => {
  it('is read from its own words', () => {
    expect(parseVersion('Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64\n')).toEqual(
      redis(7, 0),
    );
    expect(parseVersion('Valkey server v=8.0.1 sha=00000000:0\n')).toEqual(valkey(8, 0));
    expect(parseVersion('nginx version: 1.22')).toBeNull();
  });

  it('is new enough from Redis 6.2 on', () => {
    expect([redis(5, 9), redis(6, 0), redis(6, 2), redis(7, 0), valkey(7, 2)].map(isNewEnough)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});

describe('who can read whose data', () => {
  it.each<[Flavour, Flavour | null, boolean]>([
    [redis(6, 2), null, true],
    [redis(7, 0), redis(6, 2), true],
    [redis(6, 2), redis(7, 0), false],
    [redis(7, 4), redis(7, 2), true],
    [valkey(8, 0), redis(7, 2), true],
    [valkey(8, 0), redis(7, 4), false],
    [redis(8, 0), valkey(7, 2), false],
    [valkey(7, 2), valkey(8, 0), false],
  ])('%j reads what %j wrote: %p', (reader, writer, expected) => {
    expect(canRead(reader, writer)).toBe(expected);
  });
});

describe('flavour.json', () => {
  it('comes back as it was written', () => {
    expect(parseFlavour(JSON.stringify(valkey(8, 1)))).toEqual(valkey(8, 1));
    expect(flavourName(valkey(8, 1))).toBe('Valkey 8.1');
  });

  it.each([
    '',
    '{',
    'null',
    '{"family":"mysql","major":8,"minor":0}',
    '{"family":"redis","major":"7","minor":0}',
  ])('refuses %p', (text) => {
    expect(() => parseFlavour(text)).toThrow(InvalidValue);
  });
});
