import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { baseObject } from '../test/object-table.js';
import { defaulted, validateCleanup, validateFinding, validatePolicy, validateTransition } from './index.js';

const VALIDATORS = [validatePolicy, validateFinding, validateCleanup];
const BASES = ['policy', 'all-detectors', 'finding', 'cleanup'].map(baseObject);

type Holder = Record<string, unknown>;
function holdersIn(value: unknown): readonly Holder[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Holder, ...Object.values(value).flatMap(holdersIn)];
}

/** A good object in which one member of one part was replaced, added or removed. */
const nearlyGood = fc
  .record({
    base: fc.constantFrom(...BASES),
    at: fc.nat(),
    member: fc.nat(),
    value: fc.jsonValue(),
    // No array takes another length than a number.
    name: fc.string().filter((name) => name !== 'length'),
  })
  .map(({ base, at, member, value, name }) => {
    const object: unknown = structuredClone(base);
    const holders = holdersIn(object);
    const holder = holders[at % holders.length] ?? {};
    const names = [...Object.keys(holder), name];
    const chosen = names[member % names.length] ?? name;
    if (member % 3 === 0) Reflect.deleteProperty(holder, chosen);
    else
      Object.defineProperty(holder, chosen, { value, enumerable: true, configurable: true, writable: true });
    return object;
  });
const anything = fc.oneof(fc.anything(), fc.jsonValue(), nearlyGood);

describe('validation', () => {
  it('never throws, and says at most 32 things that no terminal minds', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...VALIDATORS), (value, validate) => {
        const validated = validate(value);
        const problems = validated.ok ? [] : validated.problems;
        expect(validated.ok || problems.length > 0).toBe(true);
        expect(problems.length).toBeLessThanOrEqual(32);
        for (const { path, message } of problems) {
          expect(`${path}: ${message}`).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
          expect(message.length).toBeLessThan(600);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says the same of what it gave back', () => {
    fc.assert(
      fc.property(nearlyGood, fc.constantFrom(...VALIDATORS), (value, validate) => {
        const validated = validate(value);
        expect(validated.ok ? validate(validated.object) : validated).toEqual(validated);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves what it is given as it was', () => {
    fc.assert(
      fc.property(nearlyGood, (value) => {
        const before = structuredClone(value);
        for (const validate of VALIDATORS) validate(value);
        expect(value).toEqual(before);
      }),
    );
  });

  it('takes no time for a name of any length', () => {
    const policy = baseObject('policy') as { metadata: Holder; spec: Holder };
    policy.metadata['labels'] = { ['a'.repeat(1e6)]: 'b'.repeat(1e6) };
    policy.spec['x'.repeat(1e6)] = 1;
    policy.spec['mode'] = 'y'.repeat(1e6);
    const validated = validatePolicy(policy);
    expect(validated.ok ? [] : validated.problems.map(({ path }) => path.length < 200)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('refuses a member called __proto__, and loses none', () => {
    const policy = JSON.stringify(baseObject('policy')).replace(
      '"mode"',
      '"__proto__":{"mode":"DryRun"},"mode"',
    );
    const validated = validatePolicy(JSON.parse(policy));
    expect(validated.ok ? [] : validated.problems.map(({ path }) => path)).toEqual(['spec.__proto__']);
  });

  it('says 32 things where more are wrong', () => {
    const policy = baseObject('policy') as { spec: Holder };
    policy.spec['detectors'] = Array(16).fill({ x: 1 });
    // One, and three for each detector: the last place is reached in the middle of one.
    const validated = validatePolicy({ ...policy, kind: 'Other' });
    expect(validated.ok ? [] : validated.problems).toHaveLength(32);
  });

  it('does not look into lists that are too long', () => {
    const policy = baseObject('policy') as { spec: Holder };
    policy.spec['detectors'] = Array(1e6).fill({ name: 'x' });
    const validated = validatePolicy(policy);
    expect(validated.ok ? [] : validated.problems).toEqual([
      { path: 'spec.detectors', message: 'has 1000000 entries, and at most 16 are taken' },
    ]);
  });
});

describe('defaulting', () => {
  it('is done when it was done once', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const once = defaulted(value);
        expect(defaulted(once)).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('never overwrites what is written', () => {
    const everything = baseObject('all-detectors');
    expect(defaulted(everything)).toMatchObject(everything as object);
  });
});

describe('validateTransition', () => {
  it('lets every object stay as it is', () => {
    for (const [i, base] of BASES.entries()) {
      const validated = [validatePolicy, validatePolicy, validateFinding, validateCleanup][i]?.(base);
      expect(validated?.ok && validateTransition(validated.object, validated.object)).toEqual([]);
    }
  });

  it('refuses another name or kind', () => {
    const [finding, cleanup] = [
      validateFinding(baseObject('finding')),
      validateCleanup(baseObject('cleanup')),
    ];
    if (!finding.ok || !cleanup.ok) throw new TypeError('The bases are good.');
    expect(validateTransition(finding.object, cleanup.object)).toEqual([
      { path: 'kind', message: 'never changes' },
    ]);
    expect(validateTransition(finding.object, { ...finding.object, metadata: { name: 'other' } })).toEqual([
      { path: 'metadata.name', message: 'never changes' },
    ]);
  });
});
