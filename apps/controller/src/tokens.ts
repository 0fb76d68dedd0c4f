/*
 * What the features ask for, by port. wiring/ says which adapter it is.
 */
export const CONFIG = Symbol('ControllerConfig');
export const CLOCK = Symbol('Clock');
export const NOTICES = Symbol('NoticeBus');
/** Null: the link is without TLS. */
export const LINK_CERTIFICATE = Symbol('LinkCertificate');
export const NODE_HISTORY = Symbol('NodeHistory');
export const ORDERS = Symbol('OrderChannel');
export const HOT_STATE = Symbol('HotState');
export const FINDINGS = Symbol('ObjectStore<MemoryFinding>');
export const CLEANUPS = Symbol('ObjectStore<MemoryCleanup>');
export const POLICY_SOURCE = Symbol('PolicySource<MemoryPolicy>');
export const PAUSE = Symbol('StoredValue<Pause>');
export const BREAKER = Symbol('StoredValue<OpenBreaker>');
export const AUDIT_TRAIL = Symbol('AuditTrail');
export const STORES = Symbol('Stores');
export const STORE_PARTS = Symbol('Health of the stores');
export const CLEANUP_QUEUE = Symbol('CleanupQueue');
export const POLICY_CHECK = Symbol('PolicyCheck');
/** One Unwell a part: what /readyz looks at. */
export const PARTS = Symbol('Parts');
/** Null: one token opens everything. */
export const CLUSTER_ACCESS = Symbol('ClusterAccess');
/** Null: there is none. */
export const CLUSTER = Symbol('Cluster');
export const CLUSTER_FACTS = Symbol('ClusterFacts');
export const CLUSTER_REPORT = Symbol('ClusterReport');
export const LEADERSHIP = Symbol('Leadership');
export const HANDOVER = Symbol('Handover');
export const METRICS = Symbol('Metrics');
