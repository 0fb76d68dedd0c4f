import { describe, expect, it } from '@jest/globals';
import { readAllowList, refusalByList, type Wish } from './allow-list.js';
import { PodBook } from '../attribute/pod-book.js';
import { PodsHere } from './pods-here.js';
import type { ProcessFacts } from './process-files.js';
import { guardedOf, refusalByKind } from './target-rules.js';

function factsOf(more: Partial<ProcessFacts> = {}, uid = 1000, state = 'S', hasMemory = true): ProcessFacts {
  const status = {
    name: 'cache',
    state,
    parentPid: 20,
    uids: [uid, uid, uid, uid],
    hasMemory,
    blocked: 0n,
    ignored: 0n,
    caught: 0n,
  };
  const cgroups = [{ controllers: [''], path: '/user.slice/app' }];
  return {
    pid: 100,
    startTimeTicks: 1,
    comm: 'cache',
    program: 'cache',
    status,
    cgroups,
    ancestors: [20, 1],
    ...more,
  };
}

const BOOK = new PodBook();
BOOK.podsChanged(
  [
    { uid: 'pod1', namespace: 'team-a' },
    { uid: 'system', namespace: 'kube-system' },
    { uid: 'ours', namespace: 'memwarden' },
    { uid: 'static', namespace: 'team-a', isStatic: true },
  ].map((pod) => ({
    isStatic: false,
    ...pod,
    name: pod.uid,
    containers: [],
    workload: null,
    labels: {},
    annotations: {},
  })),
);
const PODS = new PodsHere(BOOK, 'memwarden');

function inPodOf(uid: string): ProcessFacts {
  return factsOf({ cgroups: [{ controllers: ['memory'], path: `/kubepods/burstable/pod${uid}/c1` }] });
}

const SIGNAL: Wish = {
  act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: [] },
  port: null,
};
const HTTP: Wish = { act: { type: 'Notify', transport: 'PodHTTP' }, port: 8080 };
const USR2 = { signals: ['SIGUSR2'] };

function verdict(entries: object[], facts: ProcessFacts, wish = SIGNAL): string {
  const list = readAllowList({ version: 1, acts: { Notify: entries } });
  return refusalByList(list, facts, guardedOf(facts, PODS.of(facts.cgroups)), wish)?.reason ?? 'allowed';
}

