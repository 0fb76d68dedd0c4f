/*
 * Numbers and words that both ends of the link must agree on.
 */
import { RefuseCode } from './gen/memwarden/link/v1/link.js';
import type { RefusalCode } from './link-event.js';

export interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

export const PROTOCOL: ProtocolRange = { min: 1, max: 1 };

/** The capability of an agent that takes orders: to one without it none is ever sent. */
export const ORDERS = 'orders';

/** The capability of an agent that wants to know the node's pods. */
export const PODS = 'pods';

/** A full report of 50,000 rows with ordinary names; see bounds.ts. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Reports under way without an Ack: enough to fill a round trip, small enough to forget. */
export const WINDOW = 64;

/** Notices a half-open connection after at most 15 s. */
export const KEEPALIVE = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
};

/** The newest protocol that both speak; null: none. */
export function chooseProtocol(ours: ProtocolRange, theirs: ProtocolRange): number | null {
  const newest = Math.min(ours.max, theirs.max);
  return newest >= Math.max(ours.min, theirs.min) ? newest : null;
}

const CODES: readonly (readonly [RefuseCode, RefusalCode])[] = [
  [RefuseCode.REFUSE_CODE_PROTOCOL_RANGE, 'ProtocolRange'],
  [RefuseCode.REFUSE_CODE_TOKEN, 'Token'],
  [RefuseCode.REFUSE_CODE_BAD_HELLO, 'BadHello'],
  [RefuseCode.REFUSE_CODE_DUPLICATE_NODE, 'DuplicateNode'],
  [RefuseCode.REFUSE_CODE_TOO_MANY_NODES, 'TooManyNodes'],
  [RefuseCode.REFUSE_CODE_BAD_REPORT, 'BadReport'],
  [RefuseCode.REFUSE_CODE_SHUTTING_DOWN, 'ShuttingDown'],
  [RefuseCode.REFUSE_CODE_NOT_LEADER, 'NotLeader'],
  [RefuseCode.REFUSE_CODE_NODE_IDENTITY, 'NodeIdentity'],
  [RefuseCode.REFUSE_CODE_UNAVAILABLE, 'Unavailable'],
];

export function refusalToWire(code: RefusalCode): RefuseCode {
  return CODES.find(([, word]) => word === code)?.[0] ?? RefuseCode.REFUSE_CODE_UNSPECIFIED;
}

/** A code of a later controller reads as BadHello: the text says what it is. */
export function refusalFromWire(code: RefuseCode): RefusalCode {
  return CODES.find(([value]) => value === code)?.[1] ?? 'BadHello';
}
