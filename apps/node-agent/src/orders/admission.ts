/*
 * Whether an order may be begun now, as far as that can be told without its target. Pure; asked when the order comes
 * and again right before the act, because every answer may have changed meanwhile.
 */
import type { ActingTerms, Order } from '#contracts/order';
import type { Allowed } from './allow-file.js';
import { printable, signalNumber, type Refusal } from './signal-rules.js';

export interface Circumstances {
  /** Null: no trouble. */
  readonly journalTrouble: string | null;
  readonly stopTrouble: string | null;
  /** Why this agent can act on no process at all; null: it can. */
  readonly placeTrouble: string | null;
  readonly allowed: Allowed;
  readonly bootId: string;
  /** Null: none were announced yet. */
  readonly terms: ActingTerms | null;
  /** The highest that is journaled. */
  readonly epoch: number;
  /** Since the order came. */
  readonly waitedMs: number;
}

/** Null: nothing speaks against it. */
export function refusalByCircumstances(order: Order, now: Circumstances): Refusal | null {
  return refusalHere(order, now) ?? refusalByTerms(order, now) ?? refusalByAct(order, now);
}

function refusalHere(order: Order, now: Circumstances): Refusal | null {
  if (now.journalTrouble !== null) return { reason: 'JournalUnavailable', detail: now.journalTrouble };
  if (now.stopTrouble !== null) return { reason: 'StopFile', detail: now.stopTrouble };
  if (order.target.bootId !== now.bootId)
    return { reason: 'WrongBoot', detail: 'The node was started again since: its processes are others.' };
  if (now.waitedMs > order.validForMs)
    return { reason: 'Expired', detail: `It was valid for ${order.validForMs} ms after it came.` };
  return null;
}

function refusalByTerms({ epoch, policy }: Order, now: Circumstances): Refusal | null {
  const { terms } = now;
  if (terms === null || epoch !== terms.epoch || epoch < now.epoch)
    return {
      reason: 'StaleEpoch',
      detail: `The order is of epoch ${epoch}, in force is ${Math.max(now.epoch, terms?.epoch ?? 0)}.`,
    };
  if (terms.paused) return { reason: 'Paused', detail: 'All acts are paused.' };
  const known = terms.policies.find(
    ({ uid, generation }) => uid === policy.uid && generation === policy.generation,
  );
  if (known === undefined)
    return {
      reason: 'UnknownPolicy',
      detail: `Policy ${printable(policy.name)} is not in force in generation ${policy.generation}.`,
    };
  if (known.mode !== 'Enforce')
    return { reason: 'NotEnforced', detail: `Policy ${printable(policy.name)} is in mode ${known.mode}.` };
  return null;
}

function refusalByAct({ act }: Order, { placeTrouble, allowed }: Circumstances): Refusal | null {
  if (act.transport === 'Signal' && signalNumber(act.signal) === null)
    return { reason: 'Unsupported', detail: `${printable(act.signal)} is never sent by Memwarden.` };
  if (placeTrouble !== null) return { reason: 'Unsupported', detail: placeTrouble };
  if (allowed.list === null) return { reason: 'NotAllowedHere', detail: allowed.trouble };
  return null;
}