describe('an allow list', () => {
  const inService = factsOf({ cgroups: [{ controllers: [''], path: '/system.slice/x.service/sub' }] });
  const cases: [string, object[], ProcessFacts, string, Wish?][] = [
    [
      'allows what matches all lists of an entry',
      [{ ...USR2, uids: [1000], processes: ['cache'] }],
      factsOf(),
      'allowed',
    ],
    ['needs the signal', [{ uids: [1000] }], factsOf(), 'NotAllowedHere'],
    ['needs this signal', [{ signals: ['SIGHUP'] }], factsOf(), 'NotAllowedHere'],
    ['needs the port', [USR2], factsOf(), 'NotAllowedHere', HTTP],
    [
      'means nobody outside its cgroup namespace whose cgroup is not named',
      [USR2],
      factsOf({ cgroups: [{ controllers: [''], path: '/../sshd.service' }] }),
      'SystemService',
    ],
    [
      'means nobody in what does not read as a pod’s cgroup',
      [USR2, { ...USR2, namespaces: ['*'] }],
      factsOf({ cgroups: [{ controllers: [''], path: '/kubepods-burstable.slice/pod1.slice/c1' }] }),
      'NotAllowedHere',
    ],
    ['knows ports', [{ ports: [8080] }], factsOf(), 'allowed', HTTP],
    ['knows ranges of ports', [{ ports: ['8000-8079', '8081-9000'] }], factsOf(), 'NotAllowedHere', HTTP],
    ['does not take another comm', [{ ...USR2, processes: ['cach', 'cache2'] }], factsOf(), 'NotAllowedHere'],
    ['does not take another uid', [{ ...USR2, uids: [1001] }], factsOf(), 'NotAllowedHere'],
    ['takes an empty list for nobody', [{ ...USR2, uids: [] }], factsOf(), 'NotAllowedHere'],
    ['knows no namespaces here', [{ ...USR2, namespaces: ['default'] }], factsOf(), 'NotAllowedHere'],
    ['takes cgroups with what is below them', [{ ...USR2, cgroups: ['/user.slice'] }], factsOf(), 'allowed'],
    ['takes no half names of cgroups', [{ ...USR2, cgroups: ['/user.sl'] }], factsOf(), 'NotAllowedHere'],
    ['means root only when it is named', [USR2], factsOf({}, 0), 'ProtectedUser'],
    ['means root when it is named', [{ ...USR2, uids: [0] }], factsOf({}, 0), 'allowed'],
    [
      'means a service only by its cgroup',
      [{ ...USR2, cgroups: ['/system.slice'] }],
      inService,
      'SystemService',
    ],
    [
      'means a service by its cgroup',
      [{ ...USR2, cgroups: ['/system.slice/x.service'] }],
      inService,
      'allowed',
    ],
    ['means infrastructure only by name', [USR2], factsOf({ program: 'nv-hostengine' }), 'Infrastructure'],
    [
      'means infrastructure by name',
      [{ ...USR2, processes: ['Xorg'] }],
      factsOf({ comm: 'Xorg', program: 'Xorg' }),
      'allowed',
    ],
    ['means no pod without namespaces', [USR2], inPodOf('pod1'), 'NotAllowedHere'],
    [
      'means no pod by its cgroup alone',
      [{ ...USR2, cgroups: ['/kubepods/burstable/podpod1'] }],
      inPodOf('pod1'),
      'NotAllowedHere',
    ],
    ['means a pod by its namespace', [{ ...USR2, namespaces: ['team-a'] }], inPodOf('pod1'), 'allowed'],
    ['means no other namespace', [{ ...USR2, namespaces: ['team-b'] }], inPodOf('pod1'), 'NotAllowedHere'],
    ['means a pod by any namespace', [{ ...USR2, namespaces: ['*'] }], inPodOf('pod1'), 'allowed'],
    [
      'means no namespace by a part',
      [{ ...USR2, namespaces: ['team-*'] }],
      inPodOf('pod1'),
      'NotAllowedHere',
    ],
    ['means no pod that is not known', [{ ...USR2, namespaces: ['*'] }], inPodOf('pod9'), 'NotAllowedHere'],
    [
      'means nobody outside pods by namespaces',
      [{ ...USR2, namespaces: ['*'] }],
      factsOf(),
      'NotAllowedHere',
    ],
    ['means kube-system only by name', [{ ...USR2, namespaces: ['*'] }], inPodOf('system'), 'Infrastructure'],
    ['means kube-system by name', [{ ...USR2, namespaces: ['kube-system'] }], inPodOf('system'), 'allowed'],
    [
      'means Memwarden’s own only by name',
      [{ ...USR2, namespaces: ['*'] }],
      inPodOf('ours'),
      'Infrastructure',
    ],
    [
      'means a static pod only by name',
      [{ ...USR2, namespaces: ['*'] }],
      inPodOf('static'),
      'Infrastructure',
    ],
    ['means a static pod by name', [{ ...USR2, namespaces: ['team-a'] }], inPodOf('static'), 'allowed'],
    [
      'means root in a pod only when it is named',
      [{ ...USR2, namespaces: ['team-a'] }],
      { ...inPodOf('pod1'), status: factsOf({}, 0).status },
      'ProtectedUser',
    ],
    [
      'does not add up entries for pods',
      [
        { ...USR2, namespaces: ['kube-system'], uids: [1000] },
        { ...USR2, namespaces: ['*'], uids: [0] },
      ],
      { ...inPodOf('system'), status: factsOf({}, 0).status },
      'Infrastructure',
    ],
    [
      'does not add up entries',
      [
        { ...USR2, uids: [0] },
        { ...USR2, cgroups: ['/system.slice/x.service'] },
      ],
      factsOf({ cgroups: inService.cgroups }, 0),
      'NotAllowedHere',
    ],
  ];

  it.each(cases.map((row) => ({ name: row[0], row })))('$name', ({ row }) => {
    const [, entries, facts, expected, wish] = row;
    expect(verdict(entries, facts, wish)).toBe(expected);
  });

  it('does not take somebody who can become another one', () => {
    const status = { ...factsOf().status, uids: [1000, 0, 0, 0] };
    expect(verdict([{ ...USR2, uids: [1000] }], factsOf({ status }))).toBe('NotAllowedHere');
    expect(verdict([USR2], factsOf({ status }))).toBe('ProtectedUser');
    expect(verdict([{ ...USR2, uids: [0, 1000] }], factsOf({ status }))).toBe('allowed');
  });

  it.each<[unknown, string]>([
    [null, 'the whole document'],
    [[], 'the whole document'],
    [{ version: 2, acts: {} }, 'version'],
    [{ version: 1, acts: { Kill: [] } }, 'acts'],
    [{ version: 1, acts: { Notify: [{ user: 1 }] } }, 'acts.Notify.0'],
    [{ version: 1, acts: { Notify: [{ uids: ['me'] }] } }, 'acts.Notify.0.uids.0'],
    [{ version: 1, acts: { Notify: [{ ports: ['9-1'] }] } }, 'ports'],
    [{ version: 1, acts: {}, ratePerMinute: 1000 }, 'ratePerMinute'],
    [{ version: 1, acts: {}, ratePerMinute: 0 }, 'ratePerMinute'],
    [{ version: 1, acts: {}, rate: 1 }, 'the whole document'],
  ])('is refused: %j, with the place', (value, place) => {
    expect(() => readAllowList(value)).toThrow(place);
  });
});

describe('whatever an allow list says', () => {
  const own = { agent: 50, supervisor: 40 };
  it.each<[string, ProcessFacts, string]>([
    ['the first process', factsOf({ pid: 1 }), 'Infrastructure'],
    ['a thread of the kernel', factsOf({}, 0, 'I', false), 'Infrastructure'],
    ['a zombie', factsOf({}, 1000, 'Z', false), 'TargetGone'],
    ['the agent', factsOf({ pid: 50, ancestors: [40, 1] }), 'Infrastructure'],
    ['its supervisor', factsOf({ pid: 40, ancestors: [1] }), 'Infrastructure'],
    ['a sibling', factsOf({ pid: 60, ancestors: [40, 7, 1] }), 'Infrastructure'],
    ['a child of a child', factsOf({ pid: 61, ancestors: [60, 50, 40, 1] }), 'Infrastructure'],
  ])('%s is left alone', (_, facts, reason) => {
    expect(refusalByKind(facts, own)?.reason).toBe(reason);
  });

  it('others are not', () => {
    expect(refusalByKind(factsOf(), own)).toBeNull();
    expect(refusalByKind(factsOf(), { agent: 50, supervisor: 1 })).toBeNull();
  });
});
