/*
 * What this agent would do at most, in words: for its hello, its health and the page.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { AgentVeto } from '#contracts/order';
import type { Circumstances } from './admission.js';

export function vetoOf(now: Circumstances, journal: { readonly id: string | null }): AgentVeto {
  const { journalTrouble, epoch } = now;
  const no = noOf(now);
  return {
    journalId: journalTrouble === null ? journal.id : null,
    epoch,
    mode: no === null ? 'Enforce' : 'Observe',
    reason: no ?? allowedInWords(now),
  };
}

function noOf({ journalTrouble, stopTrouble, placeTrouble, allowed }: Circumstances): string | null {
  const trouble = journalTrouble ?? stopTrouble ?? placeTrouble ?? allowed.trouble;
  if (trouble !== null) return trouble;
  return allowed.list?.notify.length === 0 ? 'The allow list of this node allows nothing.' : null;
}

function allowedInWords({ allowed: { list } }: Circumstances): string {
  const entries = list?.notify.length ?? 0;
  return `Notify is allowed by ${entries} ${entries === 1 ? 'entry' : 'entries'} of this node’s allow list, at most ${list?.ratePerMinute ?? 0} times a minute.`;
}

/** An agent that was never allowed anything is well. */
export function healthOfVeto({ mode, reason }: AgentVeto, isConfigured: boolean): ComponentHealth {
  if (mode === 'Enforce' || !isConfigured) return { component: 'orders', state: 'ok' };
  return { component: 'orders', state: 'degraded', reason };
}
