/*
 * What is let go: findings a day after they were closed, cleanups a day after they were completed, and before that the
 * oldest of more than MOST_ENDED. What budgets are counted from, the last hour, is kept whatever there is.
 */
import { conditionOf, type Condition, type MemoryCleanup, type MemoryFinding } from '#api';
import type { Clock } from '#contracts/clock';
import type { ObjectStore, StoredObject } from '#contracts/store';
import type { StoreWatch } from '../acts/store-watch.js';
import { end, isClosed, type ClosingWrite } from '../findings/apply-change.js';

interface Kept {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly Condition[] };
}

export interface RetentionRule {
  /** The condition that ends it. */
  readonly ending: 'Closed' | 'Completed';
  readonly most: number;
}

const DAY_MS = 24 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;
const MOST_ENDED = 1000;

/** Names to delete, the oldest first; at most `atOnce`. Pure. */
export function toDelete(
  objects: readonly Kept[],
  rule: RetentionRule,
  nowMs: number,
  atOnce = 256,
): readonly string[] {
  const ended = objects
    .flatMap(({ metadata, status }) => {
      const condition = conditionOf(status.conditions, rule.ending);
      return condition?.status === 'True'
        ? [{ name: metadata.name, atMs: Date.parse(condition.lastTransitionTime) }]
        : [];
    })
    .sort((a, b) => a.atMs - b.atMs);
  const tooMany = ended.length - rule.most;
  return ended
    .filter(({ atMs }, i) => nowMs - atMs > DAY_MS || (i < tooMany && nowMs - atMs > HOUR_MS))
    .slice(0, atOnce)
    .map(({ name }) => name);
}

/** Nobody has said anything of it for a day, and its node may never come back. Null: not yet. Pure. */
export function expiryOf(finding: MemoryFinding, nowMs: number): ClosingWrite | null {
  if (isClosed(finding) || nowMs - Date.parse(finding.status.lastSeen) < DAY_MS) return null;
  const message = 'Nothing was heard of its target for a day.';
  return end(finding, { status: finding.status, reason: 'Expired', message, nowMs });
}

async function perform(write: ClosingWrite, findings: ObjectStore<MemoryFinding>): Promise<void> {
  if (write.kind === 'Delete') await findings.delete(write.name);
  else await findings.update(write.object);
}

export interface RetentionOptions {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly store: Pick<StoreWatch, 'write'>;
  readonly clock: Clock;
}

export class Retention {
  constructor(private readonly options: RetentionOptions) {}

  /** @throws {StoreUnavailable} what is left is let go the next time */
  async sweep(): Promise<void> {
    const { findings, cleanups, store, clock } = this.options;
    const silent = findings.list().flatMap((finding) => expiryOf(finding, clock.nowMs()) ?? []);
    await Promise.all(silent.slice(0, 256).map((write) => store.write(() => perform(write, findings))));
    await this.#delete(findings, { ending: 'Closed', most: MOST_ENDED });
    await this.#delete(cleanups, { ending: 'Completed', most: MOST_ENDED });
  }

  // Together: the store writes them with one sync.
  async #delete<T extends StoredObject & Kept>(store: ObjectStore<T>, rule: RetentionRule): Promise<void> {
    const names = toDelete(store.list(), rule, this.options.clock.nowMs());
    await Promise.all(names.map((name) => this.options.store.write(() => store.delete(name))));
  }
}
