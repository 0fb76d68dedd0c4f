/*
 * Orders: one cleanup step sent to one agent, fenced by the holder's identity, the policy and the controller's epoch.
 * An order is delivered at least once and executed at most once: its id stands in the agent's journal before it acts.
 * docs/reference/state.md has the state machine and its commit points.
 */
import type { Mode } from './mode.js';

/** A process of one boot: pids are used again, start times are not. */
export interface ProcessTarget {
  readonly pid: number;
  readonly startTimeTicks: number;
}

export interface OrderTarget {
  readonly bootId: string;
  /** The process to notify; or the cgroup in which exactly one process has opted in. */
  readonly process?: ProcessTarget;
  /** From the root of the memory hierarchy; the inode tells a re-made one. */
  readonly cgroup?: { readonly path: string; readonly inode: number };
}

/** Signal names as signal(7) spells them: SIGUSR1, SIGUSR2, SIGHUP, … */
export type Act =
  | {
      readonly type: 'Notify';
      readonly transport: 'Signal';
      readonly signal: string;
      /** comm values that the policy names: with `signal` they are the local opt-in. Empty: the process must opt in itself. */
      readonly processNames: readonly string[];
    }
  /** To the port that the process itself opted in with, on loopback of its own network namespace. */
  | { readonly type: 'Notify'; readonly transport: 'PodHTTP' };

export interface PolicyRef {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

/** The policy of a cleanup that a person asked for: announced to agents like any other. */
export const BY_HAND: PolicyRef = { name: 'by-hand', uid: 'by-hand', generation: 1 };

export interface Order {
  /** `<cleanup uid>.<step index>.<attempt>`: the same order has the same id for ever. */
  readonly id: string;
  readonly epoch: number;
  readonly policy: PolicyRef;
  readonly target: OrderTarget;
  readonly act: Act;
  /** The journal that knew of this order when it was issued. Another one: the agent cannot know what became of it. */
  readonly journalId: string;
  /** False: it may have been delivered before. An agent whose journal lost that time says Unknown. */
  readonly isFirstDelivery: boolean;
  /** How long from its arrival it may still be begun. */
  readonly validForMs: number;
}

/** Why an order, or a step before it became one, was not done. Documented in docs/reference/safety.md. */
export type RefusalReason =
  | 'StopFile'
  | 'Paused'
  | 'NotEnforced'
  | 'StaleEpoch'
  | 'UnknownPolicy'
  | 'Expired'
  | 'Cancelled'
  | 'NotAllowedHere'
  | 'RateLimited'
  | 'ProtectedUser'
  | 'SystemService'
  | 'Infrastructure'
  | 'WrongBoot'
  | 'TargetGone'
  | 'NoRecipient'
  | 'AmbiguousRecipient'
  | 'NotOptedIn'
  | 'NoHandler'
  | 'RuntimeSignal'
  | 'Frozen'
  | 'NotPermitted'
  | 'EndpointFailed'
  | 'DisruptionBudget'
  | 'Unsupported'
  | 'JournalUnavailable'
  | 'Malformed'
  | 'NotConnected'
  | 'Protected';

/** Why nobody can say what became of an act. */
export type UnknownReason =
  'AgentRestarted' | 'JournalLost' | 'NotJournaled' | 'NoAnswer' | 'TargetGone' | 'NotMeasured';

/** What became of an order. Refused: nothing was sent, for certain. */
export type OrderOutcome =
  | { readonly kind: 'Executed'; readonly detail: string }
  | { readonly kind: 'Refused'; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: 'Unknown'; readonly reason: UnknownReason; readonly detail: string };

export interface OrderAnswer {
  readonly orderId: string;
  readonly outcome: OrderOutcome;
  /** The agent's clock. */
  readonly atMs: number;
}

/** What the controller lets agents do now; sent with every change and first in every session. */
export interface ActingTerms {
  readonly epoch: number;
  readonly paused: boolean;
  readonly policies: readonly (PolicyRef & { readonly mode: Mode })[];
}

/** What an agent would do at most, and its journal; in its hello and with every change. */
export interface AgentVeto {
  /** Null: no orders are taken by this agent (an older version, or journal trouble). */
  readonly journalId: string | null;
  /** The highest epoch that was ever obeyed: a controller must take a higher one. */
  readonly epoch: number;
  readonly mode: Mode;
  readonly reason: string;
}

/** Port, controller: the way to the agents. */
export interface OrderChannel {
  /** False: the node is not connected, or its agent does not take orders; nothing was sent. */
  send(node: string, order: Omit<Order, 'epoch'>): boolean;
  /** An order would leave now, and what was announced last went out: the session has its epoch and its stream has room. */
  ready(node: string): boolean;
  /** The outcome is committed: the agent may forget it. */
  acknowledge(node: string, orderId: string): void;
  announce(terms: Omit<ActingTerms, 'epoch'>): void;
  /** Null: not connected. */
  veto(node: string): AgentVeto | null;
}

/** Port, controller: who hears what agents answer. Every answer comes until it is acknowledged. */
export interface OrderListener {
  answered(node: string, answer: OrderAnswer): void;
  vetoChanged(node: string, veto: AgentVeto): void;
}

/** Port, agent: who takes orders. Never throws; everything is answered through `answer`, at once or later. */
export interface OrderTaker {
  receive(order: Order): void;
  termsChanged(terms: ActingTerms): void;
  acknowledged(orderId: string): void;
  /** What is said in the hello. */
  veto(): AgentVeto;
  /** Answers that were never acknowledged: sent again first in each session. */
  unacknowledged(): readonly OrderAnswer[];
}

/** Port, agent: the way back. Never blocks; without a session the answer comes through `unacknowledged` later. */
export interface OrderAnswers {
  answer(answer: OrderAnswer): void;
  vetoChanged(veto: AgentVeto): void;
}

/** Port, controller: the epoch of a node's session, growing for ever. @throws {Unavailable} when it cannot be had: no acts then */
export interface EpochSource {
  next(node: string, atLeast: number): Promise<number>;
}
