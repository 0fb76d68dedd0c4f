/*
 * What can go wrong, as classes. Code branches on the class or on `code`, never on the text.
 * The text says what happened and what to do next.
 */

/** Base of every failure that Memwarden raises itself. `retryable` belongs to the class, not to the caller. */
export abstract class MemwardenError extends Error {
  abstract readonly code: string;
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A value from outside is not what its type promises. */
export class InvalidValue extends MemwardenError {
  override readonly code = 'InvalidValue';
}

/** A sum or relation that must always hold does not: a defect of Memwarden, never of its input. */
export class BrokenInvariant extends MemwardenError {
  override readonly code = 'BrokenInvariant';
}

/** Something this node needs is missing or refuses, and trying again by itself will not help. */
export class Unavailable extends MemwardenError {
  override readonly code = 'Unavailable';
}

/** Something did not answer in time; it may the next time. */
export class Stalled extends MemwardenError {
  override readonly code = 'Stalled';
  override readonly retryable = true;
}

/** The thing asked for is not, or no longer, there. */
export class NotFound extends MemwardenError {
  override readonly code = 'NotFound';
}
