import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cleanupName,
  findingName,
  orderId,
  orderParts,
  targetKey,
  validateFinding,
  type Target,
} from './index.js';
import { baseObject } from '../test/object-table.js';

const target: Target = { node: 'n', bootID: 'b', device: 'host', holder: 'process:1:2' };
const policyRef = { name: 'p', uid: 'u', generation: 1 };
const part = fc.string({ unit: 'binary', maxLength: 40 });
const anyTarget = fc.record({ node: part, bootID: part, device: part, holder: part });

describe('targetKey', () => {
  it('is the same for ever', () => {
    expect(targetKey(target)).toBe('9f1ddaf4998f8c0349382c483919f6e2');
  });

  it('is safe in any key, and another one for another incarnation', () => {
    fc.assert(
      fc.property(anyTarget, anyTarget, (a, b) => {
        const isSame = JSON.stringify(Object.values(a)) === JSON.stringify(Object.values(b));
        expect(targetKey(a)).toMatch(/^[0-9a-f]{32}$/);
        expect(targetKey(a) === targetKey(b)).toBe(isSame);
      }),
    );
  });

  it('does not mix up where one part ends and the next begins', () => {
    expect(targetKey({ ...target, node: 'nb', bootID: '' })).not.toBe(
      targetKey({ ...target, node: 'n', bootID: 'b' }),
    );
  });

  it('is about the incarnation, not about what else is known of it', () => {
    expect(targetKey({ ...target, process: { pid: 1, startTimeTicks: 2, name: 'x' } })).toBe(
      targetKey(target),
    );
  });
});

describe('findingName', () => {
  const name = findingName('Pressure', 'NonReclaimable', policyRef, target);

  it('is the same for ever', () => {
    expect(name).toBe('pressure-c7c27b6af9d7');
  });

  it.each([
    ['type', findingName('Leak', 'NonReclaimable', policyRef, target)],
    ['class', findingName('Pressure', 'PSI', policyRef, target)],
    ['uid', findingName('Pressure', 'NonReclaimable', { ...policyRef, uid: 'v' }, target)],
    ['generation', findingName('Pressure', 'NonReclaimable', { ...policyRef, generation: 2 }, target)],
    ['node', findingName('Pressure', 'NonReclaimable', policyRef, { ...target, node: 'm' })],
    ['boot', findingName('Pressure', 'NonReclaimable', policyRef, { ...target, bootID: 'c' })],
    ['device', findingName('Pressure', 'NonReclaimable', policyRef, { ...target, device: 'GPU-1' })],
    ['holder', findingName('Pressure', 'NonReclaimable', policyRef, { ...target, holder: 'process:1:3' })],
  ])('another %s is another finding', (_what, other) => {
    expect(other).not.toBe(name);
  });

  it('does not depend on what the policy is called', () => {
    expect(findingName('Pressure', 'NonReclaimable', { ...policyRef, name: 'q' }, target)).toBe(name);
  });

  const good = baseObject('finding') as object;
  it('is a name that the API takes, with a cleanup number, too', () => {
    fc.assert(
      fc.property(anyTarget, fc.integer({ min: 1, max: 1e9 }), (any, n) => {
        const name = cleanupName(findingName('Unattributed', 'Class', policyRef, any), n);
        expect(validateFinding({ ...good, metadata: { name } }).ok).toBe(true);
      }),
    );
  });
});

describe('cleanupName', () => {
  it('counts from 1', () => {
    expect(cleanupName('pressure-0123456789ab', 12)).toBe('pressure-0123456789ab-12');
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses %p', (n) => {
    expect(() => cleanupName('x', n)).toThrow('counted from 1');
  });
});

describe('orderId', () => {
  it('can be read again', () => {
    const uids = fc.stringMatching(/^[A-Za-z0-9-]{1,63}$/);
    fc.assert(
      fc.property(uids, fc.nat(99), fc.integer({ min: 1, max: 999_999 }), (cleanupUid, step, attempt) => {
        expect(orderParts(orderId(cleanupUid, step, attempt))).toEqual({ cleanupUid, step, attempt });
      }),
    );
  });

  it.each([
    ['a.b', 0, 1],
    ['', 0, 1],
    ['u', -1, 1],
    ['u', 0, 0],
    ['u', 0.5, 1],
    ['u', 100, 1],
    ['x'.repeat(64), 0, 1],
  ])('refuses (%p, %p, %p)', (uid, step, attempt) => {
    expect(() => orderId(uid, step, attempt)).toThrow('Not an order');
  });

  it.each(['', 'u', 'u.0', 'u.0.0', 'u.00.1', 'u.0.01', 'u.0.1.', 'u.0.1\n', ' u.0.1', 'u.0.1e3'])(
    'reads nothing from %p',
    (id) => {
      expect(orderParts(id)).toBeNull();
    },
  );
});
