import { describe, expect, it, jest } from '@jest/globals';
import { NotFound, Stalled } from '#contracts/errors';
import type { NodeHistory } from '#contracts/report';
import { Busy } from '#resources';
import { HistoryAsker } from './history-asker.js';

function rig() {
  const time = { ms: 0 };
  const list = jest.fn<NodeHistory['list']>().mockRejectedValue(new Stalled('5 s'));
  const history = { list, read: () => Promise.reject(new NotFound('')) };
  const asker = new HistoryAsker(history, { nowMs: () => time.ms, monotonicMs: () => time.ms });
  return { time, list, asker };
}

describe('a node that does not answer', () => {
  it('is not asked after two questions, and whoever asks hears at once when it will be', async () => {
    const { time, list, asker } = rig();
    await expect(asker.list('a', {})).rejects.toThrow(Stalled);
    await expect(asker.list('a', {})).rejects.toThrow(Stalled);
    time.ms += 5000;
    const refused = asker.list('a', {});
    await expect(refused).rejects.toBeInstanceOf(Busy);
    await expect(refused).rejects.toMatchObject({ retryAfterMs: 10_000 });
    expect(list).toHaveBeenCalledTimes(2);
    list.mockResolvedValueOnce([]);
    await expect(asker.list('b', {})).resolves.toEqual([]);
  });

  it('is asked again by one after a while, and by all when that was answered', async () => {
    const { time, list, asker } = rig();
    for (let i = 0; i < 2; i += 1) await expect(asker.list('a', {})).rejects.toThrow(Stalled);
    time.ms += 15_000;
    list.mockResolvedValue([]);
    const first = asker.list('a', {});
    await expect(asker.list('a', {})).rejects.toThrow(Busy);
    await expect(first).resolves.toEqual([]);
    await expect(asker.list('a', {})).resolves.toEqual([]);
  });

  it('answers also by saying that it has no such series', async () => {
    const { asker } = rig();
    for (let i = 0; i < 3; i += 1) {
      await expect(asker.list('a', {})).rejects.toThrow(Stalled);
      await expect(asker.read('a', 's', { fromMs: 0, toMs: 1 })).rejects.toThrow(NotFound);
    }
  });
});
