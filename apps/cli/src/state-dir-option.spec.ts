import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { stateDirOption } from './state-dir-option.js';

describe('--state-dir', () => {
  const { coerce } = stateDirOption('/var/lib/memwarden', 'where');

  it('is an absolute path, from whatever folder the command was called in', () => {
    expect(coerce('state')).toBe(join(process.cwd(), 'state'));
    expect(coerce('/a/../b')).toBe('/b');
  });

  it('refuses nothing as a folder', () => {
    expect(() => coerce('')).toThrow(InvalidValue);
  });
});
