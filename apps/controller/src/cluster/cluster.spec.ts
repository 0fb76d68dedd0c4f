import { describe, expect, it } from '@jest/globals';
import type { ClusterNode, ClusterPod, ClusterView, NodePod } from '#contracts/cluster';
import { leastMode } from '#contracts/mode';
import { ViewFacts } from './cluster-facts.js';
import { PodPusher } from './pod-pusher.js';

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class View implements ClusterView {
  readonly nodesByName = new Map<string, ClusterNode>();
  readonly pods = new Map<string, ClusterPod[]>();
  readonly namespaces = new Map<
    string,
    { labels: Record<string, string>; annotations: Record<string, string> }
  >();
  readonly #callbacks = new Set<(node: string | null) => void>();
  asked = 0;

  node(name: string): ClusterNode | null {
    return this.nodesByName.get(name) ?? null;
  }
  nodes(): readonly ClusterNode[] {
    return [...this.nodesByName.values()];
  }
  podsOf(node: string): readonly ClusterPod[] {
    this.asked += 1;
    return this.pods.get(node) ?? [];
  }
  namespace(name: string) {
    return this.namespaces.get(name) ?? null;
  }
  onChange(callback: (node: string | null) => void): Disposable {
    this.#callbacks.add(callback);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(callback) };
  }
  tell(node: string | null): void {
    for (const callback of this.#callbacks) callback(node);
  }
  put(node: Partial<ClusterNode> = {}): void {
    const whole = {
      name: 'n',
      uid: 'u',
      labels: {},
      annotations: {},
      isUnschedulable: false,
      isEnding: false,
      ...node,
    };
    this.nodesByName.set(whole.name, whole);
    this.tell(whole.name);
  }
}

function pod(name: string, more: Partial<ClusterPod> = {}): ClusterPod {
  return {
    namespace: 'team',
    name,
    uid: `uid-${name}`,
    isStatic: false,
    containers: [{ name: 'main', id: 'c1' }],
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    labels: {},
    annotations: {},
    allLabels: { app: 'web' },
    podIP: '10.0.0.9',
    isEnding: false,
    ...more,
  };
}

describe('how far anybody may go', () => {
  const target = { node: 'n', pod: { namespace: 'team', name: 'p', uid: 'u' } };
  const modeOf = (view: View): string =>
    leastMode(new ViewFacts(view).levels(target).map(({ mode }) => mode));

  it('is the least of what node and namespace say; what cannot be read restricts', () => {
    const view = new View();
    view.put();
    view.namespaces.set('team', { labels: {}, annotations: {} });
    expect(modeOf(view)).toBe('Enforce');
    view.namespaces.set('team', { labels: {}, annotations: { 'memwarden.dev/max-mode': 'DryRun' } });
    expect(modeOf(view)).toBe('DryRun');
    view.put({ labels: { 'memwarden.dev/max-mode': 'enforce' } });
    expect(modeOf(view)).toBe('Observe');
  });

  it.each([{ isUnschedulable: true }, { isEnding: true }])('is no act on a node that is %o', (is) => {
    const view = new View();
    view.put(is);
    expect(modeOf(view)).toBe('Observe');
    view.nodesByName.clear();
    expect(modeOf(view)).toBe('Observe');
  });
});

describe('owners of a node', () => {
  it('are made once for each change, by name and by uid', () => {
    const view = new View();
    view.put();
    view.pods.set('n', [pod('a')]);
    const facts = new ViewFacts(view);
    const owners = facts.owners('n');
    expect(owners.pods.get('team/a')).toEqual({
      uid: 'uid-a',
      labels: { app: 'web' },
      annotations: {},
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    });
    expect(owners.byUid?.get('uid-a')).toEqual({ namespace: 'team', name: 'a' });
    expect([facts.owners('n') === owners, view.asked]).toEqual([true, 1]);
    view.tell('n');
    expect(facts.owners('n')).not.toBe(owners);
  });
});

describe('pods for agents', () => {
  it('are told at once to who connects, and after changes together, without what is nobody’s business', async () => {
    const view = new View();
    const pushed: [string, readonly NodePod[]][] = [];
    const pusher = new PodPusher({
      view,
      push: (node, pods) => {
        pushed.push([node, pods]);
        return true;
      },
      debounceMs: 20,
    });
    view.pods.set('n', [pod('a')]);
    view.tell('n');
    pusher.connected('n');
    expect(pushed.map(([node, pods]) => [node, pods.map(({ name }) => name)])).toEqual([['n', ['a']]]);
    expect(Object.keys(pushed[0]?.[1][0] ?? {})).not.toEqual(expect.arrayContaining(['allLabels']));
    for (const name of ['b', 'c', 'd']) {
      view.pods.get('n')?.push(pod(name));
      view.tell('n');
    }
    view.tell(null);
    view.tell('another');
    await turn(60);
    expect(pushed.slice(1).map(([, pods]) => pods.length)).toEqual([4]);
    pusher.disconnected('n');
    view.tell('n');
    await turn(60);
    expect(pushed).toHaveLength(2);
    pusher[Symbol.dispose]();
  });
});
