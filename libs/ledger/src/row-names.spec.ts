import { describe, expect, it } from '@jest/globals';
import type { NodePod, PodNames } from '#contracts/cluster';
import { cgroupOf, meminfoOf, mib, processOf, readingOf } from '../test/readings.js';
import { buildHostLedger } from './host-ledger.js';
import { RowNaming } from './row-names.js';

const ID = '4f1c0f1f3a1d2c5b6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5';
const OTHER = 'b'.repeat(64);

function pod(uid: string, more: Partial<NodePod> = {}): NodePod {
  return {
    namespace: 'team-a',
    name: 'web-1',
    uid,
    isStatic: false,
    containers: [{ name: 'main', id: ID }],
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    labels: {},
    annotations: {},
    ...more,
  };
}

function knowing(...pods: NodePod[]): PodNames {
  return {
    podOfUid: (uid) => pods.find((each) => each.uid === uid) ?? null,
    podOfContainer: (id) => pods.find((each) => each.containers.some((c) => c.id === id)) ?? null,
  };
}

function names(pods: PodNames, ...paths: string[]) {
  const naming = new RowNaming(pods, paths);
  return paths.map((path) => naming.of(path));
}

const NAMED = { pod: 'web-1', namespace: 'team-a', workload: 'Deployment/web', podUid: 'u1' };

describe('names of rows', () => {
  it('are those of the pod and the container', () => {
    expect(names(knowing(pod('u1')), `/kubepods/podu1/${ID}`, '/kubepods/podu1')).toEqual([
      { ...NAMED, container: 'main', containerId: ID },
      NAMED,
    ]);
  });

  it('leave out a container that was not told yet, or is the sandbox', () => {
    expect(names(knowing(pod('u1')), `/kubepods/podu1/${OTHER}`)).toEqual([{ ...NAMED, containerId: OTHER }]);
  });

  it('are uid and id alone for a pod that is not known, and nothing outside pods', () => {
    expect(names(knowing(), `/kubepods/podu1/${ID}`, '/system.slice', '/kubepods')).toEqual([
      { podUid: 'u1', containerId: ID },
      {},
      {},
    ]);
  });

  it('are not guessed where uid and container are of two pods', () => {
    const pods = knowing(pod('u1'), pod('u2', { name: 'other', containers: [{ name: 'c', id: OTHER }] }));
    expect(names(pods, `/kubepods/podu1/${OTHER}`, `/kubepods/podu3/${ID}`)).toEqual([
      { podUid: 'u1', containerId: OTHER },
      { podUid: 'u3', containerId: ID },
    ]);
  });

  it('are those of the mirror for a static pod, also in its cgroups without a container', () => {
    const mirror = pod('mirror', { isStatic: true, workload: null });
    const named = { pod: 'web-1', namespace: 'team-a', podUid: 'mirror' };
    expect(names(knowing(mirror), '/kubepods/podhash', `/kubepods/podhash/${ID}`)).toEqual([
      named,
      { ...named, container: 'main', containerId: ID },
    ]);
  });

  it('stand in every row of the ledger that is in the pod, and change no number', () => {
    const path = `/kubepods/burstable/podu1/${ID}`;
    const reading = readingOf({
      meminfo: meminfoOf({}),
      cgroups: [
        cgroupOf('/', { usage: null }),
        cgroupOf(path, { usage: mib(20), anon: mib(10), file: mib(8) }),
        cgroupOf('/system.slice', { usage: mib(5), anon: mib(5) }),
      ],
      processes: [
        processOf(7, path, { rssAnon: mib(9) }),
        processOf(8, '/system.slice', { rssAnon: mib(5) }),
      ],
    });
    const plain = buildHostLedger(reading);
    const named = buildHostLedger(reading, knowing(pod('u1')));
    const rows = named.holders.filter((row) => row.pod === 'web-1');
    expect(rows.map((row) => row.kind).sort()).toEqual(['bucket', 'cgroup', 'process']);
    const row = plain.holders.find(({ name }) => name === path);
    expect(row).toMatchObject({ podUid: 'u1', containerId: ID });
    expect(row?.pod).toBeUndefined();
    expect(named.holders.map((each) => [each.id, each.bytes])).toEqual(
      plain.holders.map((each) => [each.id, each.bytes]),
    );
  });
});
