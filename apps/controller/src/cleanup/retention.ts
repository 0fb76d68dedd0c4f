/*
 * What is let go: findings a day after they were closed, cleanups a day after they were completed, and before that the
 * oldest of more than MOST_ENDED; when the store is nearly full or takes no writes, whatever ended. What budgets are counted from, the last hour, is kept whatever there is; so is what
 * still speaks in decisions about a target that lives, up to MOST_SPEAKING.
 */
import { speaking } from '#policy';
import {
  conditionOf,
  targetKey,
  type Condition,
  type MemoryCleanup,
  type MemoryFinding,
  type Target,
} from '#api';
import type { Clock } from '#contracts/clock';
import type { NodeLedger } from '#contracts/ledger';
import { keyOf, MOST_OBJECTS, type ObjectStore, type StoredObject } from '#contracts/store';
import { chooseStrategy, type Strategy } from '#resources';
import type { StoreWatch } from '../acts/store-watch.js';
import { end, isClosed, type ClosingWrite } from '../findings/apply-change.js';

interface Placed {
  readonly spec: { readonly target: Target };
}

interface Kept {
  readonly metadata: StoredObject['metadata'];
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
/** Cleanups beside those; with open ones and findings' own there is room for 10,000. */
const MOST_SPEAKING = 4000;

const NOBODY: ReadonlySet<string> = new Set();

/** Keys to delete, the oldest first; at most `atOnce`. Pure. */
export function toDelete(
  objects: readonly Kept[],
  rule: RetentionRule,
  nowMs: number,
  { atOnce = 256, spared = NOBODY }: { readonly atOnce?: number; readonly spared?: ReadonlySet<string> } = {},
): readonly string[] {
  const ended = objects
    .flatMap(({ metadata, status }) => {
      const condition = conditionOf(status.conditions, rule.ending);
      return condition?.status === 'True' && !spared.has(keyOf(metadata))
        ? [{ name: keyOf(metadata), atMs: Date.parse(condition.lastTransitionTime) }]
        : [];
    })
    .sort((a, b) => a.atMs - b.atMs);
  const tooMany = ended.length - rule.most;
  return ended
    .filter(({ atMs }, i) => nowMs - atMs > DAY_MS || (i < tooMany && nowMs - atMs > HOUR_MS))
    .slice(0, atOnce)
    .map(({ name }) => name);
}

export interface Seen {
  /** The last ledger of a node, however old; null: nobody knows. */
  readonly ledger: (node: string) => NodeLedger | null;
  readonly nowMs: number;
}

/** Keys of cleanups that decisions about living targets still need; of too many the newest. Pure. */
export function spokenFor(
  cleanups: readonly MemoryCleanup[],
  { ledger, nowMs }: Seen,
  most = MOST_SPEAKING,
): ReadonlySet<string> {
  const lives = living(ledger);
  const byTarget = Map.groupBy(cleanups, ({ spec }) => targetKey(spec.target));
  const spoken: MemoryCleanup[] = [];
  for (const history of byTarget.values()) {
    if (history[0] === undefined || !lives(history[0].spec.target)) continue;
    const names = speaking(history, nowMs);
    spoken.push(...history.filter(({ metadata }) => names.has(keyOf(metadata))));
  }
  const newestFirst = spoken.sort((a, b) => createdAt(b).localeCompare(createdAt(a)));
  return new Set(newestFirst.slice(0, most).map(({ metadata }) => keyOf(metadata)));
}

/** Where nobody can say it is taken to live: a node that is away, a ledger that may have missed it. */
function living(ledger: Seen['ledger']): (target: Target) => boolean {
  const rows = new Map<string, ReadonlySet<string> | null>();
  return ({ node, bootID, device, holder }) => {
    const known = ledger(node);
    if (known === null) return true;
    if (known.bootId !== bootID) return false;
    const key = JSON.stringify([node, device]);
    let ids = rows.get(key);
    if (ids === undefined) {
      const found = known.devices.find(({ id }) => id === device);
      ids = found?.unknownHolders === 0 ? new Set(found.holders.map(({ id }) => id)) : null;
      rows.set(key, ids);
    }
    return ids?.has(holder) ?? true;
  };
}

function createdAt({ metadata }: MemoryCleanup): string {
  return metadata.creationTimestamp ?? '';
}

/** Nobody has said anything of it for a day, and its node may never come back. Null: not yet. Pure. */
export function expiryOf(finding: MemoryFinding, nowMs: number): ClosingWrite | null {
  if (isClosed(finding) || nowMs - Date.parse(finding.status.lastSeen) < DAY_MS) return null;
  const message = 'Nothing was heard of its target for a day.';
  return end(finding, { status: finding.status, reason: 'Expired', message, nowMs });
}

async function perform(write: ClosingWrite, findings: ObjectStore<MemoryFinding>): Promise<void> {
  if (write.kind === 'Delete') await findings.delete(write.key);
  else await findings.update(write.object);
}

export interface RetentionOptions {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly nodes: { readonly ledger: Seen['ledger'] };
  readonly store: Pick<StoreWatch, 'write' | 'health'>;
  readonly clock: Clock;
  readonly mostObjects?: number;
}

/** In an emergency as many go at once as a slow disk takes in some seconds. */
const MANY = 2048;

export class Retention {
  constructor(private readonly options: RetentionOptions) {}

