import { describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import type { Identity } from '#contracts/identity';
import { TokenGate } from './token-gate.js';

const SOMEBODY: Identity = { user: 'a', uid: null, groups: [], node: null, pod: null };
const WANTED = () => true;

function bearing(header: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', header);
  return metadata;
}

/** Answers when it is told to, and counts. */
function held() {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const gate = new TokenGate(
    {
      authenticate: () => {
        asked += 1;
        return new Promise((resolve) =>
          waiting.push(() => {
            resolve(SOMEBODY);
          }),
        );
      },
    },
    60_000,
  );
  const answer = async (): Promise<void> => {
    for (const each of waiting.splice(0)) each();
    await new Promise(setImmediate);
  };
  return { gate, answer, asked: () => asked };
}

describe('the gate', () => {
  it('asks about 32 at a time; the others wait their turn', async () => {
    const { gate, answer, asked } = held();
    const all = Array.from({ length: 80 }, () => gate.admit(bearing('Bearer t'), WANTED));
    const seen = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await answer();
      seen.push(asked());
    }
    expect(seen).toEqual([32, 64, 80, 80]);
    expect(await Promise.all(all)).toHaveLength(80);
  });

  it('does not ask about who went away in the queue', async () => {
    const { gate, answer, asked } = held();
    const all = Array.from({ length: 33 }, (_, i) => gate.admit(bearing('Bearer t'), () => i < 32));
    await answer();
    expect(asked()).toBe(32);
    await answer();
    await answer();
    expect(asked()).toBe(32);
    expect((await Promise.all(all)).at(-1)?.identity).toBeNull();
  });

  it('lets 6,000 wait, and sends the next away', async () => {
    const { gate } = held();
    for (let i = 0; i < 6_032; i += 1) void gate.admit(bearing('Bearer t'), WANTED);
    expect(await gate.admit(bearing('Bearer t'), WANTED)).toMatchObject({
      refusal: ['Unavailable', expect.stringMatching(/too many/i)],
    });
  });

  it.each(['', 'Bearer ', 'Basic dXNlcg==', `Bearer ${'x'.repeat(16_385)}`])(
    'asks nobody about what is no token',
    async (header) => {
      const { gate, asked } = held();
      expect((await gate.admit(bearing(header), WANTED)).refusal?.[0]).toBe('Token');
      expect((await gate.admit(new Metadata(), WANTED)).refusal?.[0]).toBe('Token');
      expect(asked()).toBe(0);
    },
  );
});
