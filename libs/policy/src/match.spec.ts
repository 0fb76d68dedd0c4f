import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MemoryPolicy, MemoryPolicySpec } from '#api';
import type { Holder } from '#contracts/ledger';
import { cgroupRow, policyOf, pressureDetector, processRow } from '../test/objects.js';
import { byPrecedence, compilePolicies } from './compile.js';
import { NO_OWNERS, podKey, type OwnerFacts } from './labels.js';
import { Matcher } from './match.js';

const LIMITED = cgroupRow(1, '/pods/a', 10, { limitBytes: 100 as never });

function rulingOf(
  policies: readonly MemoryPolicy[],
  row: Holder,
  owners: OwnerFacts = NO_OWNERS,
): string | null {
  return new Matcher(compilePolicies(policies), owners).ruling(row)?.policy.metadata.name ?? null;
}

const named = (name: string, change: Partial<MemoryPolicySpec> = {}): MemoryPolicy =>
  policyOf(change, { name });

describe('precedence', () => {
  it('the lowest matchingPrecedence rules, ties by name', () => {
    const policies = [named('b'), named('a'), named('z', { matchingPrecedence: 5 })];
    expect(rulingOf(policies, processRow(1, 1))).toBe('z');
    expect(rulingOf(policies.slice(0, 2), processRow(1, 1))).toBe('a');
  });

  it('ties are broken in byte order, not as people sort', () => {
    expect(rulingOf([named('aa'), named('a-b')], processRow(1, 1))).toBe('a-b');
    expect(rulingOf([named('a2'), named('a10')], processRow(1, 1))).toBe('a10');
    expect(rulingOf([named('a'), named('B')], processRow(1, 1))).toBe('B');
  });

  it('is the same whatever order policies come in', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const policies = names.map((name, i) => named(name, { matchingPrecedence: 1000 - (i % 3) }));
    const expected = compilePolicies(policies).policies.map(({ policy }) => policy.metadata.name);
    fc.assert(
      fc.property(fc.shuffledSubarray(policies, { minLength: 5 }), (shuffled) => {
        expect(compilePolicies(shuffled).policies.map(({ policy }) => policy.metadata.name)).toEqual(
          expected,
        );
      }),
    );
  });
});

describe('match', () => {
  const ROWS: readonly (readonly [string, Partial<MemoryPolicySpec>, Holder, boolean])[] = [
    ['a process by its exact comm', { match: { processes: { names: ['cache'] } } }, processRow(1, 1), true],
    ['no prefix of it', { match: { processes: { names: ['cach'] } } }, processRow(1, 1), false],
    [
      'not a cgroup, where processes are named',
      { match: { processes: { names: ['/pods/a'] } } },
      LIMITED,
      false,
    ],
    ['a cgroup with a limit, where none are', { match: { all: true } }, LIMITED, true],
    ['no cgroup without a limit', { match: { all: true } }, cgroupRow(1, '/x', 1), false],
    ['no process, where none are named', { match: { all: true } }, processRow(1, 1), false],
    ['nothing by an empty match', { match: {} }, LIMITED, false],
    ['nothing by all: false', { match: { all: false } }, LIMITED, false],
    ['the host by type', { match: { devices: { types: ['GPU', 'Host'] } } }, LIMITED, true],
    ['not the host where GPUs are meant', { match: { devices: { types: ['GPU'] } } }, LIMITED, false],
    ['not the host by how GPUs are shared', { match: { devices: { sharing: ['MIG'] } } }, LIMITED, false],
    [
      'nothing without a detector for it',
      { match: { all: true }, detectors: [{ name: 'l', type: 'Leak', leak: { minProbability: 1 } }] },
      LIMITED,
      false,
    ],
    ['no pods where there are none', { match: { podSelector: {} } }, LIMITED, false],
    ['no namespaces where there are none', { match: { namespaceSelector: {} } }, LIMITED, false],
    ['nodes by their labels', { match: { nodeSelector: { matchLabels: { gpu: 'yes' } } } }, LIMITED, false],
  ];

  it.each(ROWS)('%s', (_, change, row, expected) => {
    expect(rulingOf([policyOf(change)], row)).toBe(expected ? 'caches' : null);
  });

  const inPod = { ...LIMITED, namespace: 'shop', pod: 'web-1' };
  const owners: OwnerFacts = {
    node: { gpu: 'yes' },
    pods: new Map([[podKey('shop', 'web-1'), { uid: 'u', labels: { app: 'web' }, annotations: {} }]]),
    namespaces: new Map([['shop', { labels: { team: 'a' }, annotations: {} }]]),
  };

  it('asks node, namespace and pod, all of them', () => {
    const match = {
      nodeSelector: { matchLabels: { gpu: 'yes' } },
      namespaceSelector: { matchLabels: { team: 'a' } },
      podSelector: { matchLabels: { app: 'web' } },
    };
    expect(rulingOf([policyOf({ match })], inPod, owners)).toBe('caches');
    for (const part of Object.keys(match)) {
      const other = { ...match, [part]: { matchLabels: { no: 'no' } } };
      expect(rulingOf([policyOf({ match: other })], inPod, owners)).toBeNull();
    }
  });

  it('a pod that nobody told of matches no selector', () => {
    const match = { podSelector: { matchExpressions: [{ key: 'x', operator: 'DoesNotExist' as const }] } };
    expect(rulingOf([policyOf({ match })], { ...inPod, pod: 'other' }, owners)).toBeNull();
  });

  it('names with separators in them are not taken for one another', () => {
    const matcher = new Matcher(
      compilePolicies([policyOf({ match: { podSelector: { matchLabels: { app: 'web' } } } })]),
      owners,
    );
    expect(matcher.ruling(inPod)).not.toBeNull();
    expect(matcher.ruling({ ...inPod, namespace: 'sho', pod: 'p:web-1' })).toBeNull();
  });
});

