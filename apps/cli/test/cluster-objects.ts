/*
 * Objects as the API server takes them, for the specs that have a real one.
 */
import type { NodeMemory, NodeMemoryDevice } from '#api';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

interface HeldBy {
  readonly namespace: string;
  readonly pod: string;
  readonly mib: number;
}

/** With its status, which is applied apart. */
export function nodeMemory(name: string, pods: readonly HeldBy[] = []): NodeMemory {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'NodeMemory',
    metadata: { name },
    status: {
      observedAt: '2026-11-21T14:05:00Z',
      bootID: '3f2c9a10-0000-4000-8000-000000000000',
      agent: { version: '0.1.0', protocol: 3, rssBytes: 80 * MIB, capabilities: ['pods'] },
      effectiveMode: 'Enforce',
      devices: [host(pods)],
      conditions: [
        {
          type: 'AgentReady',
          status: 'True',
          reason: 'Reporting',
          message: 'It reports.',
          lastTransitionTime: '2026-11-21T14:00:00Z',
        },
      ],
    },
  };
}

function host(pods: readonly HeldBy[]): NodeMemoryDevice {
  const held = pods.reduce((sum, { mib }) => sum + mib * MIB, 0);
  return {
    id: 'host',
    type: 'Host',
    totalBytes: 32 * GIB,
    usedBytes: held + GIB + 16 * MIB,
    reservedBytes: GIB,
    heldBytes: held,
    unattributedBytes: 16 * MIB,
    quality: 'Measured',
    unknownHolders: 0,
    byClass: [{ class: 'Running', bytes: held }],
    topHolders: pods.map(({ namespace, pod, mib }, at) => ({
      id: `cgroup:${4711 + at}:/kubepods.slice/${pod}`,
      kind: 'cgroup' as const,
      name: `/kubepods.slice/${pod}`,
      namespace,
      pod,
      container: 'cache',
      workload: 'Deployment/mw-cache',
      bytes: mib * MIB,
      quality: 'Measured' as const,
    })),
    conditions: [],
  };
}
