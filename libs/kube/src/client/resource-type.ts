/*
 * Kinds of the API by their place in it, and the paths of their objects. A name that is no path segment is refused here,
 * so no object is ever found outside its collection.
 */
import { InvalidValue } from '#contracts/errors';

/** A kind of the API. */
export interface ResourceType {
  /** Empty: the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
}

export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

const custom = (kind: string, plural: string, isNamespaced: boolean): ResourceType => ({
  group: 'memwarden.dev',
  version: 'v1alpha1',
  kind,
  plural,
  isNamespaced,
});
export const MEMORY_POLICIES = custom('MemoryPolicy', 'memorypolicies', false);
export const MEMORY_FINDINGS = custom('MemoryFinding', 'memoryfindings', true);
export const MEMORY_CLEANUPS = custom('MemoryCleanup', 'memorycleanups', true);
export const NODE_MEMORIES = custom('NodeMemory', 'nodememories', false);
export const CONFIG_MAPS: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
};
export const CONTROLLER_REVISIONS: ResourceType = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  isNamespaced: true,
};

export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Namespace undefined: of all namespaces. @throws {InvalidValue} */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = `${type.group === '' ? '/api' : '/apis'}/${apiVersionOf(type)}`;
  return namespace === undefined
    ? `${root}/${type.plural}`
    : `${root}/namespaces/${segment(namespace)}/${type.plural}`;
}

/** @throws {InvalidValue} */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.isNamespaced && ref.namespace === undefined)
    throw new InvalidValue(`${type.kind} ${JSON.stringify(ref.name)} needs a namespace.`);
  const own = `${collectionPath(type, type.isNamespaced ? ref.namespace : undefined)}/${segment(ref.name)}`;
  return subresource === undefined ? own : `${own}/${segment(subresource)}`;
}

export function inWords(type: ResourceType, { namespace, name }: ObjectRef): string {
  return `${type.plural} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%\s\0]/u.test(text))
    throw new InvalidValue(`${JSON.stringify(text.slice(0, 80))} is no name of an object.`);
  return encodeURIComponent(text);
}
