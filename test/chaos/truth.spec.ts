import { describe, expect, it } from '@jest/globals';
import type { CleanupStep, MemoryCleanup, MemoryFinding } from '#api';
import { violations, type World } from './truth.js';

const takenAt = '2026-11-21T12:00:00.000Z';
const freed: CleanupStep = {
  index: 0,
  type: 'Notify',
  state: 'Verified',
  orderID: 'a.0.1',
  executedAt: takenAt,
  outcome: 'Freed',
  before: { bytes: 100, quality: 'Measured', takenAt },
  after: { bytes: 10, quality: 'Measured', takenAt },
};

function cleanup(step: Partial<CleanupStep>, name = 'c-1', isCompleted = true): MemoryCleanup {
  const completed = { type: 'Completed', status: isCompleted ? 'True' : 'False' };
  return {
    metadata: { name },
    spec: { target: { process: { pid: 7, startTimeTicks: 70, name: 'x' } } },
    status: { steps: [{ ...freed, ...step }], conditions: [completed] },
  } as unknown as MemoryCleanup;
}

const world = (told: number, cleanups: MemoryCleanup[], findings: MemoryFinding[] = []): World => ({
  targets: [{ pid: 7, startTimeTicks: 70, told }],
  cleanups,
  findings,
});
const naming = (name: string): MemoryFinding =>
  ({ metadata: { name: 'f' }, status: { cleanupRef: { name } } }) as unknown as MemoryFinding;
const unknown: Partial<CleanupStep> = { state: 'Unknown', outcome: 'Unknown' };
const { executedAt: _, ...begun } = { ...freed, ...unknown };

describe('violations', () => {
  it.each<[string, World]>([
    ['one act, told once', world(1, [cleanup({})])],
    [
      'an act that nobody knows of, told',
      world(1, [{ ...cleanup({}), status: { ...cleanup({}).status, steps: [begun] } }]),
    ],
    ['the same, not told', world(0, [{ ...cleanup({}), status: { ...cleanup({}).status, steps: [begun] } }])],
    ['a finding and its cleanup', world(1, [cleanup({})], [naming('c-1')])],
  ])('none: %s', (_name, given) => {
    expect(violations(given)).toEqual([]);
  });

  it.each<[string, World, RegExp]>([
    ['an act told twice', world(2, [cleanup({})]), /told 2 times; 1 acts executed and 0 unknown/],
    ['an act that was never told', world(0, [cleanup({})]), /told 0 times; 1 acts are said/],
    ['an act without an object', world(1, []), /0 acts executed/],
    [
      'Freed without less',
      world(1, [cleanup({ after: { bytes: 100, quality: 'Measured', takenAt } })]),
      /no less is held/,
    ],
    [
      'Unknown as 0 bytes',
      world(1, [cleanup({ outcome: 'Unknown', after: { bytes: 0, quality: 'Unknown', takenAt } })]),
      /claims 0 bytes/,
    ],
    ['left Issued', world(1, [cleanup({ state: 'Issued' })]), /left Issued/],
    ['begun and never closed', world(1, [cleanup({ state: 'Executed' }, 'c-1', false)]), /still open/],
    ['one order for two steps', world(2, [cleanup({}), cleanup({}, 'c-2')]), /a\.0\.1 stands twice/],
    ['a cleanup that is gone', world(1, [cleanup({})], [naming('c-9')]), /names c-9, which is not there/],
  ])('found: %s', (_name, given, says) => {
    expect(violations(given).join('\n')).toMatch(says);
  });
});