describe('who is shadowed', () => {
  it('counts what a policy matches and another rules, and by whom', () => {
    const policies = [
      named('first', { matchingPrecedence: 1 }),
      named('second'),
      named('other', { match: { processes: { names: ['web'] } } }),
    ];
    const matcher = new Matcher(compilePolicies(policies), NO_OWNERS);
    for (let pid = 1; pid <= 3; pid++) matcher.ruling(processRow(pid, 1));
    expect(matcher.ruled()).toEqual([
      { policy: 'first', rules: 3, shadowed: 0, shadowedBy: [] },
      { policy: 'other', rules: 0, shadowed: 0, shadowedBy: [] },
      { policy: 'second', rules: 0, shadowed: 3, shadowedBy: ['first'] },
    ]);
  });

  it('names at most 16 of them', () => {
    const policies = Array.from({ length: 20 }, (_, i) =>
      named(`p${i}`, { matchingPrecedence: 1, match: { processes: { names: [`c${i}`] } } }),
    );
    const all = Array.from({ length: 20 }, (_, i) => `c${i}`);
    policies.push(named('last', { match: { processes: { names: all } } }));
    const matcher = new Matcher(compilePolicies(policies), NO_OWNERS);
    all.forEach((name, i) => matcher.ruling(processRow(i + 1, 1, { name })));
    expect(matcher.ruled().at(-1)).toMatchObject({ policy: 'last', shadowed: 20 });
    expect(matcher.ruled().at(-1)?.shadowedBy).toHaveLength(16);
  });

  it('agrees with asking every policy of every row', () => {
    const comm = fc.constantFrom('a', 'b', 'c');
    const label = fc.constantFrom('x', 'y');
    const policies = fc.array(
      fc.record({
        names: fc.uniqueArray(comm, { minLength: 1 }),
        app: fc.option(label),
        precedence: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 8 },
    );
    const rows = fc.array(fc.record({ name: comm, pod: fc.option(fc.constantFrom('px', 'py')) }), {
      maxLength: 12,
    });
    const known: OwnerFacts = {
      ...NO_OWNERS,
      pods: new Map(
        ['x', 'y'].map((app) => [podKey('n', `p${app}`), { uid: app, labels: { app }, annotations: {} }]),
      ),
    };
    fc.assert(
      fc.property(policies, rows, (specs, shapes) => {
        const made = specs.map(({ names, app, precedence }, i) =>
          named(`p${i}`, {
            matchingPrecedence: precedence,
            match: { processes: { names }, ...(app !== null && { podSelector: { matchLabels: { app } } }) },
          }),
        );
        const matcher = new Matcher(compilePolicies(made), known);
        const ordered = [...made].sort(byPrecedence);
        const rules = new Map<string, number>();
        const shadowed = new Map<string, number>();
        shapes.forEach(({ name, pod }, i) => {
          const row = processRow(i + 1, 1, { name, ...(pod !== null && { pod, namespace: 'n' }) });
          const [first, ...rest] = ordered.filter(({ spec }) => {
            const wanted = spec.match.podSelector?.matchLabels?.['app'];
            return (
              spec.match.processes!.names.includes(name) && (wanted === undefined || pod === `p${wanted}`)
            );
          });
          expect(matcher.ruling(row)?.policy.metadata.name).toBe(first?.metadata.name);
          if (first !== undefined) rules.set(first.metadata.name, (rules.get(first.metadata.name) ?? 0) + 1);
          for (const { metadata } of rest)
            shadowed.set(metadata.name, (shadowed.get(metadata.name) ?? 0) + 1);
        });
        for (const { policy, rules: n, shadowed: m } of matcher.ruled())
          expect([n, m]).toEqual([rules.get(policy) ?? 0, shadowed.get(policy) ?? 0]);
      }),
    );
  });

  it('a policy whose detectors are of another type shadows nobody', () => {
    const leak = named('leak', {
      matchingPrecedence: 1,
      detectors: [{ name: 'l', type: 'Leak', leak: { minProbability: 0.95 } }],
    });
    expect(rulingOf([leak, named('press', { detectors: [pressureDetector()] })], processRow(1, 1))).toBe(
      'press',
    );
  });
});
