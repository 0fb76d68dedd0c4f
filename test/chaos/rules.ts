/*
 * What lets acts go on, one after the other, as often as the product allows: the policy and the allow list of a run whose
 * targets are called `comm`. For kills and for measurements alike.
 */
/** Holds of 60 % of a cgroup's limit are too much; who is told gets a second to give memory back. */
export const policyFor = (comm: string): string => `apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: {name: holders}
spec:
  mode: Enforce
  match: {processes: {names: [${comm}]}}
  detectors:
    - {name: press, type: Pressure, pressure: {signal: NonReclaimable, percentOfLimit: 60, clearPercent: 40, forSeconds: 1}}
  actions:
    - detectors: [press]
      ladder:
        - {type: Notify, notify: {transport: Signal, signal: SIGUSR2}, verifyAfterSeconds: 1, minFreed: 1Mi}
      cooldownSeconds: 1
      maxIneffective: 10
      queuePriority: Normal
  limits: {perNode: 100, perNamespacePerHour: 1000, perHour: 10000, maxNodes: 10, maxNodesPercent: 100}
`;
export const allowFor = (comm: string): string => `version: 1
acts:
  Notify:
    - {uids: [65534], processes: [${comm}], signals: [SIGUSR2]}
ratePerMinute: 600
`;
