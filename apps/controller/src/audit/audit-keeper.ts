/*
 * Every commit of a finding or a cleanup, told to the audit trail: what the object says has happened, less what its version
 * before said already. Follows the stores themselves, never the notices: nothing is lost on the way.
 */
import type { MemoryCleanup, MemoryFinding } from '#api';
import type { AuditEntry } from '#contracts/audit';
import { keyOf, type ObjectStore, type StoredObject } from '#contracts/store';
import type { AuditLog } from './audit-log.js';
import { historyOfCleanup, historyOfFinding } from './history-of.js';

export interface AuditedStores {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
}

export function* historyOfAll({ findings, cleanups }: AuditedStores): Iterable<AuditEntry> {
  for (const finding of findings.list()) yield* historyOfFinding(finding);
  for (const cleanup of cleanups.list()) yield* historyOfCleanup(cleanup);
}

export class AuditKeeper implements Disposable {
  readonly #following: readonly Disposable[];

  constructor({ findings, cleanups }: AuditedStores, log: Pick<AuditLog, 'noteSoon'>) {
    this.#following = [follow(findings, historyOfFinding, log), follow(cleanups, historyOfCleanup, log)];
  }

  [Symbol.dispose](): void {
    for (const each of this.#following) each[Symbol.dispose]();
  }
}

function follow<T extends StoredObject>(
  store: ObjectStore<T>,
  historyOf: (object: T) => readonly AuditEntry[],
  log: Pick<AuditLog, 'noteSoon'>,
): Disposable {
  // What was committed before this process is compared with the trail itself, by recover().
  const told = new Map(store.list().map((object) => [keyOf(object.metadata), idsOf(historyOf(object))]));
  return store.onChange(({ kind, object }) => {
    const name = keyOf(object.metadata);
    if (kind === 'Deleted') {
      told.delete(name);
      return;
    }
    const entries = historyOf(object);
    const before = told.get(name);
    told.set(name, idsOf(entries));
    log.noteSoon(entries.filter(({ id }) => before?.has(id) !== true));
  });
}

function idsOf(entries: readonly AuditEntry[]): ReadonlySet<string> {
  return new Set(entries.map(({ id }) => id));
}
