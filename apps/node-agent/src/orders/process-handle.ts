/*
 * Ports: a hold on exactly one process, and a way to its network. wiring/ has the adapters.
 */
import { MemwardenError } from '#contracts/errors';
import type { ProcessTarget, RefusalReason } from '#contracts/order';

/** The kernel does not let this agent do that to this process. */
export class NotPermitted extends MemwardenError {
  override readonly code = 'NotPermitted';
}

/** Who has the right did not use it: nothing was sent, for certain. */
export class Vetoed extends MemwardenError {
  override readonly code = 'Vetoed';

  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

export interface ProcessHandle extends Disposable {
  readonly process: ProcessTarget;
  /**
   * Sent before this returns, where the agent itself may. @throws {NotFound} when it has ended and was reaped;
   * {NotPermitted} without the right; {Vetoed} by who has it; anything else: nobody knows whether it was sent
   */
  signal(number: number): Promise<void>;
  /** A zombie has. */
  hasEnded(): boolean;
  /**
   * A connection to 127.0.0.1 in the network namespace of the process, as a descriptor that the caller closes.
   * @throws {Unavailable} when nobody accepts it in time or the namespace may not be entered
   */
  connectLoopback(port: number, limitMs: number): Promise<number>;
}

export interface ProcessHandles {
  /** @throws {NotFound} when it is gone or its pid is another's now */
  open(process: ProcessTarget): ProcessHandle;
}
