/* eslint-disable jest/no-standalone-expect -- what needs root is in a conditional `it` */
/*
 * Orders for pods against the running kernel: processes in cgroups as a kubelet makes them, pods as a controller tells of
 * them. Each process prints what it gets, so "left alone" is seen, not assumed.
 */
import { statSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import type { NodePod } from '#contracts/cluster';
import type { Act, Order, OrderOutcome } from '#contracts/order';
import {
  BOOT,
  CATCHES_USR2,
  deskIn,
  orderOf,
  perl,
  Program,
  scratchFolder,
  targetOf,
} from '../../apps/node-agent/test/orders.js';
import { PodBook } from '../../apps/node-agent/src/attribute/pod-book.js';
import { PodsHere } from '../../apps/node-agent/src/orders/pods-here.js';
import { Cgroup } from '../../bench/harness/cgroup.js';

jest.setTimeout(60_000);

const asRoot = process.geteuid?.() === 0 ? it : it.skip;
const UID = 'cccccccc-0000-4000-8000-00000000000c';
const ID = 'c'.repeat(64);
const OPTED_IN = { 'memwarden.dev/notify-signal': 'SIGUSR2' };
const SIGNAL: Act = { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: [] };
const IGNORES: [string, ...string[]] = perl(`$SIG{USR2}='IGNORE'; print "READY\\n"; sleep 1 while 1;`);
const TEAM = { namespaces: ['team-a'], uids: [0], signals: ['SIGUSR2'] };

function podOf(more: Partial<NodePod> = {}): NodePod {
  return {
    namespace: 'team-a',
    name: 'web-0',
    uid: UID,
    isStatic: false,
    containers: [{ name: 'main', id: ID }],
    workload: null,
    labels: {},
    annotations: OPTED_IN,
    ...more,
  };
}

/** The cgroups of one pod with one container; they end after the processes in them. */
class PodCgroups implements AsyncDisposable {
  readonly pod: Cgroup;
  readonly container: Cgroup;
  private readonly made: Cgroup[] = [];

  constructor(private readonly base = `/mw-orders-${process.pid}`) {
    for (const path of ['', '/kubepods', '/kubepods/burstable']) this.make(path);
    this.pod = this.make(`/kubepods/burstable/pod${UID}`);
    this.container = this.make(`/kubepods/burstable/pod${UID}/${ID}`);
  }

  get target(): Order['target'] {
    const { path, directory } = this.pod;
    return { bootId: BOOT, cgroup: { path, inode: statSync(directory).ino } };
  }

  async start(command = CATCHES_USR2): Promise<Program> {
    const program = new Program(command, {});
    expect(await program.says('READY')).toBe(true);
    this.container.add(program.pid);
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.made.reverse()) await each.remove();
  }

  private make(path: string): Cgroup {
    const made = new Cgroup(this.base + path).delegate();
    this.made.push(made);
    return made;
  }
}

async function ask(
  target: Order['target'],
  pods: readonly NodePod[] | null,
  entries: readonly object[] = [TEAM],
): Promise<OrderOutcome> {
  const book = new PodBook();
  book.podsChanged(pods);
  using folder = scratchFolder();
  await using desk = await deskIn(folder.path, {
    allow: { version: 1, acts: { Notify: entries }, ratePerMinute: 60 },
    performer: { pods: new PodsHere(book, 'memwarden') },
  });
  desk.desk.receive(orderOf('o1', { target, act: SIGNAL }));
  return await desk.answers.of('o1');
}

describe('a pod that opted in', () => {
  asRoot('has the one process notified that has a handler (needs root: makes cgroups)', async () => {
    await using cgroups = new PodCgroups();
    await using without = await cgroups.start(IGNORES);
    await using program = await cgroups.start();
    expect(await ask(cgroups.target, [podOf()])).toMatchObject({ kind: 'Executed' });
    expect(await program.says('GOT')).toBe(true);
    expect(await ask(targetOf(program.pid), [podOf()])).toMatchObject({ kind: 'Executed' });
    expect(await ask(targetOf(without.pid), [podOf()])).toMatchObject({ reason: 'NoHandler' });
  });

  asRoot('has nobody notified where two could be meant (needs root)', async () => {
    await using cgroups = new PodCgroups();
    await using one = await cgroups.start();
    await using two = await cgroups.start();
    expect(await ask(cgroups.target, [podOf()])).toMatchObject({
      reason: 'AmbiguousRecipient',
      detail: expect.stringContaining(String(one.pid)),
    });
    expect(two.pid).not.toBe(one.pid);
  });

  const static_ = podOf({ isStatic: true, uid: 'mirror' });
  const cases: [string, NodePod[] | null, object[], string][] = [
    ['nobody told of', null, [TEAM], 'NoRecipient'],
    ['that did not opt in', [podOf({ annotations: {} })], [TEAM], 'NoRecipient'],
    ['that is protected', [podOf({ labels: { 'memwarden.dev/protected': 'true' } })], [TEAM], 'Protected'],
    ['of another namespace', [podOf({ namespace: 'team-b' })], [TEAM], 'NotAllowedHere'],
    ['without an entry for pods', [podOf()], [{ uids: [0], signals: ['SIGUSR2'] }], 'NotAllowedHere'],
    [
      'of kube-system, without its name',
      [podOf({ namespace: 'kube-system' })],
      [{ ...TEAM, namespaces: ['*'] }],
      'Infrastructure',
    ],
    ['that is static, without its namespace', [static_], [{ ...TEAM, namespaces: ['*'] }], 'Infrastructure'],
  ];
  asRoot.each(cases)('is left alone: one %s (needs root)', async (_, pods, entries, reason) => {
    await using cgroups = new PodCgroups();
    await using program = await cgroups.start();
    expect(await ask(cgroups.target, pods, entries)).toMatchObject({ kind: 'Refused', reason });
    expect(program.lines).toEqual(['READY']);
  });
});

/* eslint-enable jest/no-standalone-expect -- end of the file */