  /** Asked every second, does nothing but in an emergency. @throws {StoreUnavailable} the next time it is tried again */
  async relieve(): Promise<void> {
    if (this.#strategy(0).kind === 'Emergency') await this.sweep();
  }

  /** @throws {StoreUnavailable} what is left is let go the next time */
  async sweep(): Promise<void> {
    const { findings, cleanups, nodes, store, clock } = this.options;
    const silent = findings.list().flatMap((finding) => expiryOf(finding, clock.nowMs()) ?? []);
    await Promise.all(silent.slice(0, 256).map((write) => store.write(() => perform(write, findings))));
    await this.#delete(findings, 'Closed', NOBODY);
    const seen = { ledger: (node: string) => nodes.ledger(node), nowMs: clock.nowMs() };
    await this.#delete(cleanups, 'Completed', spokenFor(cleanups.list(), seen));
  }

  #strategy(waiting: number): Strategy {
    const { findings, cleanups, store, mostObjects = MOST_OBJECTS } = this.options;
    const held = Math.max(findings.list().length, cleanups.list().length);
    return chooseStrategy({
      fullness: held / mostObjects,
      hasFailed: store.health().state !== 'ok',
      waiting,
    });
  }

  async #delete<T extends StoredObject & Kept & Placed>(
    store: ObjectStore<T>,
    ending: RetentionRule['ending'],
    spared: ReadonlySet<string>,
  ): Promise<void> {
    const isEmergency = this.#strategy(0).kind === 'Emergency';
    const rule = { ending, most: isEmergency ? 0 : MOST_ENDED };
    const bounds = isEmergency ? { spared, atOnce: MANY } : { spared };
    const names = toDelete(store.list(), rule, this.options.clock.nowMs(), bounds);
    const remove = (name: string): Promise<void> => this.options.store.write(() => store.delete(name));
    for (const group of this.#groups(names, (name) => store.get(name)?.spec.target.node ?? ''))
      await Promise.all(group.map(remove));
  }

  /** What goes together: the store writes a group with one sync. */
  #groups(names: readonly string[], nodeOf: (name: string) => string): Iterable<readonly string[]> {
    switch (this.#strategy(names.length).kind) {
      case 'Immediate':
        return names.map((name) => [name]);
      case 'Batched':
        return Map.groupBy(names, nodeOf).values();
      case 'Emergency':
        return [names];
    }
  }
}
