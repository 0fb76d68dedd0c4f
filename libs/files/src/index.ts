/*
 * The local store: objects, values, policies and the audit trail as files of a state dir.
 */
export { ObjectTable, type Draft, type TableOptions } from './object-table.js';
export { FileObjectStore, type FileObjectStoreOptions, type SetAside } from './file-object-store.js';
export { FileValue, type FileValueOptions } from './file-value.js';
export { FileAuditTrail, type FileAuditTrailOptions } from './file-audit-trail.js';
export { FolderPolicySource, type FolderPolicySourceOptions } from './folder-policy-source.js';
export { type ParsedPolicy, type PolicyParser, type Rejection } from './policy-file.js';
