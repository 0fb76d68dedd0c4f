/*
 * Pods of a tenant: programs of test/workloads that hold known bytes, as restricted as any.
 */
import { NAMESPACE, type Installation } from './installation.js';

export interface Hungry {
  readonly name: string;
  readonly namespace?: string;
  readonly command: readonly string[];
  readonly limit: string;
  readonly node?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function hungryPod(image: string, { name, namespace = 'tenant', ...options }: Hungry): string {
  const { command, limit, node, labels = {}, annotations = {} } = options;
  const security = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    runAsUser: 10_001,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app: name, ...labels }, annotations },
    spec: {
      ...(node !== undefined && { nodeName: node }),
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'it',
          image,
          imagePullPolicy: 'Never',
          command,
          securityContext: security,
          resources: { requests: { memory: '16Mi' }, limits: { memory: limit } },
        },
      ],
    },
  });
}

export async function running(on: Installation, pod: Hungry): Promise<string> {
  const { name, namespace = 'tenant' } = pod;
  await on.applyYaml(hungryPod(on.images.workloads, pod));
  await on.kubectl(['wait', '-n', namespace, '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
  return on.kubectl(['get', 'pod', '-n', namespace, name, '-o', 'jsonpath={.metadata.uid}']);
}

/** Ends what a spec made in the tenant's namespace, and its policies. */
export async function cleared(on: Installation): Promise<void> {
  await on.kubectl(['delete', 'memorypolicies', '--all']);
  await on.kubectl(['delete', 'pods', '-n', 'tenant', '--all', '--grace-period=0', '--force']);
  for (const namespace of ['tenant', NAMESPACE])
    await on.kubectl(['delete', 'memorycleanups,memoryfindings', '-n', namespace, '--all']);
}
