/*
 * What the link says, as log lines. Refusals of one kind are said once in a while: whoever knocks all day fills no disk.
 */
import { Logger } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { ServerEvent } from '#link';

const QUIET_MS = 10_000;

export class LinkLog {
  readonly #log = new Logger('Link');
  readonly #lastRefusal = new Map<string, { atMs: number; unsaid: number }>();

  constructor(private readonly clock: Clock) {}

  event(event: ServerEvent): void {
    switch (event.kind) {
      case 'Refused':
        this.#refused(event);
        break;
      case 'Resync':
        this.#log.warn('A delta did not fit; the agent starts from nothing.', { node: event.node });
        break;
      case 'NodeDiffers':
        this.#log.warn('An agent is not of the node that its token is bound to.', {
          node: event.node,
          tokenNode: event.tokenNode,
        });
        break;
      case 'PodsWithheld':
        this.#log.warn('An agent is not told of its pods.', { node: event.node, reason: event.reason });
        break;
      case 'Connected':
        this.#log.log('Node connected.', { node: event.node, agentVersion: event.agentVersion });
        break;
      case 'Disconnected':
        this.#log.log('Node disconnected.', { node: event.node, reason: event.reason });
        break;
    }
  }

  #refused({ code, node, text }: ServerEvent & { readonly kind: 'Refused' }): void {
    const nowMs = this.clock.monotonicMs();
    const last = this.#lastRefusal.get(code);
    if (last !== undefined && nowMs - last.atMs < QUIET_MS) {
      last.unsaid += 1;
      return;
    }
    this.#lastRefusal.set(code, { atMs: nowMs, unsaid: 0 });
    this.#log.warn('Refused an agent.', { code, node, text, unsaid: last?.unsaid ?? 0 });
  }
}
