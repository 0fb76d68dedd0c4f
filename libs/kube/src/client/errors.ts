/*
 * What the API server's answers mean, as classes: one for each thing that a caller does differently. The texts are the
 * server's own where it said one, for it names the field, the rule or the right that is missing.
 */
import { InvalidValue, MemwardenError, NotFound, Unavailable } from '#contracts/errors';
import { Conflict, StoreUnavailable, type Problem } from '#contracts/store';

/** An object of this name is there already. */
export class AlreadyExists extends MemwardenError {
  override readonly code = 'AlreadyExists';
}

/** The resource version is older than what the server remembers, or the page of a list is: list again. */
export class Expired extends MemwardenError {
  override readonly code = 'Expired';
  override readonly retryable = true;
}

/** 401 and 403: this ServiceAccount lacks a right, or its token is not taken. Trying again by itself will not help. */
export class Forbidden extends Unavailable {
  constructor(
    message: string,
    /** The server's own words: RBAC's, or those of an admission policy. */
    readonly said: string = message,
  ) {
    super(message);
  }
}

/** 400, 413 and 422: schema, CEL or an admission policy does not take the object. */
export class Rejected extends InvalidValue {
  constructor(
    message: string,
    readonly problems: readonly Problem[],
  ) {
    super(message);
  }
}

/** The API server did not answer, or said that it cannot now. */
export class ApiUnavailable extends StoreUnavailable {
  constructor(
    message: string,
    /** True: it was sent, and whether it was done is not known. Read before it is decided anew. */
    readonly isUnresolved: boolean,
    /** How long the server asks to be left alone; null: it did not say. */
    readonly retryAfterMs: number | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** 429 of an eviction: a PodDisruptionBudget does not allow it now. Nothing was done. */
export class DisruptionRefused extends MemwardenError {
  override readonly code = 'DisruptionRefused';
  override readonly retryable = true;
}

interface Cause {
  readonly reason?: unknown;
  readonly field?: unknown;
  readonly message?: unknown;
}

/** metav1.Status, as far as it is read. Nothing in it is trusted to be there. */
export interface ApiStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly Cause[]; readonly retryAfterSeconds?: number };
}

export interface Answer {
  readonly code: number;
  readonly status: ApiStatus;
  /** Of the header Retry-After. */
  readonly retryAfterMs: number | null;
  /** Whether it changes something: POST, PUT, PATCH, DELETE. */
  readonly isWrite: boolean;
  /** For people: create memoryfindings team-a/x. */
  readonly what: string;
}

const MOST_TEXT = 1024;
const MOST_PROBLEMS = 16;

/** What an answer that is no success means. */
export function errorOf(answer: Answer): MemwardenError {
  const { code, status, what } = answer;
  const text = `${what}: ${textOf(answer)}`;
  switch (code) {
    case 400:
    case 413:
    case 422:
      return new Rejected(text, problemsOf(status));
    case 401:
      return new Forbidden(`${text}. See whether the token or certificate is still valid.`);
    case 403:
      return forbidden(status, text);
    case 404:
      return new NotFound(text);
    case 409:
      return status.reason === 'AlreadyExists' ? new AlreadyExists(text) : new Conflict(text);
    case 410:
      return new Expired(text);
    case 429:
      // Any other is the server's own load, and passes sooner.
      return hasCause(status, 'DisruptionBudget') ? new DisruptionRefused(text) : unavailable(answer, text);
    default:
      return unavailable(answer, text);
  }
}

function forbidden(status: ApiStatus, text: string): MemwardenError {
  if (hasCause(status, 'NamespaceTerminating')) return new Rejected(text, problemsOf(status));
  return new Forbidden(
    `${text}. Give the right with a Role or ClusterRole; kubectl auth can-i shows it.`,
    text,
  );
}

function unavailable({ code, status, retryAfterMs, isWrite }: Answer, text: string): ApiUnavailable {
  const seconds = status.details?.retryAfterSeconds;
  const asked = retryAfterMs ?? (typeof seconds === 'number' ? seconds * 1000 : null);
  // 429 is said before anything is done; a 5xx may follow a write that etcd took.
  return new ApiUnavailable(text, isWrite && code !== 429, asked);
}

function hasCause({ details }: ApiStatus, reason: string): boolean {
  const causes: unknown = details?.causes;
  return Array.isArray(causes) && causes.some((cause: Cause | null) => cause?.reason === reason);
}

function textOf({ code, status }: Answer): string {
  const message = typeof status.message === 'string' ? status.message : '';
  return message === '' ? `the API server answered ${code}` : message.slice(0, MOST_TEXT);
}

function problemsOf(status: ApiStatus): readonly Problem[] {
  const causes = Array.isArray(status.details?.causes) ? status.details.causes : [];
  const named = causes
    .slice(0, MOST_PROBLEMS)
    .map(({ field, message }) => ({ path: wordOf(field), message: wordOf(message) }));
  return named.length > 0 ? named : [{ path: '', message: wordOf(status.message) }];
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MOST_TEXT) : '';
}
