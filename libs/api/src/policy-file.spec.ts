import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { baseObject } from '../test/object-table.js';
import { parsePolicyFile, unsupportedIn, validatePolicy, type FiledPolicy } from './index.js';

const GOOD = `apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: { name: hungry }
spec:
  match: { processes: { names: [cache] } }
  detectors:
    - name: press
      type: Pressure
      pressure: { percentOfLimit: 90, clearPercent: 80 }
  actions:
    - detectors: [press]
      ladder:
        - type: Notify
          notify: { transport: Signal, signal: SIGUSR2 }
`;
const only = (text: string): FiledPolicy | undefined => parsePolicyFile(text).items[0];

describe('parsePolicyFile', () => {
  it('gives a policy with its defaults', () => {
    const filed = only(GOOD);
    expect(filed).toMatchObject({ name: 'hungry', at: { line: 1, column: 1 }, rejected: null });
    expect(filed?.object?.spec).toMatchObject({
      matchingPrecedence: 1000,
      mode: 'Observe',
      paused: false,
      windows: [],
      limits: { perNode: 1, perNamespacePerHour: 5, perHour: 20, maxNodes: 10, maxNodesPercent: 2 },
      protection: { honorPodLabels: 'Always', maxKeepSeconds: 86400 },
      detectors: [{ pressure: { signal: 'NonReclaimable', forSeconds: 60 } }],
      actions: [
        {
          cooldownSeconds: 1800,
          maxIneffective: 2,
          queuePriority: 'Normal',
          ladder: [{ verifyAfterSeconds: 60, minFreed: '64Mi' }],
        },
      ],
    });
  });

  it('says where a problem stands', () => {
    expect(only(GOOD.replace('signal:', 'signl:'))?.rejected).toEqual({
      reason: 'Invalid',
      problems: [
        {
          path: 'spec.actions[0].ladder[0].notify.signl',
          message: 'is not a field: did you mean signal?',
          line: 14,
          column: 40,
        },
      ],
    });
  });

  it('says where something is missing by what is around it', () => {
    const rejected = only(GOOD.replace('clearPercent: 80', ''))?.rejected;
    expect(rejected?.problems).toMatchObject([
      { path: 'spec.detectors[0].pressure.clearPercent', line: 9, column: 7 },
    ]);
  });

  it('judges each document for itself', () => {
    const file = parsePolicyFile(
      `${GOOD}---\n# nothing\n---\n${GOOD.replace('name: hungry', 'name: Hungry')}---\n${GOOD.replace('hungry', 'other')}`,
    );
    expect(file.unreadable).toBeNull();
    expect(file.items.map(({ name, rejected, at }) => [name, rejected?.reason, at.line])).toEqual([
      ['hungry', undefined, 1],
      ['Hungry', 'Invalid', 18],
      ['other', undefined, 33],
    ]);
  });

  it('refuses the second of one name, and keeps the first', () => {
    const { items } = parsePolicyFile(`${GOOD}---\n${GOOD}`);
    expect(items.map(({ object, rejected }) => [object !== null, rejected?.reason])).toEqual([
      [true, undefined],
      [false, 'Duplicate'],
    ]);
  });

  it('reads a list as kubectl writes it, with places', () => {
    const list = `kind: List\nitems:\n- ${GOOD.trimEnd().replaceAll('\n', '\n  ')}\n- kind: Pod\n`;
    const { items } = parsePolicyFile(list);
    expect(items.map(({ name, rejected }) => [name, rejected?.reason])).toEqual([
      ['hungry', undefined],
      [null, 'Invalid'],
    ]);
    expect(items[1]?.rejected?.problems.find(({ path }) => path === 'kind')).toMatchObject({
      line: 17,
      column: 3,
    });
  });

  it('says that a text is not YAML', () => {
    const { items, unreadable } = parsePolicyFile('a: b: c');
    expect(items).toEqual([]);
    expect(unreadable).toMatchObject({ reason: 'Unreadable', problems: [{ line: 1 }] });
  });

  it('reads the same from YAML and JSON', () => {
    for (const base of ['policy', 'all-detectors']) {
      const object = baseObject(base);
      expect(parsePolicyFile(JSON.stringify(object)).items).toMatchObject(
        parsePolicyFile(stringify(object)).items.map(({ name, object }) => ({ name, object })),
      );
    }
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.nat(GOOD.length),
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.nat(8),
        (at, text, cut) => {
          const file = parsePolicyFile(GOOD.slice(0, at) + text + GOOD.slice(at + cut));
          for (const { object, rejected } of file.items) expect(object === null).toBe(rejected !== null);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('unsupportedIn', () => {
  it('is empty for what this version can do', () => {
    const policy = validatePolicy(baseObject('policy'));
    expect(policy.ok && unsupportedIn(policy.object)).toEqual([]);
  });

  it('names every device, detector and step that this version cannot do', () => {
    const policy = validatePolicy(baseObject('all-detectors'));
    expect(
      policy.ok && unsupportedIn(policy.object).map(({ path, message }) => [path, message.split(',')[0]]),
    ).toEqual([
      ['spec.match.devices.types[0]', 'this version has no device GPU'],
      ['spec.match.devices.sharing', 'is about GPUs'],
      ['spec.detectors[1].type', 'this version has no detector Leak'],
      ['spec.detectors[2].type', 'this version has no detector Orphan'],
      ['spec.detectors[3].type', 'this version has no detector Idle'],
      ['spec.detectors[4].type', 'this version has no detector Unattributed'],
      ['spec.detectors[5].type', 'this version has no detector Residual'],
      ['spec.actions[0].ladder[0].type', 'this version has no step CaptureEvidence'],
      ['spec.actions[0].ladder[2].type', 'this version has no step TrimPool'],
      ['spec.actions[0].ladder[3].type', 'this version has no step ReclaimHost'],
      ['spec.actions[0].ladder[4].type', 'Evict is for pods'],
      ['spec.actions[0].ladder[5].type', 'this version has no step EndProcess'],
    ]);
  });

  it('knows that pods can be evicted and nodes tainted in a cluster', () => {
    const policy = validatePolicy(baseObject('all-detectors'));
    const steps = policy.ok
      ? unsupportedIn(policy.object, 'Cluster').filter(({ path }) => path.includes('ladder'))
      : [];
    expect(steps.map(({ message }) => message.split(',')[0])).toEqual([
      'this version has no step CaptureEvidence',
      'this version has no step TrimPool',
      'this version has no step ReclaimHost',
      'this version has no step EndProcess',
    ]);
    expect(only(stringify(baseObject('all-detectors')))?.rejected?.problems.length).toBe(
      (parsePolicyFile(stringify(baseObject('all-detectors')), 'Cluster').items[0]?.rejected?.problems
        .length ?? 0) + 1,
    );
  });

  it('is why a file is rejected', () => {
    const filed = only(stringify(baseObject('all-detectors')));
    expect(filed?.object).toBeNull();
    expect(filed?.rejected?.reason).toBe('Unsupported');
    expect(filed?.rejected?.problems[0]).toMatchObject({ path: 'spec.match.devices.types[0]' });
  });
});
