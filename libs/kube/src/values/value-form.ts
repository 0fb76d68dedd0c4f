/*
 * How a value stands in the data of a ConfigMap.
 */
import type { Codec, Decoded } from '#contracts/codec';

export type Texts = Readonly<Record<string, string>>;

export interface ValueForm<V> {
  /** For people: Pause. */
  readonly kind: string;
  /** Never throws. Null: the value does not stand there. */
  read(data: Texts): Decoded<V | null>;
  write(value: V): Texts;
}

/** As JSON in one key; other keys are nobody's business. */
export function jsonKey<V>(key: string, codec: Codec<V>): ValueForm<V> {
  return {
    kind: codec.kind,
    read: (data) => {
      const text = Object.hasOwn(data, key) ? data[key] : undefined;
      if (text === undefined) return { ok: true, object: null };
      try {
        return codec.decode(JSON.parse(text));
      } catch {
        return { ok: false, problems: [{ path: `data.${key}`, message: 'is no JSON' }] };
      }
    },
    write: (value) => ({ [key]: JSON.stringify(value) }),
  };
}
