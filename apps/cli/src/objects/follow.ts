/*
 * --watch: what there is, then whatever changes, until a signal. A lost connection costs nothing: after it everything is
 * looked at again, and only what is new or changed is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, Named } from '../backend/backend.js';
import { LastingRefusal } from '../backend/errors.js';

export interface Followed<T extends Named> {
  readonly changes: (signal: AbortSignal) => AsyncIterable<Change<T>>;
  /** Those that are new or changed since the last call; all of them the first time, perhaps none. */
  readonly changed: (items: readonly T[]) => void;
  readonly troubled: (error: Error) => void;
  /** True: enough was seen. */
  readonly isDone?: () => boolean;
}

const AGAIN_MS = 2000;

/** @throws {LastingRefusal} */
export async function follow<T extends Named>(followed: Followed<T>, signal: AbortSignal): Promise<void> {
  const seen = new Map<string, string>();
  const isDone = (): boolean => signal.aborted || followed.isDone?.() === true;
  while (!isDone()) {
    const trouble = await followOnce(followed, { seen, signal, isDone }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    if (trouble instanceof LastingRefusal) throw trouble;
    if (trouble !== null && !signal.aborted) followed.troubled(trouble);
    if (!isDone()) await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

interface Round {
  readonly seen: Map<string, string>;
  readonly signal: AbortSignal;
  readonly isDone: () => boolean;
}

async function followOnce<T extends Named>(followed: Followed<T>, round: Round): Promise<void> {
  const ended = new AbortController();
  try {
    for await (const change of followed.changes(AbortSignal.any([round.signal, ended.signal]))) {
      followed.changed(news(round.seen, change));
      if (round.isDone()) return;
    }
  } finally {
    ended.abort();
  }
}

/** Remembers the newest version of each, and of none that is gone. */
function news<T extends Named>(seen: Map<string, string>, change: Change<T>): T[] {
  const changed = change.items.filter((item) => seen.get(keyOf(item)) !== versionOf(item));
  if (change.kind === 'All') seen.clear();
  else for (const item of change.gone) seen.delete(keyOf(item));
  for (const item of change.items) seen.set(keyOf(item), versionOf(item));
  return changed;
}

const keyOf = ({ metadata }: Named): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const versionOf = (item: Named): string => item.metadata.resourceVersion ?? JSON.stringify(item);
