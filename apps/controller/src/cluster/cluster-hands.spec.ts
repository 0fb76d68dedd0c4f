import { describe, expect, it } from '@jest/globals';
import type { ClusterOrder } from '#policy';
import { ClusterHands, type Asked } from './cluster-hands.js';

const POD = { namespace: 'team', name: 'p', uid: 'u1' };
const TARGET = { node: 'n', bootID: 'b', device: 'host', holder: 'h', pod: POD };

function order(more: Partial<ClusterOrder> = {}): ClusterOrder {
  return { id: 'o.0.1', target: TARGET, act: { type: 'Evict' }, isFirstDelivery: true, ...more };
}

class Rig {
  readonly asked: string[] = [];
  isLeader = true;
  isStatic = false;
  isThere = true;
  answer: Asked = { kind: 'Executed', detail: 'taken' };

  get hands(): ClusterHands {
    const pod = {
      ...POD,
      isStatic: this.isStatic,
      containers: [],
      workload: null,
      labels: {},
      annotations: {},
      allLabels: {},
      podIP: null,
      isEnding: false,
    };
    const node = {
      name: 'n',
      uid: 'nu',
      labels: {},
      annotations: {},
      isUnschedulable: false,
      isEnding: false,
    };
    return new ClusterHands({
      namespace: 'memwarden',
      leadership: {
        isLeader: this.isLeader,
        leader: null,
        onChange: () => ({ [Symbol.dispose]: () => undefined }),
      },
      view: {
        node: (name) => (name === 'n' ? node : null),
        podsOf: () => (this.isThere ? [pod] : []),
      },
      evict: async ({ uid, gracePeriodSeconds }) => {
        this.asked.push(`evict ${uid} ${gracePeriodSeconds ?? '-'}`);
        return this.answer;
      },
      taint: async ({ uid }, effect) => {
        this.asked.push(`taint ${uid} ${effect}`);
        return this.answer;
      },
    });
  }
}

describe('the controller’s own acts', () => {
  it('evict this incarnation, and taint this node', async () => {
    const rig = new Rig();
    const evict = order({ act: { type: 'Evict', gracePeriodSeconds: 5 } });
    expect(await rig.hands.perform(evict)).toEqual({ kind: 'Executed', detail: 'taken' });
    await rig.hands.perform(order({ act: { type: 'Taint', effect: 'NoSchedule' } }));
    expect(rig.asked).toEqual(['evict u1 5', 'taint nu NoSchedule']);
  });

  it('are done by nobody but the leader', async () => {
    const rig = new Rig();
    rig.isLeader = false;
    await expect(rig.hands.perform(order())).rejects.toThrow('does not lead');
    await expect(
      rig.hands.perform(order({ act: { type: 'Taint', effect: 'NoSchedule' } })),
    ).rejects.toThrow();
    expect(rig.asked).toEqual([]);
  });

  it.each(['kube-system', 'memwarden'])('never evict pods of %s', async (namespace) => {
    const rig = new Rig();
    const target = { ...TARGET, pod: { ...POD, namespace } };
    expect(await rig.hands.perform(order({ target }))).toMatchObject({ reason: 'Infrastructure' });
    expect(rig.asked).toEqual([]);
  });

  it('never evict static pods, nor what is of no pod', async () => {
    const rig = new Rig();
    rig.isStatic = true;
    expect(await rig.hands.perform(order())).toMatchObject({ reason: 'Infrastructure' });
    const { pod: _pod, ...target } = TARGET;
    expect(await rig.hands.perform(order({ target }))).toMatchObject({ reason: 'NoRecipient' });
    expect(rig.asked).toEqual([]);
  });

  it('are Unknown when they may have been done before, and the pod is gone', async () => {
    const rig = new Rig();
    rig.answer = { kind: 'Refused', reason: 'TargetGone', detail: 'no such pod' };
    expect(await rig.hands.perform(order())).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
    const again = order({ isFirstDelivery: false });
    expect(await rig.hands.perform(again)).toMatchObject({ kind: 'Unknown', reason: 'TargetGone' });
    rig.isThere = false;
    expect(await rig.hands.perform(again)).toMatchObject({ kind: 'Unknown', reason: 'TargetGone' });
  });
});
