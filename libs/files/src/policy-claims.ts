/*
 * Which document of which file says what a policy is: pure. A name belongs to the first file, in byte order of their
 * paths, that has it, whether what stands there is valid or not; every other one is a Duplicate.
 */
import type { StoredObject } from '#contracts/store';
import type { Rejection } from './policy-file.js';
import type { PolicyFile } from './policy-folder.js';

/** What a file says of one name. `object` null: it was rejected, and the last good generation stays. */
export interface Claim<T> {
  readonly source: string;
  readonly name: string;
  readonly object: T | null;
  readonly rejected: Rejection | null;
}

/** A kept generation, and the file that it came from. */
export interface Kept {
  readonly name: string;
  readonly source: string;
}

export interface Found<T> {
  /** In byte order of their paths. */
  readonly files: readonly PolicyFile<T>[];
  /** Files that are there and were never read yet: theirs stays as it was. */
  readonly pending: readonly string[];
}

export interface Claims<T> {
  /** One for each name. */
  readonly owners: readonly Claim<T>[];
  /** Beside the owners: duplicates, and documents without a name. */
  readonly others: readonly Claim<T>[];
}

export function claimsOf<T extends StoredObject>(found: Found<T>, kept: readonly Kept[]): Claims<T> {
  const owners = new Map<string, Claim<T>>();
  const others: Claim<T>[] = [];
  for (const claim of found.files.flatMap(named)) {
    const owner = owners.get(claim.name);
    if (owner === undefined) owners.set(claim.name, claim);
    else others.push({ ...claim, object: null, rejected: duplicateOf(owner) });
  }
  const unclaimed = kept.filter((each) => !owners.has(each.name));
  const pending = unclaimed.filter((each) => found.pending.includes(each.source));
  const waiting = pending.map((each) => ({ ...each, object: null, rejected: null }));
  const nameless = found.files.map((file) => namelessClaims(file, unclaimed));
  return {
    owners: [...owners.values(), ...waiting, ...nameless.flatMap((each) => each.owners)],
    others: [...others, ...nameless.flatMap((each) => each.others)],
  };
}

/** Documents without a name may be any policy of their file: those of it that nobody names stay in force. */
function namelessClaims<T>(file: PolicyFile<T>, unclaimed: readonly Kept[]): Claims<T> {
  const nameless = namelessOf(file);
  const [first] = nameless;
  if (first === undefined) return { owners: [], others: [] };
  const affected = unclaimed.filter((each) => each.source === file.path);
  const owners = affected.map(({ name }) => ({ ...first, name }));
  return { owners, others: affected.length === 0 || nameless.length > 1 ? nameless : [] };
}

function named<T>({ path, documents }: PolicyFile<T>): Claim<T>[] {
  return documents.flatMap(({ name, object, rejected }) =>
    name === null ? [] : [{ source: path, name, object, rejected }],
  );
}

function namelessOf<T>({ path, documents }: PolicyFile<T>): Claim<T>[] {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return documents.flatMap(({ name, rejected }, i) => {
    if (name !== null) return [];
    return [{ source: path, name: documents.length > 1 ? `${base}#${i + 1}` : base, object: null, rejected }];
  });
}

function duplicateOf(owner: Claim<unknown>): Rejection {
  const message = `A policy of this name stands in ${owner.source}, which comes first: give it another name.`;
  return { reason: 'Duplicate', problems: [{ path: 'metadata.name', message }] };
}
