/*
 * What a refusal or an unknown outcome means for what comes next: one class for each reason, one strategy for each
 * class.
 *   busy     it passes by itself: the same step again, at most three attempts
 *   gone     there is nothing left to act on: close
 *   unfit    this target cannot take this kind of step: the next of the ladder
 *   denied   somebody says no, and the next step would hear the same: close
 *   stalled  nobody answered or measured in time, and what happened is not known: close, and never try again by itself
 *   system   a defect or a broken part of Memwarden: close, and say it
 */
import type { RefusalReason, UnknownReason } from '#contracts/order';

export type ErrorClass = 'busy' | 'gone' | 'unfit' | 'denied' | 'stalled' | 'system';

const CLASSES: Readonly<Record<RefusalReason | Exclude<UnknownReason, 'TargetGone'>, ErrorClass>> = {
  RateLimited: 'busy',
  StaleEpoch: 'busy',
  UnknownPolicy: 'busy',
  NotConnected: 'busy',
  TargetGone: 'gone',
  WrongBoot: 'gone',
  NoRecipient: 'unfit',
  AmbiguousRecipient: 'unfit',
  NotOptedIn: 'unfit',
  NoHandler: 'unfit',
  RuntimeSignal: 'unfit',
  EndpointFailed: 'unfit',
  StopFile: 'denied',
  Paused: 'denied',
  NotEnforced: 'denied',
  Expired: 'denied',
  Cancelled: 'denied',
  NotAllowedHere: 'denied',
  ProtectedUser: 'denied',
  SystemService: 'denied',
  Infrastructure: 'denied',
  Frozen: 'denied',
  NotPermitted: 'denied',
  Protected: 'denied',
  AgentRestarted: 'stalled',
  JournalLost: 'stalled',
  NotJournaled: 'stalled',
  NoAnswer: 'stalled',
  NotMeasured: 'stalled',
  Unsupported: 'system',
  JournalUnavailable: 'system',
  Malformed: 'system',
};

export function errorClass(reason: RefusalReason | UnknownReason): ErrorClass {
  return CLASSES[reason];
}

/** The target cannot take this kind of step: the next of the ladder may be tried. */
export function escalates(reason: string | undefined): boolean {
  return classOf(reason) === 'unfit';
}

/** It passes by itself: the same step may be tried again. */
export function passes(reason: RefusalReason): boolean {
  return errorClass(reason) === 'busy';
}

/** Of a reason as an object has it; one that this version does not know is nobody's. */
export function classOf(reason: string | undefined): ErrorClass | null {
  return reason !== undefined && Object.hasOwn(CLASSES, reason)
    ? CLASSES[reason as keyof typeof CLASSES]
    : null;
}
