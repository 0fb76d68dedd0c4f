import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, NodeMemoryDevice, NodeMemoryStatus } from '#api';
import { afterWrite, changeOf, dueMs, newBudget, type Change } from './material.js';

const TOTAL = 100;

function device(change: Partial<NodeMemoryDevice> = {}): NodeMemoryDevice {
  return {
    id: 'host',
    type: 'Host',
    totalBytes: TOTAL,
    usedBytes: 50,
    reservedBytes: 5,
    heldBytes: 40,
    unattributedBytes: 5,
    quality: 'Measured',
    unknownHolders: 0,
    byClass: [{ class: 'Running', bytes: 40 }],
    topHolders: [],
    conditions: [],
    ...change,
  };
}

function condition(type: string, status: 'True' | 'False', reason: string, message = ''): Condition {
  return { type, status, reason, message, lastTransitionTime: '2026-11-21T12:00:00Z' };
}

function status(change: Partial<NodeMemoryStatus> = {}): NodeMemoryStatus {
  return {
    observedAt: '2026-11-21T12:00:00Z',
    bootID: 'boot',
    agent: { version: '1', protocol: 1, rssBytes: 1, capabilities: ['pods', 'orders'] },
    effectiveMode: 'Observe',
    devices: [device()],
    conditions: [condition('AgentReady', 'True', 'Reporting')],
    ...change,
  };
}

describe('changeOf', () => {
  it.each<[Change, string, Partial<NodeMemoryStatus>]>([
    ['None', 'a later reading', { observedAt: '2026-11-21T12:10:00Z' }],
    ['None', 'the agent’s own memory', { agent: { ...status().agent!, rssBytes: 9 } }],
    [
      'None',
      'capabilities in another order',
      { agent: { ...status().agent!, capabilities: ['orders', 'pods'] } },
    ],
    ['None', 'another message', { conditions: [condition('AgentReady', 'True', 'Reporting', 'since noon')] }],
    ['None', '5 % of a device', { devices: [device({ usedBytes: 55, heldBytes: 45 })] }],
    [
      'None',
      'other largest holders, of 1 % at most',
      {
        devices: [
          device({ topHolders: [{ id: 'x', kind: 'process', name: 'x', bytes: 1, quality: 'Measured' }] }),
        ],
      },
    ],
    [
      'Amounts',
      'a new holder of more than 1 %',
      {
        devices: [
          device({ topHolders: [{ id: 'x', kind: 'process', name: 'x', bytes: 2, quality: 'Measured' }] }),
        ],
      },
    ],
    ['Amounts', 'more than 5 % in use', { devices: [device({ usedBytes: 56 })] }],
    ['Amounts', 'more than 5 % less by nobody known', { devices: [device({ unattributedBytes: -1 })] }],
    [
      'Amounts',
      'more than 5 % of a class',
      { devices: [device({ byClass: [{ class: 'Running', bytes: 34 }] })] },
    ],
    ['Amounts', 'what nobody knows any more', { devices: [device({ usedBytes: null })] }],
    [
      'Health',
      'a class that was not there',
      {
        devices: [
          device({
            byClass: [
              { class: 'Running', bytes: 40 },
              { class: 'Orphan', bytes: 1 },
            ],
          }),
        ],
      },
    ],
    ['Health', 'a device less', { devices: [] }],
    ['Health', 'numbers that are less good', { devices: [device({ quality: 'Inconsistent' })] }],
    [
      'Health',
      'a device that is dirty',
      { devices: [device({ conditions: [condition('Dirty', 'True', 'OrphansFound')] })] },
    ],
    ['Health', 'an agent that is silent', { conditions: [condition('AgentReady', 'False', 'Silent')] }],
    ['Health', 'another reason', { conditions: [condition('AgentReady', 'True', 'Other')] }],
    ['Health', 'another boot', { bootID: 'next' }],
    ['Health', 'another mode', { effectiveMode: 'Enforce' }],
    ['Health', 'another version', { agent: { ...status().agent!, version: '2' } }],
  ])('is %s for %s', (expected, _, change) => {
    expect(changeOf(status(), status(change))).toBe(expected);
  });

  it('is Health for the first', () => {
    expect(changeOf(null, status())).toBe('Health');
  });
});

describe('when it is written', () => {
  it('is after 30 s for what changed, after 10 min for what did not', () => {
    const budget = newBudget(1000);
    expect([dueMs(budget, 'Health'), dueMs(budget, 'Amounts'), dueMs(budget, 'None')]).toEqual([
      31_000, 31_000, 601_000,
    ]);
  });

  it('is at most 0.3 times a minute in the long run, however amounts move, and never twice in 30 s', () => {
    const changes = fc.array(
      fc.tuple(fc.constantFrom<Change>('None', 'Amounts'), fc.integer({ min: 0, max: 60_000 })),
      {
        minLength: 300,
        maxLength: 600,
      },
    );
    fc.assert(
      fc.property(changes, (offers) => {
        let nowMs = 0;
        let budget = newBudget(0);
        const writes: number[] = [];
        for (const [change, pauseMs] of offers) {
          nowMs += pauseMs;
          if (dueMs(budget, change) > nowMs) continue;
          budget = afterWrite(budget, change, nowMs);
          writes.push(nowMs);
        }
        for (const [i, at] of writes.entries())
          expect(at - (writes[i - 1] ?? -Infinity)).toBeGreaterThanOrEqual(30_000);
        expect(writes.length).toBeLessThanOrEqual(3 + 0.3 * (nowMs / 60_000));
      }),
      { numRuns: 50 },
    );
  });

  it('is soon for health also when amounts have used up their share', () => {
    let budget = newBudget(0);
    for (let nowMs = 30_000; nowMs <= 300_000; nowMs += 30_000)
      if (dueMs(budget, 'Amounts') <= nowMs) budget = afterWrite(budget, 'Amounts', nowMs);
    expect(dueMs(budget, 'Amounts') - budget.lastMs).toBeGreaterThan(30_000);
    expect(dueMs(budget, 'Health') - budget.lastMs).toBe(30_000);
  });
});
