import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#contracts/store';
import { objectTable, type TableCase } from '../test/object-table.js';
import {
  validateCleanup,
  validateFinding,
  validateNodeMemory,
  validatePolicy,
  validateTransition,
} from './index.js';

const VALIDATORS = {
  policy: validatePolicy,
  'all-detectors': validatePolicy,
  finding: validateFinding,
  cleanup: validateCleanup,
  'node-memory': validateNodeMemory,
};

function problemsOf({ base, object, old }: TableCase): readonly Problem[] {
  const validate = VALIDATORS[base as keyof typeof VALIDATORS];
  const validated = validate(object);
  if (!validated.ok || old === undefined) return validated.ok ? [] : validated.problems;
  const before = validate(old);
  if (!before.ok) throw new TypeError('What is changed must be good.');
  return validateTransition(before.object, validated.object);
}

describe('the table of accepted and refused objects', () => {
  const table = objectTable();

  it.each(table.map((row) => [row.name, row] as const))('%s', (_name, row) => {
    const said = problemsOf(row).map(({ path, message }) => [path, message]);
    expect(Object.fromEntries(said)).toEqual(row.says ?? {});
  });

  it('is large, and says of every refusal what an API server makes of it', () => {
    expect(table.length).toBeGreaterThanOrEqual(120);
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
    for (const { says, server } of table.filter(({ says }) => says === undefined)) {
      expect({ says, server }).toEqual({ says: undefined, server: 'accepts' });
    }
  });
});

describe('an object that replaces a valid one', () => {
  const cleanupOf = (): { spec: object; status: object } => {
    const base = objectTable().find(({ base, says }) => base === 'cleanup' && says === undefined)?.object;
    const validated = validateCleanup(base);
    if (!validated.ok) throw new TypeError('The base is good.');
    return validated.object;
  };

  it('has every part checked that is not the very same', () => {
    const valid = cleanupOf();
    const wrong = { ...valid, status: { ...valid.status, freedBytes: 'many' } };
    const copied = { ...valid, spec: { ...valid.spec, mode: 'Perhaps' } };
    expect(validateCleanup(wrong, valid as never).ok).toBe(false);
    expect(validateCleanup(copied, valid as never).ok).toBe(false);
    expect(validateCleanup({ ...valid, more: 1 }, valid as never).ok).toBe(false);
    expect(validateCleanup({ ...valid, spec: undefined }, { ...valid, spec: undefined } as never).ok).toBe(
      false,
    );
    expect(validateCleanup({ ...valid, status: { ...valid.status } }, valid as never)).toEqual({
      ok: true,
      object: valid,
    });
  });

  it('has no part checked again that is', () => {
    const valid = cleanupOf();
    // Nothing is valid about it: who says so has checked it.
    const spec = { mode: 'Perhaps' };
    const next = { ...valid, spec };
    const answer = validateCleanup(next, { ...valid, spec } as never);
    expect(answer.ok && answer.object.spec).toBe(spec);
  });
});
