import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodePod } from '#contracts/cluster';
import { InvalidValue } from '#contracts/errors';
import { Pods } from './gen/memwarden/link/v1/link.js';
import { POD_BOUNDS, podsFromWire, podsToWire } from './wire-pods.js';

const word = (max: number) => fc.string({ minLength: 1, maxLength: max, unit: 'binary' });
const key = fc.constantFrom('protected', 'notify-signal', 'own', '__proto__', 'constructor', '1');
const labels = fc.dictionary(
  key.map((each) => (each === '__proto__' ? each : `memwarden.dev/${each}`)),
  fc.string({ maxLength: 63, unit: 'binary' }),
  { noNullPrototype: true },
);
const anyPod: fc.Arbitrary<Omit<NodePod, 'uid'>> = fc.record({
  namespace: word(63),
  name: word(253),
  isStatic: fc.boolean(),
  containers: fc.array(fc.record({ name: word(63), id: fc.option(word(64)) }), { maxLength: 4 }),
  workload: fc.option(fc.record({ apiVersion: word(80), kind: word(63), name: word(253) })),
  labels,
  annotations: labels,
});
const anyPods = fc
  .array(anyPod, { maxLength: 8 })
  .map((pods) => pods.map((pod, i): NodePod => ({ ...pod, uid: `uid-${i}` })));

function carried(pods: readonly NodePod[]): Pods {
  return Pods.decode(Pods.encode(podsToWire(pods)).finish());
}

function pod(uid: string, more: Partial<NodePod> = {}): NodePod {
  return {
    namespace: 'a',
    name: 'b',
    uid,
    isStatic: false,
    containers: [],
    workload: null,
    labels: {},
    annotations: {},
    ...more,
  };
}

describe('a list of pods', () => {
  it('arrives as it was sent', () => {
    fc.assert(
      fc.property(anyPods, (pods) => {
        const plain = pods.map(({ labels: l, annotations: a, ...rest }) => ({
          ...rest,
          labels: without(l),
          annotations: without(a),
        }));
        expect(podsFromWire(carried(pods))).toEqual(plain);
      }),
    );
  });

  it('is withheld as a whole above the bound, and says why', () => {
    const most = Array.from({ length: POD_BOUNDS.pods }, (_, i) => pod(`u${i}`));
    expect(podsFromWire(carried(most))).toHaveLength(1_000);
    const message = carried([...most, pod('one more')]);
    expect(message).toEqual({ items: [], withheld: expect.stringContaining('1001 pods') });
    expect(podsFromWire(message)).toBeNull();
  });

  it('is withheld when it is too many bytes', () => {
    const containers = Array.from({ length: 256 }, () => ({ name: 'n'.repeat(63), id: 'f'.repeat(64) }));
    const large = Array.from({ length: 200 }, (_, i) => pod(`u${i}`, { containers }));
    expect(podsToWire(large).withheld).toMatch(/bytes/);
  });

  it('loses what a tenant made too long or too many, and nothing else', () => {
    const own = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`memwarden.dev/a${i}`, 'x']));
    const annotations = {
      ...own,
      'memwarden.dev/notify-signal': 'SIGUSR2',
      'memwarden.dev/notify-path': '/'.repeat(200_000),
    };
    const [received] = podsFromWire(carried([pod('u', { annotations })])) ?? [];
    expect(received?.annotations['memwarden.dev/notify-signal']).toBe('SIGUSR2');
    expect(received?.annotations['memwarden.dev/notify-path']).toBeUndefined();
    expect(Object.keys(received?.annotations ?? {})).toHaveLength(POD_BOUNDS.keys);
  });

  const one = podsToWire([pod('u')]).items[0]!;
  it.each([
    ['too many pods', Array.from({ length: 1_001 }, (_, i) => ({ ...one, uid: `u${i}` }))],
    ['a uid twice', [one, one]],
    ['no namespace', [{ ...one, namespace: '' }]],
    ['a name that is too long', [{ ...one, name: 'n'.repeat(254) }]],
    ['too many containers', [{ ...one, containers: Array.from({ length: 257 }, () => ({ name: 'c' })) }]],
    ['a container without a name', [{ ...one, containers: [{ name: '' }] }]],
    ['a label that is too long', [{ ...one, labels: { k: 'v'.repeat(1_025) } }]],
    [
      'too many labels',
      [{ ...one, labels: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, ''])) }],
    ],
  ])('is refused with %s', (_, items) => {
    expect(() => podsFromWire({ items, withheld: undefined })).toThrow(InvalidValue);
  });

  it('is refused or taken, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let message: Pods;
        try {
          message = Pods.decode(bytes);
        } catch {
          return; // the stream ends
        }
        try {
          podsFromWire(message);
        } catch (error) {
          if (!(error instanceof InvalidValue)) throw error;
        }
      }),
    );
  });
});

// An object made by assignment has no own key of that name: it is no label either.
function without(labels_: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels_).filter(([name]) => name !== '__proto__'));
}
