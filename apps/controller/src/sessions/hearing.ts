/*
 * What the link hears, told to everybody who wants it, in the order in which they were added. The link is made before
 * those who hear it, since they also speak through it.
 */
import type { AgentVeto, OrderAnswer, OrderListener } from '#contracts/order';
import type { NodeListener, NodeReport } from '#contracts/report';

export class Hearing implements NodeListener, OrderListener {
  readonly #nodes: NodeListener[] = [];
  readonly #orders: OrderListener[] = [];

  addNodes(listener: NodeListener): void {
    this.#nodes.push(listener);
  }

  addOrders(listener: OrderListener): void {
    this.#orders.push(listener);
  }

  connected(node: string): void {
    for (const listener of this.#nodes) listener.connected(node);
  }

  reported(report: NodeReport): void {
    for (const listener of this.#nodes) listener.reported(report);
  }

  disconnected(node: string): void {
    for (const listener of this.#nodes) listener.disconnected(node);
  }

  answered(node: string, answer: OrderAnswer): void {
    for (const listener of this.#orders) listener.answered(node, answer);
  }

  vetoChanged(node: string, veto: AgentVeto): void {
    for (const listener of this.#orders) listener.vetoChanged(node, veto);
  }
}
