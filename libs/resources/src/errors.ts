/*
 * What can go wrong with a resource, as five classes, and the one thing to do about each. Code branches on the class;
 * whoever catches asks `recoveryOf` and does that.
 */
import { InvalidValue, MemwardenError, NotFound, Stalled } from '#contracts/errors';

/** Somebody still uses it, or it is not asked for a while. */
export class Busy extends MemwardenError {
  override readonly code = 'Busy';
  override readonly retryable = true;

  constructor(
    message: string,
    /** When to ask again; null: nobody knows. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** It is over, or never was: nothing is left to be done. */
export class Gone extends MemwardenError {
  override readonly code = 'Gone';
}

/** It may not be done, and asking again changes nothing. */
export class Denied extends MemwardenError {
  override readonly code = 'Denied';
}

export type ErrorClass = 'Busy' | 'Gone' | 'Denied' | 'Stalled' | 'System';

/** retryLater: after a back-off. askAgain: whether it happened is unknown; look before doing anything. */
export type Recovery = 'retryLater' | 'forget' | 'giveUp' | 'askAgain' | 'switchOff';

const RECOVERY: Readonly<Record<ErrorClass, Recovery>> = {
  Busy: 'retryLater',
  Gone: 'forget',
  Denied: 'giveUp',
  Stalled: 'askAgain',
  System: 'switchOff',
};

/** Every thrown value has one class: what nobody foresaw is the system's. */
export function classOf(error: unknown): ErrorClass {
  if (error instanceof Stalled) return 'Stalled';
  if (error instanceof Gone || error instanceof NotFound) return 'Gone';
  if (error instanceof Denied || error instanceof InvalidValue) return 'Denied';
  return error instanceof MemwardenError && error.retryable ? 'Busy' : 'System';
}

export function recoveryOfClass(kind: ErrorClass): Recovery {
  return RECOVERY[kind];
}

export function recoveryOf(error: unknown): Recovery {
  return recoveryOfClass(classOf(error));
}
