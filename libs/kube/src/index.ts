/*
 * Kubernetes: the API server as stores, policies, leadership, names of pods, rights and acts.
 */
export { AlreadyExists, ApiUnavailable, Expired, Forbidden, Rejected } from './client/errors.js';
export {
  inClusterCredentials,
  kubeconfigCredentials,
  type CredentialSource,
  type Credentials,
} from './client/credentials.js';
export {
  FIELD_MANAGER,
  KubeClient,
  type CallOptions,
  type DeleteOptions,
  type KubeClientOptions,
  type ListPage,
  type ListQuery,
  type PatchOptions,
  type WatchQuery,
} from './client/kube-client.js';
export {
  MEMORY_CLEANUPS,
  MEMORY_FINDINGS,
  MEMORY_POLICIES,
  NODE_MEMORIES,
  type ObjectRef,
  type ResourceType,
} from './client/resource-type.js';
export { Informer, type InformerOptions } from './watch/informer.js';
export {
  KubeObjectStore,
  type KubeObjectStoreOptions,
  type SetAsideObject,
} from './store/kube-object-store.js';
export {
  cleanupAnnotations,
  initialCleanupStatus,
  initialFindingStatus,
  REQUESTED_BY,
} from './store/initial-status.js';
export { ClusterLease, type ClusterLeaseOptions } from './election/cluster-lease.js';
export { LeaseElection, type LeaseElectionOptions } from './election/lease-election.js';
export { ELECTION_TIMES, type ElectionTimes } from './election/step.js';
export type { Candidate } from './election/lease.js';
export { TokenReviews, type TokenReviewsOptions } from './reviews/token-reviews.js';
export { AccessReviews, type AccessReviewsOptions } from './reviews/access-reviews.js';
export { KubeClusterView, type KubeClusterViewOptions } from './cluster/kube-cluster-view.js';
export { KubeValue, type KubeValueOptions } from './values/kube-value.js';
export { jsonKey, type ValueForm } from './values/value-form.js';
export { acceptPolicy, type Accepted } from './policies/accepted.js';
export { KubePolicySource, type KubePolicySourceOptions } from './policies/kube-policy-source.js';
export { evictPod, type Eviction, type EvictionOutcome } from './acts/evict-pod.js';
export { DIRTY_DEVICE, NodeTaint, type TaintEffect, type TaintOutcome } from './acts/node-taint.js';
export {
  ManagedCertificates,
  type LinkCertificates,
  type ManagedCertificatesOptions,
} from './certificates/managed-certificates.js';
export { NodeMemoryWriter, type NodeMemoryWriterOptions } from './node-memory/node-memory-writer.js';
export { EventRecorder, type EventRecorderOptions } from './events/event-recorder.js';
export type { EventSubject, KubeEvent } from './events/event-line.js';
