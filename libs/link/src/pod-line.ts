/*
 * What one agent is told of its node's pods, for one session: the newest list, once the session is open and its stream
 * has room. A list that says nothing new is not sent again.
 */
import { createHash } from 'node:crypto';
import type { NodePod } from '#contracts/cluster';
import { Pods } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { podsToWire } from './wire-pods.js';

export interface PodLineOptions {
  readonly isBlocked: () => boolean;
  readonly send: (body: NonNullable<wire.ControllerMessage['body']>) => void;
  /** The agent was told that it is not told. */
  readonly withheld: (reason: string) => void;
}

export class PodLine {
  #isOpen = false;
  #due: readonly NodePod[] | null = null;
  #told = '';

  constructor(private readonly options: PodLineOptions) {}

  /** After the welcome. */
  begin(): void {
    this.#isOpen = true;
    this.#send();
  }

  /** Replaces what was pushed before, told or not. */
  push(pods: readonly NodePod[]): void {
    this.#due = pods;
    this.#send();
  }

  drained(): void {
    this.#send();
  }

  close(): void {
    this.#isOpen = false;
    this.#due = null;
  }

  #send(): void {
    if (this.#due === null || !this.#isOpen || this.options.isBlocked()) return;
    const value = podsToWire(this.#due);
    this.#due = null;
    const digest = createHash('sha256').update(Pods.encode(value).finish()).digest('base64');
    if (digest === this.#told) return;
    this.#told = digest;
    if (value.withheld !== undefined) this.options.withheld(value.withheld);
    this.options.send({ $case: 'pods', value });
  }
}
