/*
 * --watch: what there is, then whatever changes, until a signal. The controller's events are only a reason to look: a
 * lost one costs nothing, since the list is read again after each reconnect.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../client/api.js';
import { WrongToken } from '../client/api.js';

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

export interface Followed<T extends Named> {
  /** The event that says that something changed. */
  readonly event: 'finding' | 'cleanup';
  readonly list: () => Promise<readonly T[]>;
  /** Those that are new or changed since the last call; all of them the first time, perhaps none. */
  readonly changed: (items: readonly T[]) => void;
  readonly troubled: (error: Error) => void;
  /** True: enough was seen. */
  readonly isDone?: () => boolean;
}

const AGAIN_MS = 2000;

/** @throws {WrongToken} that time does not heal */
export async function follow<T extends Named>(
  client: ApiClient,
  followed: Followed<T>,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Map<string, string>();
  const isDone = (): boolean => signal.aborted || followed.isDone?.() === true;
  while (!isDone()) {
    const trouble = await followOnce(client, followed, { seen, signal, isDone }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    if (trouble instanceof WrongToken) throw trouble;
    if (trouble !== null && !signal.aborted) followed.troubled(trouble);
    if (!isDone()) await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

interface Round {
  readonly seen: Map<string, string>;
  readonly signal: AbortSignal;
  readonly isDone: () => boolean;
}

async function followOnce<T extends Named>(
  client: ApiClient,
  followed: Followed<T>,
  round: Round,
): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([round.signal, ended.signal]);
  try {
    // Connected before the list is read: what changes in between is an event.
    const events = client.events(signal);
    let next = events.next();
    next.catch(() => undefined);
    tell(followed, round.seen, await followed.list());
    while (!round.isDone()) {
      const event = await next;
      if (event.done === true) return;
      next = events.next();
      next.catch(() => undefined);
      if (event.value === followed.event) tell(followed, round.seen, await followed.list());
    }
  } finally {
    ended.abort();
  }
}

function tell<T extends Named>(followed: Followed<T>, seen: Map<string, string>, items: readonly T[]): void {
  const version = (item: T): string => item.metadata.resourceVersion ?? JSON.stringify(item);
  const changed = items.filter((item) => seen.get(item.metadata.name) !== version(item));
  seen.clear();
  for (const item of items) seen.set(item.metadata.name, version(item));
  followed.changed(changed);
}
