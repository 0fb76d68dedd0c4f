/*
 * Orders, answers, terms and vetoes ↔ their messages. What comes from the wire is bounded and of the vocabulary, or
 * refused. Reasons travel as words: a word that is not known here still has its kind, and the kind is what counts.
 */
import { InvalidValue } from '#contracts/errors';
import type {
  Act,
  ActingTerms,
  AgentVeto,
  Order,
  OrderAnswer,
  OrderOutcome,
  OrderTarget,
  PolicyRef,
  RefusalReason,
  UnknownReason,
} from '#contracts/order';
import { OutcomeKind } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { modes } from './wire-enums.js';
import { wholeNumber } from './wire-row.js';

export const ORDER_BOUNDS = {
  /** Ids, names and uids of policies, signals, process names. */
  text: 256,
  /** A cgroup's path. */
  path: 8_192,
  /** What an outcome or a veto says in words. */
  detail: 2_048,
  processNames: 256,
  policies: 10_000,
  /** Above what any clock or counter reaches: who claims more, agent or controller, would use up the node's epochs. */
  epoch: 2 ** 48,
} as const;

/** Printable ASCII: it is shown, logged and stands in files. */
const ID = /^[\x21-\x7e]{1,256}$/;

const REFUSALS: Readonly<Record<RefusalReason, true>> = {
  StopFile: true,
  DisruptionBudget: true,
  Paused: true,
  NotEnforced: true,
  StaleEpoch: true,
  UnknownPolicy: true,
  Expired: true,
  Cancelled: true,
  NotAllowedHere: true,
  RateLimited: true,
  ProtectedUser: true,
  SystemService: true,
  Infrastructure: true,
  WrongBoot: true,
  TargetGone: true,
  NoRecipient: true,
  AmbiguousRecipient: true,
  NotOptedIn: true,
  NoHandler: true,
  RuntimeSignal: true,
  Frozen: true,
  NotPermitted: true,
  EndpointFailed: true,
  Unsupported: true,
  JournalUnavailable: true,
  Malformed: true,
  NotConnected: true,
  Protected: true,
};
const UNKNOWNS: Readonly<Record<UnknownReason, true>> = {
  AgentRestarted: true,
  JournalLost: true,
  NotJournaled: true,
  NoAnswer: true,
  TargetGone: true,
  NotMeasured: true,
};

export function orderToWire({ act, policy, target, ...order }: Order): wire.Order {
  return {
    ...order,
    policy: { ...policy },
    target: {
      bootId: target.bootId,
      process: target.process && { ...target.process },
      cgroup: target.cgroup && { ...target.cgroup },
    },
    act:
      act.transport === 'PodHTTP'
        ? { $case: 'podHttp', value: {} }
        : { $case: 'signal', value: { signal: act.signal, processNames: [...act.processNames] } },
  };
}

/** @throws {InvalidValue} for an order that no controller should send */
export function orderFromWire(order: wire.Order): Order {
  return {
    id: orderId(order.id),
    epoch: epochOf(order.epoch),
    policy: policyFromWire(order.policy),
    target: targetFromWire(order.target),
    act: actFromWire(order.act),
    journalId: text(order.journalId),
    isFirstDelivery: order.isFirstDelivery,
    validForMs: wholeNumber(order.validForMs),
  };
}

function policyFromWire(policy: wire.PolicyRef | undefined): PolicyRef {
  if (policy === undefined) throw new InvalidValue('An order or a term without its policy.');
  return {
    name: text(policy.name),
    uid: text(policy.uid),
    generation: wholeNumber(policy.generation),
  };
}

function targetFromWire(target: wire.OrderTarget | undefined): OrderTarget {
  if (target?.process === undefined && target?.cgroup === undefined)
    throw new InvalidValue('An order without a target.');
  const { bootId, process, cgroup } = target;
  return {
    bootId: text(bootId),
    ...(process && { process: { pid: process.pid, startTimeTicks: wholeNumber(process.startTimeTicks) } }),
    ...(cgroup && {
      cgroup: { path: text(cgroup.path, ORDER_BOUNDS.path), inode: wholeNumber(cgroup.inode) },
    }),
  };
}

function actFromWire(act: wire.Order['act']): Act {
  if (act?.$case === 'podHttp') return { type: 'Notify', transport: 'PodHTTP' };
  if (act?.$case !== 'signal') throw new InvalidValue('An order for an act that is not known here.');
  const { signal, processNames } = act.value;
  if (processNames.length > ORDER_BOUNDS.processNames)
    throw new InvalidValue(`An order that names ${processNames.length} processes.`);
  return {
    type: 'Notify',
    transport: 'Signal',
    signal: text(signal),
    processNames: processNames.map((name) => text(name)),
  };
}

