/*
 * What a refusal or an unknown outcome means for what comes next: one class for each reason. The classes, and what is
 * done about each, are those of every error (#resources), and one more:
 *   Busy     it passes by itself: the same step again, at most three attempts
 *   Gone     there is nothing left to act on: close
 *   Denied   somebody says no, and the next step would hear the same: close
 *   Stalled  nobody answered or measured in time, and what happened is not known: close, and never try again by itself
 *   System   a defect or a broken part of Memwarden: close, and say it
 *   Unfit    this target cannot take this kind of step: the next of the ladder
 */
import type { RefusalReason, UnknownReason } from '#contracts/order';
import { recoveryOfClass, type ErrorClass } from '#resources';

export type RefusalClass = ErrorClass | 'Unfit';

const CLASSES: Readonly<Record<RefusalReason | Exclude<UnknownReason, 'TargetGone'>, RefusalClass>> = {
  RateLimited: 'Busy',
  StaleEpoch: 'Busy',
  UnknownPolicy: 'Busy',
  NotConnected: 'Busy',
  DisruptionBudget: 'Busy',
  TargetGone: 'Gone',
  WrongBoot: 'Gone',
  NoRecipient: 'Unfit',
  AmbiguousRecipient: 'Unfit',
  NotOptedIn: 'Unfit',
  NoHandler: 'Unfit',
  RuntimeSignal: 'Unfit',
  EndpointFailed: 'Unfit',
  StopFile: 'Denied',
  Paused: 'Denied',
  NotEnforced: 'Denied',
  Expired: 'Denied',
  Cancelled: 'Denied',
  NotAllowedHere: 'Denied',
  ProtectedUser: 'Denied',
  SystemService: 'Denied',
  Infrastructure: 'Denied',
  Frozen: 'Denied',
  NotPermitted: 'Denied',
  Protected: 'Denied',
  AgentRestarted: 'Stalled',
  JournalLost: 'Stalled',
  NotJournaled: 'Stalled',
  NoAnswer: 'Stalled',
  NotMeasured: 'Stalled',
  Unsupported: 'System',
  JournalUnavailable: 'System',
  Malformed: 'System',
};

export function errorClass(reason: RefusalReason | UnknownReason): RefusalClass {
  return CLASSES[reason];
}

/** The target cannot take this kind of step: the next of the ladder may be tried. */
export function escalates(reason: string | undefined): boolean {
  return classOf(reason) === 'Unfit';
}

/** It passes by itself: the same step may be tried again. */
export function passes(reason: RefusalReason): boolean {
  const kind = errorClass(reason);
  return kind !== 'Unfit' && recoveryOfClass(kind) === 'retryLater';
}

/** Of a reason as an object has it; one that this version does not know is nobody's. */
export function classOf(reason: string | undefined): RefusalClass | null {
  return reason !== undefined && Object.hasOwn(CLASSES, reason)
    ? CLASSES[reason as keyof typeof CLASSES]
    : null;
}
