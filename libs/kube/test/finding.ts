/*
 * A finding and a cleanup as the controller writes them, valid by the CRDs.
 */
import type { MemoryCleanup, MemoryFinding } from '#api';

const target = {
  node: 'node-a',
  bootID: '11111111-2222-3333-4444-555555555555',
  device: 'host',
  holder: 'process:1234:5678',
  process: { pid: 1234, startTimeTicks: 5678, name: 'python3' },
};

export function finding(name: string, namespace = 'default'): MemoryFinding {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryFinding',
    metadata: { name, namespace },
    spec: {
      type: 'Pressure',
      class: 'NonReclaimable',
      detector: 'press',
      policyRef: { name: 'p', uid: 'a-uid', generation: 1 },
      target,
    },
    status: {
      firstSeen: '2026-01-01T00:00:00Z',
      lastSeen: '2026-01-01T00:00:00Z',
      bytes: 1024,
      quality: 'Measured',
      evidence: [{ type: 'Seen', at: '2026-01-01T00:00:00Z', message: 'x'.repeat(100) }],
      cleanups: 0,
      conditions: [],
    },
  };
}

export function cleanup(name: string, requestedBy: string, namespace = 'default'): MemoryCleanup {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryCleanup',
    metadata: { name, namespace },
    spec: {
      target,
      mode: 'DryRun',
      ladder: [
        {
          type: 'Notify',
          notify: { transport: 'Signal', signal: 'SIGUSR2' },
          verifyAfterSeconds: 60,
          minFreed: '1Mi',
        },
      ],
      queuePriority: 'Normal',
      deadline: '2026-01-01T01:00:00Z',
      cancelled: false,
    },
    status: {
      steps: [{ index: 0, type: 'Notify', state: 'Pending' }],
      freedBytes: 0,
      requestedBy,
      conditions: [],
    },
  };
}
