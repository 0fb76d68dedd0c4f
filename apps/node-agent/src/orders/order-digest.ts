/*
 * An order for the journal: what tells it from another one with its id, and in words.
 */
import { createHash } from 'node:crypto';
import type { Order } from '#contracts/order';

/** What never changes between deliveries of one order. */
export function digest({ policy: { uid, generation }, act, target }: Order): string {
  const { bootId, process, cgroup } = target;
  const what = [
    uid,
    generation,
    bootId,
    process?.pid,
    process?.startTimeTicks,
    cgroup?.path,
    cgroup?.inode,
    ...(act.transport === 'Signal' ? [act.signal, ...act.processNames] : []),
  ];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
}

export function inWords({ policy, act, target }: Order): string {
  return JSON.stringify({ policy: policy.name, generation: policy.generation, act, target });
}
