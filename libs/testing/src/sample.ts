/*
 * A small object with spec and status, for the suites of stores: what the rules of a store do not depend on.
 */
import type { Codec } from '#contracts/codec';
import type { StoredObject } from '#contracts/store';

export interface Sample extends StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly size: number; readonly tags?: readonly string[] };
  readonly status?: { readonly note: string };
}

export function sample(name: string, size = 1, note = ''): Sample {
  return {
    apiVersion: 'test.memwarden.dev/v1',
    kind: 'Sample',
    metadata: { name },
    spec: { size },
    status: { note },
  };
}

function isSample(value: unknown): value is Sample {
  const some = value as Partial<Sample> | null;
  return (
    typeof some === 'object' &&
    some?.kind === 'Sample' &&
    typeof some.metadata?.name === 'string' &&
    typeof some.spec?.size === 'number' &&
    some.spec.size >= 0
  );
}

/** A size below 0 is what is not valid. */
export const sampleCodec: Codec<Sample> = {
  kind: 'Sample',
  decode: (value) =>
    isSample(value)
      ? { ok: true, object: value }
      : { ok: false, problems: [{ path: 'spec.size', message: 'must be a number of at least 0' }] },
};
