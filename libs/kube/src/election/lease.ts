/*
 * The Lease that says who leads, as it stands in the API server. Whoever may write Leases here may write anything into
 * it: nothing is believed before it was looked at, and no time of another machine is ever compared with ours.
 */
import { InvalidValue } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';

/** One process that may lead. */
export interface Candidate {
  /** Of the Lease's holderIdentity: the pod's name. */
  readonly identity: string;
  /** Made anew by each process: two of one name are never taken for one. */
  readonly instance: string;
  /** Where followers send requests: host:port. */
  readonly address: string;
}

/** Annotations. */
const INSTANCE = 'memwarden.dev/instance';
const ADDRESS = 'memwarden.dev/address';

export interface LeaseRecord {
  /** Empty: nobody. */
  readonly holder: string;
  readonly instance: string;
  readonly address: string;
  readonly durationSeconds: number;
  /** By the holder's clock, as RFC 3339 with microseconds: for people, and to tell one renewal from the next. */
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly transitions: number;
}

export interface StoredLease {
  /** metadata.resourceVersion: what a write is conditional on. */
  readonly version: string;
  readonly record: LeaseRecord;
  /** As read: labels and annotations of others are kept when it is written. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** @throws {InvalidValue} when it has no resourceVersion: it cannot come from an API server */
export function parseLease(body: unknown): StoredLease {
  const metadata = fields(fields(body)['metadata']);
  const version = text(metadata['resourceVersion']);
  if (version === '')
    throw new InvalidValue('A Lease without a resourceVersion came back; is it an API server?');
  const spec = fields(fields(body)['spec']);
  const annotations = fields(metadata['annotations']);
  return {
    version,
    metadata,
    record: {
      holder: text(spec['holderIdentity']),
      instance: text(annotations[INSTANCE]),
      address: text(annotations[ADDRESS]),
      durationSeconds: count(spec['leaseDurationSeconds']),
      acquireTime: text(spec['acquireTime']),
      renewTime: text(spec['renewTime']),
      transitions: count(spec['leaseTransitions']),
    },
  };
}

/** The body of a write; with `over` only that version of it is replaced, without it none may exist. */
export function leaseBody(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  record: LeaseRecord,
  over: StoredLease | null,
): StoredObject & Fields {
  const { [INSTANCE]: _instance, [ADDRESS]: _address, ...others } = fields(over?.metadata['annotations']);
  const ours = record.holder === '' ? {} : { [INSTANCE]: record.instance, [ADDRESS]: record.address };
  const metadata = { ...over?.metadata, namespace, name, annotations: { ...others, ...ours } };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      acquireTime: record.acquireTime,
      renewTime: record.renewTime,
      leaseTransitions: record.transitions,
    },
  };
}

/** RFC 3339 with microseconds, as MicroTime is written; milliseconds are all a wall clock here gives. */
export function microTime(wallMs: number, micros = 0): string {
  return new Date(wallMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

/** A renewal is told from the one before by its time: also when the wall clock stands still or goes back. */
export function renewTimeAfter(previous: string, wallMs: number): string {
  const now = microTime(wallMs);
  if (now > previous) return now;
  const match = /^(.{19}\.\d{3})(\d{3})Z$/.exec(previous);
  const micros = Number(match?.[2] ?? NaN) + 1;
  const previousMs = Date.parse(`${match?.[1] ?? ''}Z`);
  if (Number.isNaN(micros) || Number.isNaN(previousMs)) return now;
  return micros < 1000 ? microTime(previousMs, micros) : microTime(previousMs + 1);
}
