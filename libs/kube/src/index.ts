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
