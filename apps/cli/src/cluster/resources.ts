/*
 * Kinds of Kubernetes itself that the command looks at.
 */
import type { ResourceType } from '#kube';

const kind = (groupVersion: string, name: string, plural: string, isNamespaced: boolean): ResourceType => {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
  return { group: group ?? '', version: version ?? '', kind: name, plural, isNamespaced };
};

export const SELF_SUBJECT_REVIEWS = kind(
  'authentication.k8s.io/v1',
  'SelfSubjectReview',
  'selfsubjectreviews',
  false,
);
export const PODS = kind('v1', 'Pod', 'pods', true);
export const NODES = kind('v1', 'Node', 'nodes', false);
export const DEPLOYMENTS = kind('apps/v1', 'Deployment', 'deployments', true);
export const DAEMON_SETS = kind('apps/v1', 'DaemonSet', 'daemonsets', true);
export const LEASES = kind('coordination.k8s.io/v1', 'Lease', 'leases', true);
export const CONFIG_MAPS = kind('v1', 'ConfigMap', 'configmaps', true);
export const STATEFUL_SETS = kind('apps/v1', 'StatefulSet', 'statefulsets', true);
export const CUSTOM_RESOURCES = kind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  false,
);
export const ADMISSION_POLICIES = kind(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicy',
  'validatingadmissionpolicies',
  false,
);
export const ADMISSION_BINDINGS = kind(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBinding',
  'validatingadmissionpolicybindings',
  false,
);
export const SELF_SUBJECT_RULES_REVIEWS = kind(
  'authorization.k8s.io/v1',
  'SelfSubjectRulesReview',
  'selfsubjectrulesreviews',
  false,
);
export const SECRETS = kind('v1', 'Secret', 'secrets', true);
export const EVENTS = kind('events.k8s.io/v1', 'Event', 'events', true);
export const SELF_SUBJECT_ACCESS_REVIEWS = kind(
  'authorization.k8s.io/v1',
  'SelfSubjectAccessReview',
  'selfsubjectaccessreviews',
  false,
);
