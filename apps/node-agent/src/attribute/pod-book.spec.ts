import { describe, expect, it } from '@jest/globals';
import type { NodePod } from '#contracts/cluster';
import { PodBook } from './pod-book.js';

function pod(uid: string, ...containers: (string | null)[]): NodePod {
  return {
    namespace: 'a',
    name: uid,
    uid,
    isStatic: false,
    containers: containers.map((id, i) => ({ name: `c${i}`, id })),
    workload: null,
    labels: {},
    annotations: {},
  };
}

describe('the book of pods', () => {
  it('knows none before it was told, and again when nobody says', () => {
    const book = new PodBook();
    expect(book.podOfUid('u1')).toBeNull();
    book.podsChanged([pod('u1', 'x')]);
    expect(book.podOfUid('u1')?.name).toBe('u1');
    book.podsChanged(null);
    expect([book.podOfUid('u1'), book.podOfContainer('x')]).toEqual([null, null]);
  });

  it('knows the last list alone, by uid and by container', () => {
    const book = new PodBook();
    book.podsChanged([pod('u1', 'x'), pod('u2', null, 'y')]);
    book.podsChanged([pod('u2', 'y', 'z')]);
    const names = ['x', 'y', 'z'].map((id) => book.podOfContainer(id)?.name);
    expect(names).toEqual([undefined, 'u2', 'u2']);
    expect(book.podOfUid('u1')).toBeNull();
  });

  it('gives a container that two pods claim to neither', () => {
    const book = new PodBook();
    book.podsChanged([pod('u1', 'x', 'own'), pod('u2', 'x'), pod('u3', 'x')]);
    expect(book.podOfContainer('x')).toBeNull();
    expect(book.podOfContainer('own')?.uid).toBe('u1');
    expect(book.podOfUid('u2')?.uid).toBe('u2');
  });
});