export function answerToWire({ orderId: id, outcome, atMs }: OrderAnswer): wire.OrderAnswer {
  return {
    orderId: id,
    kind: KIND[outcome.kind],
    reason: outcome.kind === 'Executed' ? '' : outcome.reason,
    detail: outcome.detail.slice(0, ORDER_BOUNDS.detail),
    atMs,
  };
}

const KIND: Readonly<Record<OrderOutcome['kind'], OutcomeKind>> = {
  Executed: OutcomeKind.OUTCOME_KIND_EXECUTED,
  Refused: OutcomeKind.OUTCOME_KIND_REFUSED,
  Unknown: OutcomeKind.OUTCOME_KIND_UNKNOWN,
};

/** @throws {InvalidValue} for an answer that no agent should send */
export function answerFromWire(answer: wire.OrderAnswer): OrderAnswer {
  return {
    orderId: orderId(answer.orderId),
    outcome: outcomeFromWire(answer),
    atMs: wholeNumber(answer.atMs),
  };
}

function outcomeFromWire({ kind, reason, detail: said }: wire.OrderAnswer): OrderOutcome {
  const detail = text(said, ORDER_BOUNDS.detail);
  const word = text(reason);
  const strange = `${word.slice(0, 64)} (a reason of a newer agent): ${detail}`;
  if (kind === OutcomeKind.OUTCOME_KIND_EXECUTED) return { kind: 'Executed', detail };
  if (kind === OutcomeKind.OUTCOME_KIND_REFUSED)
    return isOf(REFUSALS, word)
      ? { kind: 'Refused', reason: word, detail }
      : { kind: 'Refused', reason: 'Unsupported', detail: strange };
  if (kind === OutcomeKind.OUTCOME_KIND_UNKNOWN)
    return isOf(UNKNOWNS, word)
      ? { kind: 'Unknown', reason: word, detail }
      : { kind: 'Unknown', reason: 'NoAnswer', detail: strange };
  throw new InvalidValue(`An answer of kind ${kind}, which is not known here.`);
}

function isOf<Word extends string>(table: Readonly<Record<Word, true>>, word: string): word is Word {
  return Object.hasOwn(table, word);
}

/** Above the bound those that let nothing be done go first: an agent refuses what it was not told of. */
export function termsToWire({ epoch, paused, policies }: ActingTerms): wire.ActingTerms {
  const told =
    policies.length <= ORDER_BOUNDS.policies
      ? policies
      : policies.filter(({ mode }) => mode === 'Enforce').slice(0, ORDER_BOUNDS.policies);
  return {
    epoch,
    paused,
    policies: told.map(({ name, uid, generation, mode }) => ({
      policy: { name, uid, generation },
      mode: modes.toWire(mode),
    })),
  };
}

/** @throws {InvalidValue} */
export function termsFromWire({ epoch, paused, policies }: wire.ActingTerms): ActingTerms {
  if (policies.length > ORDER_BOUNDS.policies)
    throw new InvalidValue(`Terms of ${policies.length} policies; at most ${ORDER_BOUNDS.policies}.`);
  return {
    epoch: epochOf(epoch),
    paused,
    policies: policies.map(({ policy, mode }) => ({ ...policyFromWire(policy), mode: modes.toWord(mode) })),
  };
}

export function vetoToWire({ journalId, epoch, mode, reason }: AgentVeto): wire.AgentVeto {
  return {
    journalId: journalId ?? undefined,
    epoch,
    mode: modes.toWire(mode),
    reason: reason.slice(0, ORDER_BOUNDS.detail),
  };
}

/** @throws {InvalidValue} */
export function vetoFromWire({ journalId, epoch, mode, reason }: wire.AgentVeto): AgentVeto {
  return {
    journalId: journalId === undefined ? null : orderId(journalId),
    epoch: epochOf(epoch),
    mode: modes.toWord(mode),
    reason: text(reason, ORDER_BOUNDS.detail),
  };
}

export function isEpoch(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= ORDER_BOUNDS.epoch;
}

function epochOf(value: number): number {
  if (value > ORDER_BOUNDS.epoch) throw new InvalidValue(`Epoch ${value} is beyond all bounds.`);
  return wholeNumber(value);
}

export function orderId(value: string): string {
  if (!ID.test(value)) throw new InvalidValue('An id must be 1 to 256 printable characters.');
  return value;
}

function text(value: string, limit: number = ORDER_BOUNDS.text): string {
  if (value.length > limit) throw new InvalidValue(`A text of ${value.length} characters; at most ${limit}.`);
  return value;
}
