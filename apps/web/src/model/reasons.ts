/*
 * Reasons as sentences for somebody who was asleep a minute ago: what happened, and what happens next.
 * A reason that this page does not know keeps its own word and the words that came with it.
 */
import { shortened } from './names.js';

/** Why a step was refused. Nothing was sent, for certain. */
const REFUSED: Readonly<Record<string, string>> = {
  StopFile: 'The node has a stop file: nobody may act there until it is removed.',
  Paused: 'All acts are paused.',
  NotEnforced: 'Something allows less than Enforce here.',
  StaleEpoch: 'Another controller has taken this node over.',
  UnknownPolicy: 'The agent does not know this generation of the policy.',
  Expired: 'The order came too late to be begun.',
  Cancelled: 'Somebody cancelled it first.',
  NotAllowedHere: 'This node’s allow list does not allow it.',
  RateLimited: 'This node’s agent does not act that often.',
  ProtectedUser: 'It belongs to root, whom the allow list does not name.',
  SystemService: 'It is a system service, which the allow list does not name.',
  Infrastructure: 'The node itself needs this process.',
  WrongBoot: 'The node has been booted again since.',
  TargetGone: 'It had ended before anything was sent.',
  NoRecipient: 'No process there has opted in.',
  AmbiguousRecipient: 'More than one process there has opted in.',
  NotOptedIn: 'Neither the process nor a policy has opted it in.',
  NoHandler: 'It has no handler for this signal and would have died of it.',
  RuntimeSignal: 'Its runtime uses this signal for itself.',
  NotPermitted: 'The agent has not the right to do it.',
  EndpointFailed: 'Its endpoint did not answer with success.',
  Unsupported: 'This agent cannot do it.',
  JournalUnavailable: 'The agent’s journal could not be written.',
  Malformed: 'The agent could not read the order.',
  NotConnected: 'The node’s agent was not connected.',
  Protected: 'Its owner has protected it.',
};

const UNKNOWN: Readonly<Record<string, string>> = {
  AgentRestarted: 'The agent restarted before it answered.',
  JournalLost: 'The agent’s journal of that time is lost.',
  NotJournaled: 'The agent’s journal does not tell.',
  NoAnswer: 'The agent did not answer in time.',
  TargetGone: 'It ended before it could be measured again.',
  NotMeasured: 'It could not be measured again.',
};

/** Why a finding led to no act: the rule that decided. */
const DECIDED: Readonly<Record<string, string>> = {
  Observe: 'Its policy only observes.',
  PolicyObserves: 'Its policy only observes.',
  NotEnforced: 'Something allows less than Enforce here.',
  Paused: 'All acts are paused.',
  PolicyPaused: 'Its policy is paused.',
  BreakerOpen: 'The breaker is open.',
  Protected: 'Its owner has protected it.',
  KeepUntil: 'Its owner keeps it for now.',
  OutsideWindow: 'Outside its policy’s hours. It waits.',
  Cooldown: 'Too soon after the last act. It waits.',
  BudgetSpent: 'This hour’s budget is spent. It waits.',
  Ineffective: 'Acts have not helped here. Nothing more is tried.',
  NoAction: 'Its policy has no action for this detector.',
  NotConnected: 'The node’s agent is not connected.',
  ActsOff: 'Acts are off.',
};

const LONGEST_SAID = 240;

/** `message`: what was said with it; used where the reason is not known. */
function sentence(table: Readonly<Record<string, string>>, reason: string, message: string): string {
  const known = Object.hasOwn(table, reason) ? table[reason] : undefined;
  if (known !== undefined) return known;
  const words = [spaced(reason), message].filter((one) => one !== '').join(': ');
  return words === '' ? 'No reason was given.' : ended(shortened(words, LONGEST_SAID));
}

export function refusedSentence(reason: string, message = ''): string {
  return sentence(REFUSED, reason, message);
}

export function unknownSentence(reason: string, message = ''): string {
  return sentence(UNKNOWN, reason, message);
}

export function decidedSentence(reason: string, message = ''): string {
  return sentence(DECIDED, reason, message);
}

/** "NotAllowedHere" → "Not allowed here". */
export function spaced(reason: string): string {
  const words = reason.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.charAt(0) + words.slice(1).toLowerCase();
}

export function ended(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
