import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MemoryPolicy } from '#api';
import { HOUR, NOW, targetFor } from '../test/objects.js';
import type { CleanupDecision, Owner } from './decision.js';
import type { OwnerFacts } from './labels.js';
import { ownerOf, protectionOf } from './protection.js';

const DAY = 24 * HOUR;
const honored: MemoryPolicy['spec']['protection'] = { honorPodLabels: 'Always', maxKeepSeconds: 86_400 };
const says = (labels: Record<string, string>, annotations: Record<string, string> = {}): Owner => ({
  kind: 'Known',
  voices: [{ labels, annotations }],
});
const keep = (until: string): Owner => says({}, { 'memwarden.dev/keep-until': until });
const protect = says({ 'memwarden.dev/protected': 'true' });

function asked(
  owner: Owner,
  change: { protection?: typeof honored | null; sinceMs?: number; nowMs?: number } = {},
): CleanupDecision | null {
  return protectionOf({ owner, protection: honored, sinceMs: NOW - HOUR, nowMs: NOW, ...change });
}

describe('memwarden.dev/protected', () => {
  it.each([
    ['true', 'Protected'],
    ['True', 'Protected'],
    ['yes', 'Protected'],
    ['', 'Protected'],
    ['false', undefined],
  ])('"%s"', (value, reason) => {
    expect(asked(says({ 'memwarden.dev/protected': value }))?.reason).toBe(reason);
  });

  it('holds up to maxKeepSeconds from when the finding was first seen', () => {
    expect(asked(protect, { sinceMs: NOW - DAY + 1 })?.kind).toBe('Refuse');
    expect(asked(protect, { sinceMs: NOW - DAY })).toBeNull();
  });

  it('holds without an end against a person, too', () => {
    expect(asked(protect, { protection: null, sinceMs: NOW - 900 * DAY })?.reason).toBe('Protected');
  });
});

describe('memwarden.dev/keep-until', () => {
  it('waits until then', () => {
    expect(asked(keep('2026-11-21T13:00:00Z'))).toMatchObject({
      kind: 'Wait',
      reason: 'KeepUntil',
      untilMs: NOW + HOUR,
    });
    expect(asked(keep('2026-11-21T14:00:00+01:00'))).toMatchObject({ untilMs: NOW + HOUR });
    expect(asked(keep('2026-11-21T12:00:00Z'))).toBeNull();
  });

  it('is capped by maxKeepSeconds', () => {
    expect(asked(keep('2199-01-01T00:00:00Z'))).toMatchObject({ untilMs: NOW - HOUR + DAY });
    expect(asked(keep('2199-01-01T00:00:00Z'), { sinceMs: NOW - DAY })).toBeNull();
  });

  it.each(['tomorrow', '', '2026-11-21', '2026-13-41T00:00:00Z', '1764000000'])(
    '%j cannot be read: it protects',
    (text) => {
      expect(asked(keep(text))).not.toBeNull();
      expect(asked(keep(text), { protection: null })).toMatchObject({ kind: 'Refuse', reason: 'KeepUntil' });
    },
  );
});

describe('whose word counts', () => {
  it('nobody where there is no pod; where labels are not honoured', () => {
    expect(asked({ kind: 'None' })).toBeNull();
    expect(asked(protect, { protection: { ...honored, honorPodLabels: 'Never' } })).toBeNull();
    expect(asked({ kind: 'Unknown' }, { protection: { ...honored, honorPodLabels: 'Never' } })).toBeNull();
  });

  it('a pod that nobody told of is protected', () => {
    expect(asked({ kind: 'Unknown' })).toMatchObject({ kind: 'Refuse', reason: 'OwnerUnknown' });
  });

  const facts = (pod: Record<string, string>, namespace: Record<string, string>): OwnerFacts => ({
    node: {},
    pods: new Map([['shop/web-1', { uid: 'u', labels: pod, annotations: {} }]]),
    namespaces: new Map([['shop', { labels: namespace, annotations: {} }]]),
  });
  const target = targetFor(7, { pod: { namespace: 'shop', name: 'web-1', uid: 'u' } });
  const label = (value: string): Record<string, string> => ({ 'memwarden.dev/protected': value });

  it('the pod and its namespace: either protects, neither takes it away', () => {
    expect(asked(ownerOf(target, facts(label('true'), label('false'))))?.reason).toBe('Protected');
    expect(asked(ownerOf(target, facts(label('false'), label('true'))))?.reason).toBe('Protected');
    expect(asked(ownerOf(target, facts({}, {})))).toBeNull();
  });

  it('is told from the target', () => {
    expect(ownerOf(targetFor(), facts({}, {}))).toEqual({ kind: 'None' });
    expect(
      ownerOf(targetFor(7, { pod: { namespace: 'shop', name: 'other', uid: 'u' } }), facts({}, {})),
    ).toEqual({ kind: 'Unknown' });
  });
});

it('never protects longer than the cap, and never less than asked within it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
      fc.integer({ min: 0, max: 2 * DAY }),
      (aheadMs, ageMs) => {
        const found = asked(keep(new Date(NOW + aheadMs).toISOString()), { sinceMs: NOW - ageMs });
        expect(found !== null).toBe(aheadMs > 0 && ageMs < DAY);
      },
    ),
  );
});
