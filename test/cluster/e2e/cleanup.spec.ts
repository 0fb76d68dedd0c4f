/*
 * The whole way on a real cluster: a pod that holds memory is seen, a policy says what it would do, then does it, and what
 * came of it is measured.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MemoryCleanup, MemoryFinding, MemoryPolicy, NodeMemory } from '#api';
import { installation, NAMESPACE, type Installation } from './installation.js';
import { cleared, running } from './pods.js';

const MIB = 1024 * 1024;
const HOLD_MIB = 300;
const HUNGRY = {
  name: 'hungry',
  command: ['mw-gives', '--hold', String(HOLD_MIB)],
  limit: '400Mi',
  labels: { role: 'cache' },
  annotations: { 'memwarden.dev/notify-signal': 'SIGUSR2' },
};

const policy = (mode: string): string => `
apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: {name: full}
spec:
  mode: ${mode}
  match: {podSelector: {matchLabels: {role: cache}}}
  detectors:
    - {name: full, type: Pressure, pressure: {percentOfLimit: 60, clearPercent: 40, forSeconds: 2}}
  actions:
    - detectors: [full]
      ladder:
        - {type: Notify, notify: {transport: Signal, signal: SIGUSR2}, verifyAfterSeconds: 3, minFreed: 100Mi}
      cooldownSeconds: 60
  limits: {perNode: 20, perNamespacePerHour: 200, perHour: 400, maxNodesPercent: 100}
`;

interface List<Item> {
  readonly items: readonly Item[];
}

describe('on two real nodes', () => {
  let on: Installation;

  beforeAll(async () => {
    on = await installation();
    await cleared(on);
  }, 1_200_000);

  afterAll(async () => {
    await cleared(on);
  });

  it('an agent and a controller are ready everywhere, and both nodes have a NodeMemory', async () => {
    const pods = await on.get<List<{ status: { phase: string } }>>(['pods', '-n', NAMESPACE]);
    expect(pods.items).toHaveLength(5);
    const names = await on.waitFor('a NodeMemory of each node', { seconds: 60 }, async () => {
      const { items } = await on.get<List<NodeMemory>>(['nodememories']);
      return items.length === 2 ? items.map(({ metadata }) => metadata.name) : undefined;
    });
    expect(names).toEqual(['node-a', 'node-b']);
  });

  it('a pod that holds 300 MiB is seen with its name', async () => {
    await running(on, HUNGRY);
    const holder = await on.waitFor(
      'the pod among the top holders of its node',
      { seconds: 120 },
      async () => {
        const { items } = await on.get<List<NodeMemory>>(['nodememories']);
        return items
          .flatMap(({ status }) => status?.devices.flatMap(({ topHolders = [] }) => topHolders) ?? [])
          .find(({ namespace, pod }) => namespace === 'tenant' && pod === 'hungry');
      },
    );
    expect(holder.bytes).toBeGreaterThan(HOLD_MIB * MIB);
    expect(holder.bytes).toBeLessThan((HOLD_MIB + 40) * MIB);
  });

  it('DryRun says what it would do, and touches nothing', async () => {
    await on.applyYaml(policy('DryRun'));
    const would = await on.waitFor('a cleanup in DryRun', { seconds: 60 }, async () => {
      const { items } = await on.get<List<MemoryCleanup>>(['memorycleanups', '-n', 'tenant']);
      return items.find(({ spec, status }) => spec.mode === 'DryRun' && status.conditions.length > 0);
    });
    expect(would.spec.target.pod).toMatchObject({ namespace: 'tenant', name: 'hungry' });
    expect(would.status.steps.every(({ issuedAt }) => issuedAt === undefined)).toBe(true);
    const { items } = await on.get<List<MemoryFinding>>(['memoryfindings', '-n', 'tenant']);
    // Its pod and its container are full together: one of them is enough.
    expect(items.map(({ spec }) => spec.target.container)).toEqual([undefined]);
    await on.waitFor('an Event about it', { seconds: 30 }, async () => {
      const events = await on.get<List<{ regarding?: { kind: string } }>>([
        'events.events.k8s.io',
        '-n',
        'tenant',
      ]);
      return events.items.some(({ regarding }) => regarding?.kind.startsWith('Memory') === true) || undefined;
    });
    const { status } = await on.get<MemoryPolicy>(['memorypolicy', 'full']);
    expect(status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'True' });
  });

  it('Enforce asks the pod, measures what it gave back, and closes', async () => {
    await on.applyYaml(policy('Enforce'));
    const done = await on.waitFor('a cleanup that freed', { seconds: 120 }, async () => {
      const { items } = await on.get<List<MemoryCleanup>>(['memorycleanups', '-n', 'tenant']);
      return items.find(({ status }) => status.steps.some(({ outcome }) => outcome === 'Freed'));
    });
    expect(done.status.freedBytes).toBeGreaterThan(250 * MIB);
    // The finding of the policy's first generation was closed when the second one came.
    await on.waitFor('the finding closed as freed', { seconds: 60 }, async () => {
      const { items } = await on.get<List<MemoryFinding>>(['memoryfindings', '-n', 'tenant']);
      const reasons = items.flatMap(({ status }) =>
        status.conditions.filter(({ type, status: value }) => type === 'Closed' && value === 'True'),
      );
      return reasons.some(({ reason }) => reason === 'Freed') || undefined;
    });
    await expect(
      on.kubectl(['get', 'pod', '-n', 'tenant', 'hungry', '-o', 'jsonpath={.status.phase}']),
    ).resolves.toBe('Running');
  });
});
