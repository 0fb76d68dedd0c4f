import { describe, expect, it } from '@jest/globals';
import { cgroupRow, processRow } from '../../test/devices.js';
import { cgroupLabel, hinted, holderLabel } from './labels.js';

const ID = '0123456789abcdef'.repeat(4);

describe('labels', () => {
  it.each([
    ['kubepods-burstable-pod4c1f2a3b_1111_4222_8333_444455556666.slice', 'pod 4c1f2a3b', 'pod'],
    ['pod4c1f2a3b-1111-4222-8333-444455556666', 'pod 4c1f2a3b', 'pod'],
    [`cri-containerd-${ID}.scope`, '0123456789ab', 'container'],
    [`docker-${ID}.scope`, '0123456789ab', 'container'],
    [ID, '0123456789ab', 'container'],
    ['containerd.service', 'containerd.service', 'service'],
    ['system-getty.slice', 'system-getty.slice', 'slice'],
    ['dev-disk-by\\x2dlabel.mount', 'dev-disk-by-label.mount', 'mount'],
    ['anything', 'anything', 'cgroup'],
  ])('%s is called "%s", a %s', (segment, text, kind) => {
    expect(cgroupLabel(segment)).toEqual({ prefix: '', text, kind });
  });

  it('say the names that Kubernetes gave', () => {
    const pod = cgroupRow('/x/pod4c1f2a3b-1111-4222-8333-444455556666', 1, {
      namespace: 'ml',
      pod: 'train-0',
    });
    expect(holderLabel(pod)).toEqual({ prefix: 'ml/', text: 'train-0', kind: 'pod' });
    const container = cgroupRow(`/x/${ID}`, 1, { namespace: 'ml', pod: 'train-0', container: 'trainer' });
    expect(holderLabel(container)).toEqual({ prefix: '', text: 'trainer', kind: 'container' });
  });

  it('say who lives there where the name is only a number', () => {
    const processes = [
      processRow(1, 5, 'x', 'bash'),
      processRow(2, 90, 'x', 'python'),
      processRow(3, 70, 'x', 'python'),
    ];
    expect(hinted(cgroupLabel('03c12c54cad49943108feb148ff2e93c'), processes)).toMatchObject({
      text: '03c12c54cad4',
      hint: 'python, bash',
    });
    expect(hinted(cgroupLabel('ssh.service'), processes)).not.toHaveProperty('hint');
  });
});
