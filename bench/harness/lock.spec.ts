import { Unavailable } from '#contracts/errors';
import { expect, it } from '@jest/globals';
import { lockMachine } from './lock.js';

it('is held by one at a time and given back', async () => {
  const name = `memwarden-bench-spec-${process.pid}`;
  {
    await using _first = await lockMachine(name);
    await expect(lockMachine(name)).rejects.toThrow(Unavailable);
  }
  await using _second = await lockMachine(name);
});
