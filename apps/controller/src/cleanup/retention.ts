/*
 * What is let go: findings a day after they were closed, cleanups a day after they were completed, and before that the
 * oldest of more than MOST_ENDED. What budgets are counted from, the last hour, is kept whatever there is; so is what
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
/** Cleanups beside those; with open ones and findings' own there is room for 10,000. */
const MOST_SPEAKING = 4000;

const NOBODY: ReadonlySet<string> = new Set();

/** Names to delete, the oldest first; at most `atOnce`. Pure. */
export function toDelete(
  objects: readonly Kept[],
  rule: RetentionRule,
  nowMs: number,
  { atOnce = 256, spared = NOBODY }: { readonly atOnce?: number; readonly spared?: ReadonlySet<string> } = {},
): readonly string[] {
  const ended = objects
    .flatMap(({ metadata, status }) => {
      const condition = conditionOf(status.conditions, rule.ending);
      return condition?.status === 'True' && !spared.has(metadata.name)
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

export interface Seen {
  /** The last ledger of a node, however old; null: nobody knows. */
  readonly ledger: (node: string) => NodeLedger | null;
  readonly nowMs: number;
}

/** Names of cleanups that decisions about living targets still need; of too many the newest. Pure. */
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
    spoken.push(...history.filter(({ metadata }) => names.has(metadata.name)));
  }
  const newestFirst = spoken.sort((a, b) => createdAt(b).localeCompare(createdAt(a)));
  return new Set(newestFirst.slice(0, most).map(({ metadata }) => metadata.name));
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
  if (write.kind === 'Delete') await findings.delete(write.name);
  else await findings.update(write.object);
}

export interface RetentionOptions {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly nodes: { readonly ledger: Seen['ledger'] };
  readonly store: Pick<StoreWatch, 'write'>;
  readonly clock: Clock;
}

export class Retention {
  constructor(private readonly options: RetentionOptions) {}

  /** @throws {StoreUnavailable} what is left is let go the next time */
  async sweep(): Promise<void> {
    const { findings, cleanups, nodes, store, clock } = this.options;
    const silent = findings.list().flatMap((finding) => expiryOf(finding, clock.nowMs()) ?? []);
    await Promise.all(silent.slice(0, 256).map((write) => store.write(() => perform(write, findings))));
    await this.#delete(findings, { ending: 'Closed', most: MOST_ENDED });
    const seen = { ledger: (node: string) => nodes.ledger(node), nowMs: clock.nowMs() };
    const spared = spokenFor(cleanups.list(), seen);
    await this.#delete(cleanups, { ending: 'Completed', most: MOST_ENDED }, spared);
  }

  // Together: the store writes them with one sync.
  async #delete<T extends StoredObject & Kept>(
    store: ObjectStore<T>,
    rule: RetentionRule,
    spared = NOBODY,
  ): Promise<void> {
    const names = toDelete(store.list(), rule, this.options.clock.nowMs(), { spared });
    await Promise.all(names.map((name) => this.options.store.write(() => store.delete(name))));
  }
}
