import { expect, test } from '@jest/globals';
import { inSlices, SLICE } from './slices.js';

test('inSlices keeps the order and lets others have their turn', async () => {
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const turnOf: number[] = [];

  const decoded = await inSlices(4 * SLICE, (index) => {
    turnOf.push(turns);
    return index;
  });
  counting = false;

  expect(decoded).toEqual(Array.from({ length: 4 * SLICE }, (_, index) => index));
  for (let slice = 1; slice < 4; slice++)
    expect(turnOf[slice * SLICE]).toBeGreaterThan(turnOf[slice * SLICE - 1]!);
});

test('inSlices of nothing is nothing', async () => {
  await expect(inSlices(0, (index) => index)).resolves.toEqual([]);
});
