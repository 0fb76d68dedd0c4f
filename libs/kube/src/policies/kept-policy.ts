/*
 * A policy of the API server as it is kept: judged once for each generation. What is in force is identity and spec; status
 * and resource version change with every status patch of this very process and are no part of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { StoredObject } from '#contracts/store';
import { apiVersionOf, type ResourceType } from '../client/resource-type.js';
import { memberOf, trimmedMetadata } from '../store/kept.js';
import type { Accepted } from './accepted.js';

export interface KeptPolicy<T> extends StoredObject {
  readonly judged: Accepted<T>;
  readonly status: unknown;
}

export function keepPolicy<T>(
  raw: StoredObject,
  type: ResourceType,
  accept: (value: unknown) => Accepted<T>,
  before: KeptPolicy<T> | null,
): KeptPolicy<T> {
  const metadata = trimmedMetadata(raw.metadata);
  const status = memberOf(raw, 'status');
  if (before !== null && isDeepStrictEqual(identity(before.metadata), identity(metadata)))
    return { metadata, judged: before.judged, status };
  const spec = memberOf(raw, 'spec');
  const value = { apiVersion: apiVersionOf(type), kind: type.kind, metadata: identity(metadata), spec };
  return { metadata, judged: accept(value), status };
}

function identity(metadata: StoredObject['metadata']): StoredObject['metadata'] {
  const { resourceVersion: _, ...rest } = metadata;
  return rest;
}
