/*
 * Processes that the agent holds itself, and memwarden-helper signals: it holds the same one by its start time.
 */
import type { ProcessTarget } from '#contracts/order';
import type { ProcessHandle, ProcessHandles } from '../orders/process-handle.js';
import type { HelperClient } from './helper-client.js';

export class HelperHandles implements ProcessHandles {
  constructor(
    private readonly own: ProcessHandles,
    private readonly helper: HelperClient,
  ) {}

  open(process: ProcessTarget): ProcessHandle {
    const held = this.own.open(process);
    return {
      process,
      signal: (number) => this.helper.signal(process, number),
      hasEnded: () => held.hasEnded(),
      connectLoopback: (port, limitMs) => held.connectLoopback(port, limitMs),
      [Symbol.dispose]: () => {
        held[Symbol.dispose]();
      },
    };
  }
}
