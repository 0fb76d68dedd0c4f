import { describe, expect, it } from '@jest/globals';
import type { Notice } from '#contracts/notice';
import type { HotState, NodeReport } from '#contracts/report';
import { NoticeBus } from '#events';
import { someReport } from '#testing';
import { NodeRegistry } from './node-registry.js';

class Remembers implements HotState {
  readonly reports = new Map<string, NodeReport>();

  put(report: NodeReport): Promise<void> {
    this.reports.set(report.ledger.node, report);
    return Promise.resolve();
  }
  all(): Promise<readonly NodeReport[]> {
    return Promise.resolve([...this.reports.values()]);
  }
  onReadable(): void {
    // Always readable.
  }
  health() {
    return { component: 'redis', state: 'ok' as const };
  }
}

function registry(more: { maxNodes?: number; hotState?: Remembers } = {}) {
  const time = { nowMs: 1_790_000_000_000 };
  const clock = { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs };
  const hotState = more.hotState ?? new Remembers();
  const notices = new NoticeBus<Notice>();
  const made = new NodeRegistry({
    clock,
    notices,
    hotState,
    ...(more.maxNodes === undefined ? {} : { maxNodes: more.maxNodes }),
  });
  return { registry: made, time, hotState, notices };
}

describe('NodeRegistry', () => {
  it('keeps the last report of each node and whether it is connected', () => {
    const { registry: nodes, hotState } = registry();
    nodes.connected('b');
    nodes.reported(someReport({ node: 'b' }));
    nodes.reported(someReport({ node: 'a' }));
    nodes.reported(someReport({ node: 'b', takenAtMs: 5 }));
    expect(nodes.all().map((known) => [known.info.node, known.info.connected])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(nodes.get('b')?.report.ledger.takenAtMs).toBe(5);
    nodes.disconnected('b');
    expect(nodes.get('b')?.info.connected).toBe(false);
    expect(nodes.connectedCount).toBe(0);
    expect(hotState.reports.get('b')?.ledger.takenAtMs).toBe(5);
  });

  it('says the same with and without subscribers', async () => {
    const heard: Notice[] = [];
    const [quiet, loud] = [registry(), registry()];
    loud.notices.listen((notice) => heard.push(notice));
    for (const { registry: nodes } of [quiet, loud]) {
      nodes.connected('a');
      nodes.reported(someReport({ node: 'a' }));
      nodes.disconnected('a');
    }
    await new Promise(setImmediate);
    expect(quiet.registry.all()).toEqual(loud.registry.all());
    expect(heard.map(({ kind }) => kind)).toEqual(['node', 'node', 'ledger']);
  });

  it('restores what an earlier controller knew, but not over what an agent said meanwhile', async () => {
    const hotState = new Remembers();
    for (const node of ['a', 'b']) await hotState.put(someReport({ node }));
    const { registry: nodes } = registry({ hotState });
    const restored = nodes.restore();
    nodes.reported(someReport({ node: 'a', takenAtMs: 9 }));
    expect(await restored).toBe(1);
    expect(nodes.get('a')?.report.ledger.takenAtMs).toBe(9);
    expect(nodes.get('b')?.info).toMatchObject({ connected: false, lastSeenMs: 1_790_000_000_000 });
  });

  it('restores no node that was seen in the future, none over its bound, and says which', async () => {
    const hotState = new Remembers();
    const aheadMs = 1_790_000_000_000 + 3_600_000;
    await hotState.put(someReport({ node: 'ahead', takenAtMs: aheadMs }));
    await hotState.put(someReport({ node: 'late' }));
    const { registry: nodes, notices } = registry({ hotState, maxNodes: 2 });
    nodes.reported(someReport({ node: 'here' }));
    const heard: Notice[] = [];
    notices.listen((notice) => heard.push(notice));
    expect(await nodes.restore()).toBe(1);
    await new Promise(setImmediate);
    expect(nodes.all().map(({ info }) => [info.node, info.lastSeenMs])).toEqual([
      ['ahead', 1_790_000_000_000],
      ['here', 1_790_000_000_000],
    ]);
    expect(heard).toEqual([{ kind: 'ledger', node: 'ahead', takenAtMs: aheadMs }]);
  });

  it('forgets who was silent for a day, unless it is connected', () => {
    const { registry: nodes, time } = registry();
    nodes.reported(someReport({ node: 'gone' }));
    nodes.connected('quiet');
    nodes.reported(someReport({ node: 'quiet' }));
    time.nowMs += 24 * 3600 * 1000 + 1;
    expect(nodes.all().map((known) => known.info.node)).toEqual(['quiet']);
    expect(nodes.get('gone')).toBeNull();
  });

  it('never keeps more nodes than it may: the one that was silent the longest goes', () => {
    const { registry: nodes } = registry({ maxNodes: 2 });
    for (const node of ['a', 'b', 'a', 'c']) nodes.reported(someReport({ node }));
    expect(nodes.all().map((known) => known.info.node)).toEqual(['a', 'c']);
  });
});
