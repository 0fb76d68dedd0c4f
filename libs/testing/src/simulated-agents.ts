/*
 * Agents without a link: what is sent to them is kept, and answered as the test says. Like real ones, each answers an order
 * that it knows as it did before, and says an answer again in each session until it is acknowledged.
 */
import type {
  ActingTerms,
  AgentVeto,
  Order,
  OrderAnswer,
  OrderChannel,
  OrderListener,
  OrderOutcome,
} from '#contracts/order';

type Sent = Omit<Order, 'epoch'>;

interface SimulatedAgent {
  veto: AgentVeto;
  readonly journal: Map<string, OrderAnswer>;
  readonly unacknowledged: Map<string, OrderAnswer>;
}

export class SimulatedAgents implements OrderChannel {
  /** In order, each with its node. */
  readonly sent: (Sent & { readonly node: string })[] = [];
  readonly acknowledged: string[] = [];
  /** Acts that were done: an id stands here once or never. */
  readonly executed: string[] = [];
  terms: Omit<ActingTerms, 'epoch'> | null = null;
  /** What becomes of an order that is new to its agent; null: it is not answered. */
  respond: (order: Sent) => OrderOutcome | null = () => ({ kind: 'Executed', detail: 'sent' });
  /** False: the stream is full. */
  takes = true;
  #listener: OrderListener | null = null;
  readonly #agents = new Map<string, SimulatedAgent>();
  readonly #connected = new Set<string>();

  constructor(private readonly nowMs: () => number) {}

  heardBy(listener: OrderListener): void {
    this.#listener = listener;
  }

  connect(node: string, veto: Partial<AgentVeto> = {}): void {
    const known = this.#agents.get(node);
    const agent: SimulatedAgent = {
      veto: { journalId: `journal-${node}`, epoch: 1, mode: 'Enforce', reason: 'Allowed.', ...veto },
      journal: known?.journal ?? new Map<string, OrderAnswer>(),
      unacknowledged: known?.unacknowledged ?? new Map<string, OrderAnswer>(),
    };
    this.#agents.set(node, agent);
    this.#connected.add(node);
    this.#listener?.vetoChanged(node, agent.veto);
    for (const answer of agent.unacknowledged.values()) this.#listener?.answered(node, answer);
  }

  /** Its journal stays. */
  disconnect(node: string): void {
    this.#connected.delete(node);
  }

  ready(node: string): boolean {
    return this.#connected.has(node) && this.takes;
  }

  send(node: string, order: Sent): boolean {
    const agent = this.#agents.get(node);
    if (agent === undefined || !this.ready(node)) return false;
    this.sent.push({ ...order, node });
    const known = agent.journal.get(order.id);
    if (known !== undefined) {
      this.#listener?.answered(node, known);
      return true;
    }
    const outcome = this.respond(order);
    if (outcome !== null) this.answer(node, order.id, outcome);
    return true;
  }

  answer(node: string, orderId: string, outcome: OrderOutcome): void {
    const answer: OrderAnswer = { orderId, outcome, atMs: this.nowMs() };
    if (outcome.kind === 'Executed') this.executed.push(orderId);
    const agent = this.#agents.get(node);
    agent?.journal.set(orderId, answer);
    agent?.unacknowledged.set(orderId, answer);
    if (this.#connected.has(node)) this.#listener?.answered(node, answer);
  }

  acknowledge(node: string, orderId: string): void {
    this.acknowledged.push(orderId);
    this.#agents.get(node)?.unacknowledged.delete(orderId);
  }

  announce(terms: Omit<ActingTerms, 'epoch'>): void {
    this.terms = terms;
  }

  veto(node: string): AgentVeto | null {
    return this.#connected.has(node) ? (this.#agents.get(node)?.veto ?? null) : null;
  }
}
