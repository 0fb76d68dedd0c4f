import { describe, expect, it } from '@jest/globals';
import type { NodePod, PodListener } from '#contracts/cluster';
import { connect, Log, report, serve } from '../test/ends.js';

class Names extends Log<readonly NodePod[] | null> implements PodListener {
  podsChanged(pods: readonly NodePod[] | null): void {
    this.add(pods);
  }
}

function pods(count: number, more: Partial<NodePod> = {}): NodePod[] {
  return Array.from({ length: count }, (_, i) => ({
    namespace: 'team-a',
    name: `web-${i}`,
    uid: `uid-${i}`,
    isStatic: false,
    containers: [{ name: 'main', id: 'f'.repeat(64) }],
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    labels: {},
    annotations: { 'memwarden.dev/notify-signal': 'SIGUSR2' },
    ...more,
  }));
}

describe('pods over the link', () => {
  it('arrive whole, from the moment that a node is connected', async () => {
    const { server, listener, address } = await serve();
    listener.connected = (node) => {
      expect(server.pushPods(node, pods(3))).toBe(true);
    };
    const names = new Names();
    connect(address, { pods: names });
    await names.until((all) => all.length === 1);
    expect(names.all).toEqual([pods(3)]);
  });

  it('are told once, and again when they changed or the agent is new', async () => {
    const { server, listener, address } = await serve();
    const names = new Names();
    const { link } = connect(address, { pods: names });
    await listener.until((all) => all.length > 0);
    for (const list of [pods(1), pods(1), pods(2)]) server.pushPods('node-a', list);
    await names.until((all) => all.length === 2);
    expect(names.all).toEqual([pods(1), pods(2)]);
    await link[Symbol.asyncDispose]();
    await listener.until((all) => all.at(-1)?.kind === 'disconnected');
    expect(server.pushPods('node-a', pods(2))).toBe(false);
    const again = new Names();
    connect(address, { pods: again });
    await listener.until((all) => all.at(-1)?.kind === 'connected');
    server.pushPods('node-a', pods(2));
    await again.until((all) => all.length === 1);
  });

  it('are unknown when there are too many, which both ends say', async () => {
    const { server, listener, address, events } = await serve();
    const names = new Names();
    const agent = connect(address, { pods: names });
    await listener.until((all) => all.length > 0);
    server.pushPods('node-a', pods(1_001));
    await names.until((all) => all.length === 1);
    expect(names.all).toEqual([null]);
    expect(agent.link.health()).toMatchObject({ state: 'degraded', reason: expect.stringMatching(/1001/) });
    expect(events.all).toContainEqual({
      kind: 'PodsWithheld',
      node: 'node-a',
      reason: expect.stringContaining('1001 pods'),
    });
    expect(agent.events.all).toContainEqual({
      kind: 'PodsRefused',
      reason: expect.stringContaining('1001 pods'),
    });
    server.pushPods('node-a', pods(1_000));
    await names.until((all) => all.length === 2);
    expect(names.all[1]).toHaveLength(1_000);
    expect(agent.link.health().state).toBe('ok');
  });

  it('that make no sense leave the agent without names, and its reports go on', async () => {
    const { server, listener, address } = await serve();
    const names = new Names();
    const { link, events } = connect(address, { pods: names });
    await listener.until((all) => all.length > 0);
    server.pushPods('node-a', pods(1, { name: 'n'.repeat(254) }));
    await names.until((all) => all.length === 1);
    expect(names.all).toEqual([null]);
    expect(events.all.at(-1)).toMatchObject({ kind: 'PodsRefused' });
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
  });

  it('carry names at their limits and any characters', async () => {
    const { server, listener, address } = await serve();
    const names = new Names();
    connect(address, { pods: names });
    await listener.until((all) => all.length > 0);
    const odd = pods(1, {
      namespace: 'n'.repeat(63),
      name: 'p'.repeat(253),
      annotations: { 'memwarden.dev/notify-path': '/\u202e\u0000\n"<script>' },
    });
    server.pushPods('node-a', odd);
    await names.until((all) => all.length === 1);
    expect(names.all).toEqual([odd]);
  });
});

describe('controllers and agents of other versions', () => {
  it('an agent that knows no pods is never told of any, and reports', async () => {
    const { server, listener, address } = await serve();
    const { link, events } = connect(address);
    await listener.until((all) => all.length > 0);
    expect(server.pushPods('node-a', pods(2))).toBe(false);
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    expect(events.all.map((event) => event.kind)).toEqual(['Connected']);
  });

  it('a controller that knows no pods leaves an agent without names, and takes its reports', async () => {
    const { listener, address } = await serve();
    const names = new Names();
    const { link } = connect(address, { pods: names });
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    expect(names.all).toEqual([]);
  });

  const ranges = [
    { min: 1, max: 1 },
    { min: 1, max: 2 },
    { min: 2, max: 3 },
  ];
  it.each([
    ['N−1', 'N', ranges[0]!, ranges[1]!],
    ['N', 'N−1', ranges[1]!, ranges[0]!],
    ['N', 'N+1', ranges[1]!, ranges[2]!],
    ['N+1', 'N', ranges[2]!, ranges[1]!],
  ])('controller %s and agent %s work together', async (_, __, ours, theirs) => {
    const { server, listener, address } = await serve({ protocol: ours });
    const names = new Names();
    const { link } = connect(address, { protocol: theirs, pods: names });
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    server.pushPods('node-a', pods(1));
    await names.until((all) => all.length === 1);
    expect(names.all).toEqual([pods(1)]);
  });
});
