import { describe, expect, it } from '@jest/globals';
import { rfc3339 } from '#api';
import { isTrue, ledgerOf, NOW, policyOf, processRow } from '../test/objects.js';
import { confirmed, HIGH, kinds, LOW, PERIOD, SampledNode } from '../test/sampled-node.js';
import { compilePolicies } from './compile.js';
import { evaluateNode } from './evaluate.js';
import type { FindingChange, StoredFinding } from './finding-change.js';
import { NO_OWNERS } from './labels.js';
import { memoryFrom } from './node-memory.js';

describe('what nobody knows', () => {
  it('an unknown row makes no finding, and clears none', () => {
    const unknown = [processRow(7, LOW, { quality: 'unknown' })];
    const node = new SampledNode();
    for (let i = 0; i < 5; i++)
      expect(node.sample([processRow(7, HIGH, { quality: 'unknown' })]).changes).toEqual([]);
    const open = confirmed();
    for (let i = 0; i < 5; i++) expect(open.sample(unknown).changes).toEqual([]);
    expect(open.memory.size).toBe(1);
  });

  it('an estimate is a finding that says so', () => {
    const node = new SampledNode();
    node.sample([processRow(7, HIGH, { quality: 'estimated' })]);
    expect(node.sample([processRow(7, HIGH, { quality: 'estimated' })]).changes).toMatchObject([
      { kind: 'Suspect', observation: { quality: 'Estimated' } },
    ]);
  });

  it('a ledger without the host says nothing, and forgets nothing', () => {
    const node = confirmed();
    const ledger = { ...ledgerOf([], { takenAtMs: node.atMs }), devices: [] };
    const compiled = compilePolicies(node.policies);
    const { memory, changes } = evaluateNode({
      compiled,
      ledger,
      owners: NO_OWNERS,
      memory: node.memory,
      samplePeriodMs: PERIOD,
    });
    expect(changes).toEqual([]);
    expect(memory).toBe(node.memory);
  });
});

describe('the end of a target', () => {
  it('a row that is not there any more is gone', () => {
    expect(confirmed().sample([]).changes).toMatchObject([
      { kind: 'Gone', wasConfirmed: true, message: 'The holder has ended.' },
    ]);
  });

  it('where holders are unknown, only after three samples in a row', () => {
    const node = confirmed();
    expect(node.sample([], { unknownHolders: 1 }).changes).toEqual([]);
    node.holds(HIGH, 1);
    expect(node.sample([], { unknownHolders: 1 }).changes).toEqual([]);
    expect(node.sample([], { unknownHolders: 1 }).changes).toEqual([]);
    expect(kinds(node.sample([], { unknownHolders: 1 }).changes)).toEqual(['Gone']);
  });

  it('another boot is another target, also where ids are the same again', () => {
    const node = confirmed();
    expect(node.holds(HIGH, 1, { bootId: 'boot-2' })).toMatchObject([
      { kind: 'Gone', message: 'The node was started anew.' },
    ]);
    expect(node.holds(HIGH, 1, { bootId: 'boot-2' })).toMatchObject([
      { kind: 'Suspect', finding: { target: { bootID: 'boot-2' } } },
    ]);
    expect(kinds(confirmed().sample([], { bootId: 'boot-2', unknownHolders: 5 }).changes)).toEqual(['Gone']);
  });

  it('what was seen once only ends without a word', () => {
    const node = new SampledNode();
    node.holds(HIGH);
    expect(node.sample([]).changes).toEqual([]);
    expect(node.memory.size).toBe(0);
  });
});

describe('another policy', () => {
  it.each([
    [
      'an edit',
      [policyOf({}, { generation: 2 })],
      'The policy was edited: generation 2 rules this target now.',
    ],
    ['a removal', [], 'No policy rules this target any more.'],
    [
      'one that goes first',
      [policyOf(), policyOf({ matchingPrecedence: 1 }, { name: 'first' })],
      'Policy first rules this target now.',
    ],
    ['the same name written anew', [policyOf({}, { uid: 'other' })], 'Policy caches rules this target now.'],
  ])('supersedes: %s', (_, policies, message) => {
    const node = confirmed();
    node.policies = policies;
    expect(node.holds(HIGH)).toMatchObject([{ kind: 'Supersede', wasConfirmed: true, message }]);
    expect(kinds(node.holds(HIGH))).toEqual(policies.length === 0 ? [] : ['Suspect']);
  });

  it('one that goes later does not', () => {
    const node = confirmed();
    node.policies = [policyOf(), policyOf({ matchingPrecedence: 2000 }, { name: 'later' })];
    expect(node.holds(HIGH)).toEqual([]);
  });
});

/** As the object would be written. */
function stored(change: FindingChange, isConfirmed: boolean, isClosed = false): StoredFinding {
  const { name, ...spec } = change.finding;
  const conditions = [
    isTrue('Suspected'),
    ...(isConfirmed ? [isTrue('Confirmed')] : []),
    ...(isClosed ? [isTrue('Closed', 'Freed')] : []),
  ];
  const status = {
    firstSeen: rfc3339(NOW),
    lastSeen: rfc3339(NOW),
    bytes: HIGH,
    quality: 'Measured' as const,
    evidence: [],
    cleanups: 0,
    conditions,
  };
  return { metadata: { name }, spec, status };
}

describe('after a restart', () => {
  const suspect = ((): FindingChange => new SampledNode().holds(HIGH, 2)[0]!)();

  it('a confirmed finding is still confirmed: nothing is said twice', () => {
    const node = new SampledNode();
    node.memory = memoryFrom('node-a', [stored(suspect, true)]);
    expect(kinds(node.holds(HIGH, 30))).toEqual(['Seen', 'Seen']);
    expect(node.holds(LOW)).toMatchObject([{ kind: 'Clear', wasConfirmed: true, finding: suspect.finding }]);
  });

  it('a suspected one starts its count anew', () => {
    const node = new SampledNode();
    const found = stored(suspect, false);
    node.memory = memoryFrom('node-a', [
      { ...found, status: { ...found.status, firstSeen: rfc3339(NOW - 60_000) } },
    ]);
    node.atMs += PERIOD;
    expect(kinds(node.holds(HIGH, 12))).not.toContain('Confirm');
    expect(kinds(node.holds(HIGH))).toContain('Confirm');
  });

  it('closed ones and those of other nodes and types are left out', () => {
    const elsewhere = {
      ...suspect,
      finding: { ...suspect.finding, target: { ...suspect.finding.target, node: 'node-b' } },
    };
    const leak = stored(suspect, true);
    const findings = [
      stored(suspect, true, true),
      stored(elsewhere, true),
      { ...leak, spec: { ...leak.spec, type: 'Leak' as const } },
      { ...leak, spec: { ...leak.spec, class: 'Other' } },
    ];
    expect(memoryFrom('node-a', findings).size).toBe(0);
  });

  it('a holder that ended meanwhile is gone with the first sample', () => {
    const node = new SampledNode();
    node.memory = memoryFrom('node-a', [stored(suspect, true)]);
    expect(kinds(node.sample([]).changes)).toEqual(['Gone']);
  });

  it('a closed finding that comes again has the same name', () => {
    const node = confirmed();
    node.holds(LOW);
    expect(node.holds(HIGH, 2)).toMatchObject([{ kind: 'Suspect', finding: { name: suspect.finding.name } }]);
  });
});
