/*
 * Who makes a request, once that is known: for whatever writes down who asked.
 */
import type { IncomingMessage } from 'node:http';
import type { Identity } from '#contracts/identity';

export interface Caller {
  /** As it is written down. */
  readonly name: string;
  /** Null: who has the installation's own token, and may do everything. */
  readonly identity: Identity | null;
}

const callers = new WeakMap<IncomingMessage, Caller>();

export function setCaller(request: IncomingMessage, caller: Caller): void {
  callers.set(request, caller);
}

/** Null: nobody had to say. */
export function callerOf({ raw }: { readonly raw: IncomingMessage }): Caller | null {
  return callers.get(raw) ?? null;
}
