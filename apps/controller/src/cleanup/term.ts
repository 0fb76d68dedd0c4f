/*
 * One term: the loop, from when this process begins to decide until it does not any more. Everything that a loop remembers
 * is of its term; the next one begins with what is committed.
 */
import type { NoticeBus } from '#events';
import { Registry } from '#resources';
import { AuditKeeper, type AuditedStores } from '../audit/audit-keeper.js';
import type { AuditLog } from '../audit/audit-log.js';
import { CleanupLoop, type CleanupLoopParts } from './cleanup-loop.js';
import { publishChanges } from './news.js';

export interface TermParts extends CleanupLoopParts, AuditedStores {
  readonly audit: Pick<AuditLog, 'noteSoon'>;
  readonly notices: Pick<NoticeBus, 'publish'>;
}

const PART_ENDS_MS = 1000;

export class Term implements AsyncDisposable {
  readonly loop: CleanupLoop;
  /** Ended the other way round, each within its time: a disk that hangs must not keep the process. */
  readonly #parts: Registry;

  constructor(parts: TermParts) {
    const { notices, audit, onFailure } = parts;
    this.#parts = new Registry({
      onFailure: (error, name) => {
        onFailure(`ending ${name}`, error);
      },
    });
    // What the loop commits is heard by who follows: they are there first and go last.
    this.#add('audit keeper', new AuditKeeper(parts, audit));
    this.#add('news', publishChanges(parts, notices));
    this.loop = new CleanupLoop(parts);
    this.#add('loop', this.loop, 'audit keeper');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.shutdown();
  }

  #add(name: string, value: Disposable | AsyncDisposable, parent?: string): void {
    const registration = { name, value, release: disposed, deadlineMs: PART_ENDS_MS };
    this.#parts.register(parent === undefined ? registration : { ...registration, parent });
  }
}

export async function disposed(value: Disposable | AsyncDisposable): Promise<void> {
  if (Symbol.asyncDispose in value) await value[Symbol.asyncDispose]();
  else value[Symbol.dispose]();
}
