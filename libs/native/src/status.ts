/* From an mw_status to an error class. */
import { BrokenInvariant, MemwardenError, NotFound, Stalled, Unavailable } from '#contracts/errors';
import { STATUS, type Bindings } from './bindings.js';

/** Somebody else holds the file lock. */
export class LockHeld extends MemwardenError {
  override readonly code = 'LockHeld';
}

/** The kernel does not let this process do that to another one. */
export class Denied extends Unavailable {}

/** @throws a class by the status; `doing` begins the text: "Scanning processes" */
export function check(bindings: Bindings, status: number, doing: string): void {
  if (status === STATUS.MW_OK) return;
  throw errorOf(status, `${doing}: ${bindings.mw_status_text(status)}.`);
}

function errorOf(status: number, text: string): MemwardenError {
  switch (status) {
    case STATUS.MW_ERR_NOT_FOUND:
      return new NotFound(text);
    case STATUS.MW_ERR_BUSY:
      return new LockHeld(text);
    case STATUS.MW_ERR_TIMED_OUT:
      return new Stalled(text);
    case STATUS.MW_ERR_NO_CONTROLLER:
      return new Unavailable(
        `${text} Mount cgroup2, or the cgroup v1 memory controller, or set the cgroup root to where one is mounted.`,
      );
    case STATUS.MW_ERR_DENIED:
      return new Denied(`${text} Run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.`);
    case STATUS.MW_ERR_INVALID:
    case STATUS.MW_ERR_IN_USE:
    case STATUS.MW_ERR_TOO_SMALL:
      return new BrokenInvariant(text);
    default:
      return new Unavailable(text);
  }
}
