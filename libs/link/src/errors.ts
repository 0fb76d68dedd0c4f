/*
 * Failures of the link's own.
 */
import { MemwardenError } from '#contracts/errors';

/** Another process answers on the address, or something that is not ours lies there. */
export class AddressInUse extends MemwardenError {
  override readonly code = 'AddressInUse';
}
