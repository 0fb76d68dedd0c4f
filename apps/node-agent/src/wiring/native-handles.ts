/*
 * ProcessHandles is libmemwarden's hold on processes.
 */
import type { ProcessTarget } from '#contracts/order';
import { Denied, Pidfd } from '#native';
import { NotPermitted, type ProcessHandle, type ProcessHandles } from '../orders/process-handle.js';

export class NativeHandles implements ProcessHandles {
  constructor(private readonly library?: string) {}

  open(process: ProcessTarget): ProcessHandle {
    return new NativeHandle(permitted(() => Pidfd.open(process, this.library)));
  }
}

class NativeHandle implements ProcessHandle {
  constructor(private readonly pidfd: Pidfd) {}

  get process(): ProcessTarget {
    return this.pidfd.process;
  }

  async signal(number: number): Promise<void> {
    permitted(() => this.pidfd.send(number));
    await Promise.resolve();
  }

  hasEnded(): boolean {
    return this.pidfd.hasEnded();
  }

  async connectLoopback(port: number, limitMs: number): Promise<number> {
    try {
      return await this.pidfd.connectLoopback(port, limitMs);
    } catch (error) {
      throw notPermitted(error);
    }
  }

  [Symbol.dispose](): void {
    this.pidfd.release();
  }
}

function permitted<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw notPermitted(error);
  }
}

function notPermitted(error: unknown): unknown {
  return error instanceof Denied ? new NotPermitted(error.message, { cause: error }) : error;
}
