/*
 * What generated schemas are made of: the part of a CRD's structural schema that Memwarden uses, and nothing else.
 */

/** CEL over `self`, and `oldSelf` where it is about a change. `field`: the member that the message is about. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly field?: string;
}

export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'intOrString';
  readonly format?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** In characters, not in code units. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly default?: unknown;
  /** Members of items that are different in every two of them; none: the items themselves. */
  readonly unique?: readonly string[];
  readonly rules?: readonly Rule[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
}

/** A JSON object; arrays and null are none. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member itself, never one of a prototype. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
