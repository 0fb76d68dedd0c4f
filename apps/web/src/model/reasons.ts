/*
 * Reasons as sentences for somebody who was asleep a minute ago: what happened, and what happens next.
 * A reason that this page does not know keeps its own word and the words that came with it.
 */
import type { RefusalReason, UnknownReason } from '#contracts/order';
import { shortened } from './names.js';

/** Why a step was refused. Nothing was sent, for certain. */
const REFUSED: Readonly<Record<RefusalReason, string>> = {
  StopFile: 'The node has a stop file: nobody may act there until it is removed.',
  Paused: 'All acts are paused.',
  DisruptionBudget: 'A PodDisruptionBudget does not let the pod go now.',
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
  Frozen: 'It is frozen and could not answer until it is thawed.',
  NotConnected: 'The node’s agent was not connected.',
  Protected: 'Its owner has protected it.',
};

const UNKNOWN: Readonly<Record<UnknownReason, string>> = {
  AgentRestarted: 'The agent restarted before it answered.',
  JournalLost: 'The agent’s journal of that time is lost.',
  NotJournaled: 'The agent’s journal does not tell.',
  NoAnswer: 'The agent did not answer in time.',
  TargetGone: 'It ended before it could be measured again.',
  NotMeasured: 'It could not be measured again.',
};

/** Why a finding led to no act: the rule that decided. */
const DECIDED: Readonly<Record<string, string>> = {
  ModeObserve: 'Its policy only observes.',
  Protected: 'Its owner has protected it.',
  OwnerUnknown: 'Nobody has said whose pod it is, so it is protected.',
  KeepUntil: 'Its owner keeps it for now. It waits.',
  NotConfirmed: 'Not above its mark for long enough yet.',
  NoAction: 'Its policy has no action for this detector.',
  UnknownBefore: 'What became of the last act is unknown. Nothing follows until a person asks for it.',
  TooOftenIneffective: 'Acts have freed too little here. Nothing more is tried.',
  BreakerOpen: 'The breaker is open.',
  UnderWay: 'A cleanup of it is under way.',
  Cooldown: 'Too soon after the last act. It waits.',
  OutsideWindow: 'Outside its policy’s hours. It waits.',
  NodeBusy: 'Another cleanup is under way on this node. It waits.',
  NamespaceBudget: 'Its namespace’s budget of this hour is spent. It waits.',
  HourBudget: 'Its policy’s budget of this hour is spent. It waits.',
  NodesBudget: 'Enough nodes are being cleaned up at once. It waits.',
  QueueFull: 'The queue is full. It waits.',
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

const LONGEST_WORD = 60;

/** "NotAllowedHere" → "Not allowed here"; safe to show, whatever it was. */
export function spaced(reason: string): string {
  if (!/^\w*$/.test(reason)) return shortened(reason, LONGEST_WORD);
  const words = shortened(reason, LONGEST_WORD).replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

export function ended(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
