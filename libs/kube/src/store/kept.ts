/*
 * An object of the API server as the store keeps it: what it is to the controller, and nothing of what only the server
 * needs (managedFields are often most of an object). An object is created in two writes, for status is a subresource: one
 * without a status is half of one, and nobody is shown it.
 */
import type { StoredObject } from '#contracts/store';
import { apiVersionOf, type ResourceType } from '../client/resource-type.js';
import { inWords, type Codec } from '#contracts/codec';

export type Kept<T> = { readonly metadata: StoredObject['metadata'] } & (
  | { readonly is: 'Whole'; readonly object: T }
  | { readonly is: 'Half'; readonly half: StoredObject }
  | { readonly is: 'Invalid'; readonly reason: string }
);

const OWN_METADATA = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'labels',
  'annotations',
];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** @param before what was kept of it until now: its spec is taken where it is the same, and not checked again */
export function keep<T extends StoredObject>(
  raw: StoredObject,
  type: ResourceType,
  codec: Codec<T>,
  before: Kept<T> | null,
): Kept<T> {
  const valid = before?.is === 'Whole' && before.metadata.uid === raw.metadata.uid ? before.object : null;
  const value = trimmed(raw, type, valid);
  const { metadata } = value;
  if (!('status' in value)) return { metadata, is: 'Half', half: value };
  const answer = valid === null ? codec.decode(value) : codec.decode(value, valid);
  if (!answer.ok) return { metadata, is: 'Invalid', reason: inWords(answer.problems) };
  return { metadata: answer.object.metadata, is: 'Whole', object: answer.object };
}

function trimmed(raw: StoredObject, type: ResourceType, valid: StoredObject | null): StoredObject {
  const isSameSpec = valid !== null && valid.metadata.generation === raw.metadata.generation;
  const spec = memberOf(isSameSpec ? valid : raw, 'spec');
  const status = memberOf(raw, 'status');
  return {
    ...{ apiVersion: apiVersionOf(type), kind: type.kind },
    metadata: trimmedMetadata(raw.metadata),
    ...(spec !== undefined && { spec }),
    ...(status !== undefined && { status }),
  };
}

export function trimmedMetadata(metadata: StoredObject['metadata']): StoredObject['metadata'] {
  const own = Object.entries(metadata).filter(([name]) => OWN_METADATA.includes(name));
  const { annotations, ...rest } = Object.fromEntries(own) as unknown as Annotated;
  const { [LAST_APPLIED]: _, ...others } = annotations ?? {};
  const named = Object.keys(others).length === 0 ? {} : { annotations: others };
  return { ...rest, ...named };
}

type Annotated = StoredObject['metadata'] & { readonly annotations?: Readonly<Record<string, string>> };

export function memberOf(object: object, name: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[name];
}
