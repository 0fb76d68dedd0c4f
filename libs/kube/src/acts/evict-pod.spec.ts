import { describe, expect, it } from '@jest/globals';
import { NotFound } from '#contracts/errors';
import { Conflict } from '#contracts/store';
import { ApiUnavailable } from '../client/errors.js';
import { evictPod, type EvictionOutcome } from './evict-pod.js';

const lost = new ApiUnavailable('the connection broke', true, null);
const notSent = new ApiUnavailable('refused', false, null);
const conflict = new Conflict('somebody wrote it');
const pod = (uid: string, more: object = {}): object => ({
  metadata: { name: 'p', namespace: 'n', uid, ...more },
});

/** An API server whose answer to the eviction is `error`, and that shows `shown` of the pod afterwards. */
function outcomeAfter(error: Error, shown: object | Error): Promise<EvictionOutcome> {
  const client = {
    createAt: () => Promise.reject(error),
    get: <T>() => (shown instanceof Error ? Promise.reject(shown) : Promise.resolve(shown as T)),
  };
  return evictPod(client, { namespace: 'n', name: 'p', uid: 'u' });
}

describe('evictPod, when the answer does not say what became of it', () => {
  it.each<[string, Error, object | Error, string]>([
    ['lost, and it is ending', lost, pod('u', { deletionTimestamp: '2026-11-21T12:00:00Z' }), 'Executed'],
    ['lost, and it is there', lost, pod('u'), 'Unknown/NoAnswer'],
    ['lost, and it is gone', lost, new NotFound('no pod'), 'Unknown/TargetGone'],
    ['lost, and there is another of its name', lost, pod('other'), 'Unknown/TargetGone'],
    ['lost, and nobody can be asked', lost, lost, 'Unknown/NoAnswer'],
    ['a conflict, and it is there', conflict, pod('u'), 'Refused/Overtaken'],
    ['a conflict, and there is another of its name', conflict, pod('other'), 'Refused/TargetGone'],
    ['a conflict, and it is gone', conflict, new NotFound('no pod'), 'Refused/TargetGone'],
    ['a conflict, and nobody can be asked', conflict, lost, 'Unknown/NoAnswer'],
  ])('%s', async (_, error, shown, expected) => {
    const outcome = await outcomeAfter(error, shown);
    expect('reason' in outcome ? `${outcome.kind}/${outcome.reason}` : outcome.kind).toBe(expected);
  });

  it('fails when it was certainly not sent, and when nobody foresaw it', async () => {
    await expect(outcomeAfter(notSent, pod('u'))).rejects.toBe(notSent);
    const odd = new TypeError('a defect');
    await expect(outcomeAfter(odd, pod('u'))).rejects.toBe(odd);
  });
});
