/*
 * What create and update would write, decided without writing. Through JSON: what is written is what would be read again,
 * and nobody else holds it; bounded in size, and valid by the codec.
 */
import { InvalidValue } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';
import { MIB } from '#contracts/units';
import type { Codec } from '#contracts/codec';
import { decoded } from './decoded.js';
import { memberOf } from './kept.js';

export interface DraftOptions<T> {
  readonly codec: Codec<T>;
  /** What is written beside an object when it is created, so that its status can be made up for. */
  readonly annotations?: (object: T) => Readonly<Record<string, string>>;
  /** 1 MiB: etcd takes 1.5. */
  readonly maxObjectBytes?: number;
}

/** Without what the server stamps. @throws {InvalidValue} */
export function draftCreate<T extends StoredObject>(object: T, options: DraftOptions<T>): T {
  const { uid: _u, resourceVersion: _r, generation: _g, creationTimestamp: _c, ...own } = object.metadata;
  const added = { ...(memberOf(own, 'annotations') as object | undefined), ...options.annotations?.(object) };
  const metadata = Object.keys(added).length === 0 ? own : { ...own, annotations: added };
  return decoded(options.codec, JSON.parse(bounded({ ...object, metadata }, options)));
}

/** What the server stamps stays as it is; a spec that is the kept one itself is valid already. @throws {InvalidValue} */
export function draftUpdate<T extends StoredObject>(current: T, object: T, options: DraftOptions<T>): T {
  const { uid, resourceVersion, generation, creationTimestamp } = current.metadata;
  const metadata = { ...object.metadata, uid, resourceVersion, generation, creationTimestamp };
  const parsed = JSON.parse(bounded({ ...object, metadata }, options)) as object;
  const spec = memberOf(object, 'spec');
  const isShared = spec !== undefined && spec === memberOf(current, 'spec');
  return decoded(options.codec, { ...parsed, ...(isShared && { spec }) }, current);
}

function bounded<T>(object: StoredObject, { codec, maxObjectBytes = MIB }: DraftOptions<T>): string {
  const text = JSON.stringify(object);
  if (Buffer.byteLength(text) <= maxObjectBytes) return text;
  throw new InvalidValue(`${codec.kind} ${object.metadata.name} is larger than ${maxObjectBytes} bytes.`);
}
