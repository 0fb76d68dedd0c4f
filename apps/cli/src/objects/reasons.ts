/*
 * The reasons of refusals, waits and unknown outcomes in a few words: short enough for a table. What each means in full
 * is in docs/reference/safety.md.
 */
import type { RefusalReason, UnknownReason } from '#contracts/order';
import { printable } from '../text/escape.js';

const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  StopFile: 'the stop file is there',
  Paused: 'all acts are paused',
  DisruptionBudget: 'a PodDisruptionBudget does not let the pod go now',
  NotEnforced: 'the mode is not Enforce',
  StaleEpoch: 'from a controller that is no longer in charge',
  UnknownPolicy: 'the agent does not know this policy',
  Expired: 'it came too late',
  Cancelled: 'cancelled',
  NotAllowedHere: 'the allow list of the node has no entry for it',
  RateLimited: 'too many acts in a minute on this node',
  ProtectedUser: 'it belongs to root',
  SystemService: 'it is a system service',
  Infrastructure: 'the node itself needs it',
  WrongBoot: 'the node was booted since',
  TargetGone: 'the process is gone',
  NoRecipient: 'no process there has opted in',
  AmbiguousRecipient: 'more than one process there has opted in',
  NotOptedIn: 'the process has not opted in',
  NoHandler: 'the process has no handler for the signal',
  RuntimeSignal: 'its runtime uses this signal itself',
  Frozen: 'the process is frozen or stopped',
  NotPermitted: 'the kernel did not permit it',
  EndpointFailed: 'its port did not answer with success',
  Unsupported: 'this version cannot do that',
  JournalUnavailable: 'the agent cannot write its journal',
  Malformed: 'the order made no sense',
  NotConnected: 'the node is not connected',
  Protected: 'it is protected',
};

const UNKNOWN: Readonly<Record<UnknownReason, string>> = {
  AgentRestarted: 'the agent ended in the middle',
  JournalLost: "the agent's journal was lost",
  NotJournaled: 'no journal has it',
  NoAnswer: 'the agent did not answer in time',
  TargetGone: 'the process ended before it was measured',
  NotMeasured: 'it could not be measured',
};

const OTHERS: Readonly<Record<string, string>> = {
  Allowed: 'no rule is against it',
  ModeObserve: 'its policy only observes',
  KeepUntil: 'its owner keeps it for a while',
  OwnerUnknown: 'nobody knows whose it is',
  NotConfirmed: 'not above the mark for long enough yet',
  NoAction: 'its policy has no action for it',
  UnknownBefore: 'nobody knows what the last one did',
  TooOftenIneffective: 'the last ones freed too little',
  BreakerOpen: 'the breaker is open',
  ActsOff: 'acts are off',
  UnderWay: 'one is under way',
  Cooldown: 'cooling down after the last one',
  OutsideWindow: 'outside the windows of its policy',
  NodeBusy: 'another one runs on this node',
  NamespaceBudget: "the hour's budget of the namespace is spent",
  HourBudget: "the hour's budget is spent",
  NodesBudget: 'enough nodes were touched in this hour',
  QueueFull: 'the queue is full',
  Freed: 'memory came back',
  Ineffective: 'too little came back',
  DryRun: 'dry run: nothing was sent',
  Cleared: 'below the mark again',
  Superseded: 'another policy or generation rules it',
  Inconsistent: 'the node says two things of it',
  Invalid: 'it is not valid',
  Unreadable: 'it cannot be read',
  Duplicate: 'another file has a policy of this name',
};

/** One that is not known here, of a newer controller, is split into its words. */
export function reasonInWords(reason: string | undefined): string {
  if (reason === undefined || reason === '') return '';
  const table: Readonly<Record<string, string>> = { ...OTHERS, ...UNKNOWN, ...REFUSALS };
  return Object.hasOwn(table, reason) ? (table[reason] ?? '') : inWords(printable(reason));
}

function inWords(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ').toLowerCase();
}
