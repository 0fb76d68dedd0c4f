/* Long synchronous work in pieces, with a turn of the event loop between them. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Records between two turns: about 1 ms of decoding. */
export const SLICE = 500;

/** `decode` of 0 to count - 1, in order. */
export async function inSlices<T>(count: number, decode: (index: number) => T): Promise<T[]> {
  const decoded: T[] = [];
  for (let index = 0; index < count; index++) {
    if (index > 0 && index % SLICE === 0) await nextTurn();
    decoded.push(decode(index));
  }
  return decoded;
}
