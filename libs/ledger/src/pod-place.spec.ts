import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { podPlaceOf } from './pod-place.js';

const UID = '6d5c8c5e-3f0a-4e5b-9a57-0c9a3f1f2b11';
const SNAKE = UID.replaceAll('-', '_');
const ID = '4f1c0f1f3a1d2c5b6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5';
const STATIC = 'b1b6c2a5d4e3f2a1b0c9d8e7f6a5b4c3';
const both = { podUid: UID, containerId: ID };
const podOnly = { podUid: UID, containerId: null };

describe('whose a cgroup is', () => {
  it.each([
    // cgroupfs driver, v1 and v2 alike
    ['containerd, burstable', `/kubepods/burstable/pod${UID}/${ID}`, both],
    ['containerd, best effort', `/kubepods/besteffort/pod${UID}/${ID}`, both],
    ['containerd, guaranteed', `/kubepods/pod${UID}/${ID}`, both],
    ['the pod itself', `/kubepods/burstable/pod${UID}`, podOnly],
    ['a second kubelet with a cgroup root', `/nodeb/kubepods/burstable/pod${UID}/${ID}`, both],
    ['kind', `/docker/${'a'.repeat(64)}/kubelet/kubepods/besteffort/pod${UID}/${ID}`, both],
    ['CRI-O', `/kubepods/burstable/pod${UID}/crio-${ID}`, both],
    ['CRI-O with a child of crun', `/kubepods/burstable/pod${UID}/crio-${ID}/container`, both],
    ['a static pod', `/kubepods/burstable/pod${STATIC}/${ID}`, { podUid: STATIC, containerId: ID }],
    ['Kata', `/kubepods/burstable/pod${UID}/kata_${ID}`, both],
    // systemd driver
    [
      'containerd with systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${SNAKE}.slice/cri-containerd-${ID}.scope`,
      both,
    ],
    [
      'guaranteed with systemd',
      `/kubepods.slice/kubepods-pod${SNAKE}.slice/cri-containerd-${ID}.scope`,
      both,
    ],
    [
      'CRI-O with systemd',
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SNAKE}.slice/crio-${ID}.scope`,
      both,
    ],
    [
      'CRI-O with crun on v2',
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SNAKE}.slice/crio-${ID}.scope/container`,
      both,
    ],
    [
      'Docker with systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${SNAKE}.slice/docker-${ID}.scope`,
      both,
    ],
    [
      'a container that runs systemd',
      `/kubepods.slice/kubepods-pod${SNAKE}.slice/cri-containerd-${ID}.scope/system.slice/nginx.service`,
      both,
    ],
    ['the slice of a pod', `/kubepods.slice/kubepods-pod${SNAKE}.slice`, podOnly],
    [
      'a monitor, which is no container',
      `/kubepods.slice/kubepods-pod${SNAKE}.slice/crio-conmon-${ID}.scope`,
      podOnly,
    ],
    [
      'kind with systemd',
      `/system.slice/docker-${'a'.repeat(64)}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/` +
        `kubelet-kubepods-burstable-pod${SNAKE}.slice/cri-containerd-${ID}.scope`,
      both,
    ],
    [
      'systemd in the kubelet, cgroupfs in containerd',
      `/system.slice/containerd.service/kubepods-burstable-pod${SNAKE}.slice:cri-containerd:${ID}`,
      both,
    ],
    [
      'a static pod with systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`,
      { podUid: STATIC, containerId: ID },
    ],
    // What a container makes inside is its own.
    ['Docker in a pod', `/kubepods/burstable/pod${UID}/${ID}/docker/${'b'.repeat(64)}`, both],
    [
      'a pod that plays another one',
      `/kubepods/burstable/pod${UID}/${ID}/kubepods/burstable/pod${STATIC}/${'b'.repeat(64)}`,
      both,
    ],
  ])('%s', (_, path, place) => {
    expect(podPlaceOf(path)).toEqual(place);
  });

  it.each([
    ['the root', '/'],
    ['a service', '/system.slice/sshd.service'],
    ['all pods', '/kubepods'],
    ['all pods of a class', '/kubepods.slice/kubepods-burstable.slice'],
    ['Docker alone', `/docker/${ID}`],
    ['podman alone', `/machine.slice/libpod-${ID}.scope`],
    ['a pod’s name elsewhere', `/system.slice/pod${UID}/${ID}`],
    ['a user that plays a pod', `/user.slice/user-1000.slice/user@1000.service/kubepods/pod${UID}/${ID}`],
    ['outside this agent’s cgroup namespace', `/../../kubepods/burstable/pod${UID}/${ID}`],
    ['no uid', '/kubepods/burstable/pod'],
    ['a uid that is too long', `/kubepods/pod${'a'.repeat(129)}`],
    ['another name', `/mykubepods/pod${UID}/${ID}`],
    ['Kata’s overhead', `/kata_overhead/${ID}`],
  ])('nobody’s: %s', (_, path) => {
    expect(podPlaceOf(path)).toBeNull();
  });

  const part = fc.oneof(
    fc.constantFrom(
      ...['kubepods', 'kubepods.slice', 'burstable', `pod${UID}`, ID, 'user.slice', '..', ''],
      ...[`kubepods-pod${SNAKE}.slice`, `cri-containerd-${ID}.scope`, `a-kubepods-pod${SNAKE}.slice:x:${ID}`],
    ),
    fc.string({ unit: 'binary' }),
  );

  it('reads any path, fast, and nothing that a container makes below changes whose it is', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(part, { maxLength: 6 }), (path, below) => {
        const place = podPlaceOf(`/${path.join('/')}`);
        expect(place?.podUid ?? 'none').toMatch(/^[0-9a-zA-Z_.-]{1,128}$/);
        expect(place?.containerId ?? 'a'.repeat(12)).toMatch(/^[0-9a-f]{12,128}$/);
        const inside = podPlaceOf(`/${[...path, ...below].join('/')}`);
        expect(inside?.podUid === place?.podUid || place === null).toBe(true);
        expect(inside?.containerId === place?.containerId || (place?.containerId ?? null) === null).toBe(
          true,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no time for a path made to take it', () => {
    const path = `/${'a-kubepods-'.repeat(300)}pod${'a'.repeat(4_000)}.slice`;
    const before = process.cpuUsage();
    for (let i = 0; i < 1_000; i += 1) podPlaceOf(path);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});
