/*
 * The table of accepted and refused objects (objects.yaml): each is a good object with some members set or removed.
 * `says` is what people read, word for word. `server` is what an API server with our CRDs makes of the same object:
 * "same" refuses with the same words, "refuses" with its own, "accepts" because only Memwarden checks it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface TableRow {
  readonly name: string;
  readonly base: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  /** The change is made to the base with these members set: rules about changes speak. */
  readonly from?: Readonly<Record<string, unknown>>;
  /** Path → message. Absent: accepted. */
  readonly says?: Readonly<Record<string, string>>;
  readonly server: 'same' | 'refuses' | 'accepts';
}

interface Table {
  readonly bases: Readonly<Record<string, unknown>>;
  readonly rows: readonly TableRow[];
}

export interface TableCase extends TableRow {
  readonly object: unknown;
  readonly old?: unknown;
}

/** Every row with its object. */
export function objectTable(): readonly TableCase[] {
  const text = readFileSync(join(import.meta.dirname, 'objects.yaml'), 'utf8');
  const { bases, rows } = parse(text) as Table;
  return rows.map((row) => {
    const base = bases[row.base];
    const object = changed(base, row.set, row.unset);
    return row.from === undefined ? { ...row, object } : { ...row, object, old: changed(base, row.from, []) };
  });
}

/** A good object of the table. */
export function baseObject(name: string): unknown {
  const text = readFileSync(join(import.meta.dirname, 'objects.yaml'), 'utf8');
  return structuredClone((parse(text) as Table).bases[name]);
}

function changed(base: unknown, set: TableRow['set'] = {}, unset: TableRow['unset'] = []): unknown {
  const object: unknown = structuredClone(base);
  for (const [path, value] of Object.entries(set)) {
    const [holder, last] = holderOf(object, path);
    holder[last] = structuredClone(value);
  }
  for (const path of unset) {
    const [holder, last] = holderOf(object, path);
    Reflect.deleteProperty(holder, last);
  }
  return object;
}

/** What has the last part of a path such as spec.actions.0.ladder. Objects are made on the way. */
function holderOf(object: unknown, path: string): readonly [Record<string, unknown>, string] {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let holder = object as Record<string, unknown>;
  for (const part of parts) holder = (holder[part] ??= {}) as Record<string, unknown>;
  return [holder, last];
}
