/*
 * Port: where the commands have their objects from. A controller answers over HTTP, or the API server of a cluster has
 * them as custom resources: what is printed is the same.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { ModeAnswer, StepRequest } from '../client/answers.js';

export interface Named {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
  };
}

export type ListState = 'open' | 'closed' | 'all';

export interface ListQuery {
  readonly state?: ListState;
  readonly node?: string | undefined;
}

/** Which part of a list is answered; absent: as much as is answered at once. */
export interface PageQuery extends ListQuery {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly continue?: string;
}

/** Everything as it is now, or what became another since then. */
export type Change<T> =
  | { readonly kind: 'All'; readonly items: readonly T[] }
  | { readonly kind: 'Some'; readonly items: readonly T[]; readonly gone: readonly T[] };

/** Objects of one kind. */
export interface ObjectSource<T extends Named> {
  page(query: PageQuery): Promise<Page<T>>;
  /** What --json prints of a list. */
  answer(query: PageQuery): Promise<unknown>;
  one(name: string): Promise<T>;
  /** All first, then what changes, until the connection or the signal ends. @throws like the others */
  changes(query: ListQuery, signal: AbortSignal): AsyncGenerator<Change<T>>;
  /** The same of one object. */
  changesOf(metadata: Named['metadata'], signal: AbortSignal): AsyncGenerator<Change<T>>;
}

/** Whom to ask: a row of a node's ledger, or a pod. */
export type CleanupTarget =
  | { readonly kind: 'Holder'; readonly node: string; readonly holder: string }
  | { readonly kind: 'Process'; readonly node: string; readonly pid: number }
  | { readonly kind: 'Pod'; readonly namespace: string | undefined; readonly name: string };

export interface CleanupRequest {
  readonly target: CleanupTarget;
  /** Null: in each way that the target has opted in to. */
  readonly step: StepRequest | null;
  readonly isDryRun: boolean;
  readonly reason: string | undefined;
}

export interface Backend {
  readonly kind: 'Controller' | 'Cluster';
  readonly findings: ObjectSource<MemoryFinding>;
  readonly cleanups: ObjectSource<MemoryCleanup>;
  readonly policies: ObjectSource<MemoryPolicy>;
  /** Of a target that is named by its node: the one that is meant. @throws {NotFound} when that is not clear */
  chooseNode(wanted: string | undefined): Promise<string>;
  /** @throws {Refused} when this cannot be asked for */
  createCleanup(request: CleanupRequest): Promise<MemoryCleanup>;
  cancelCleanup(name: string): Promise<MemoryCleanup>;
  mode(): Promise<ModeAnswer>;
  pause(reason: string | undefined): Promise<ModeAnswer>;
  resume(): Promise<ModeAnswer>;
  resetBreaker(): Promise<ModeAnswer>;
  /** Where an empty list was looked for, in words; empty: there is only one place. */
  readonly where: string;
}
