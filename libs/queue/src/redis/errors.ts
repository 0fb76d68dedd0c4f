/*
 * What can be wrong with the Redis that was given.
 */
import { MemwardenError } from '#contracts/errors';

/** The server is older than what Memwarden is tested with. */
export class RedisTooOld extends MemwardenError {
  override readonly code = 'RedisTooOld';
}
