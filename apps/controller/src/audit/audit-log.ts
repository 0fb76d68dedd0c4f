/*
 * What is told to the audit trail, in order, without anybody waiting for it. What the objects would say again lingers a
 * moment, so that a cleanup's entries share a sync. An entry that cannot be written is kept and tried again; at most
 * PENDING wait, and what had to be let go is made again from the objects as soon as the trail takes entries again, as it
 * is after a crash.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { AuditEntry, AuditPage, AuditTrail } from '#contracts/audit';

export interface AuditLogOptions {
  readonly trail: AuditTrail;
  /** Everything that the committed objects say has happened, oldest first. */
  readonly history: () => Iterable<AuditEntry>;
  readonly retryMs?: number;
  readonly pending?: number;
  readonly lingerMs?: number;
}

const RETRY_MS = 2000;
const LINGER_MS = 1000;
const PENDING = 10_000;
const AT_ONCE = 32;
const PAGE = 1000;
/** Ids that are compared at a start: older ones belong to objects that are not kept any more. */
const REMEMBERED = 20_000;

export class AuditLog implements AsyncDisposable {
  #pending: AuditEntry[] = [];
  #failure: string | null = null;
  #letGo = 0;
  #running: Promise<void> | null = null;
  /** Until it is tried again. */
  #timer: NodeJS.Timeout | null = null;
  #lingering: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(private readonly options: AuditLogOptions) {}

  note(entries: Iterable<AuditEntry>): void {
    this.#keep(entries);
    this.#start();
  }

  /** What committed objects say: after a crash they say it again. Written with what comes next, and soon. */
  noteSoon(entries: Iterable<AuditEntry>): void {
    this.#keep(entries);
    if (this.#pending.length >= AT_ONCE || this.#ended) this.#start();
    else if (this.#pending.length > 0) this.#linger();
  }

  /** Everything that was noted so far is in it, as long as it can be written. @throws as the trail does */
  async read(query: Parameters<AuditTrail['read']>[0]): Promise<AuditPage> {
    await this.settled();
    return this.options.trail.read(query);
  }

  #keep(entries: Iterable<AuditEntry>): void {
    for (const entry of entries) this.#pending.push(entry);
    const tooMany = this.#pending.length - (this.options.pending ?? PENDING);
    if (tooMany > 0) {
      this.#pending.splice(0, tooMany);
      this.#letGo += tooMany;
    }
  }

  /** Notes what the objects say has happened and the trail does not. @returns how many entries were missing */
  async recover(): Promise<number> {
    const { ids, sinceMs } = await this.#known();
    const missing = [...this.options.history()]
      .filter(({ id, atMs }) => atMs >= sinceMs && !ids.has(id))
      .sort((a, b) => a.atMs - b.atMs);
    this.note(missing);
    return missing.length;
  }

  health(): ComponentHealth {
    const component = 'audit-log';
    if (this.#failure === null) return { component, state: 'ok' };
    const reason = `${this.#pending.length + this.#letGo} audit entries wait to be written: ${this.#failure}`;
    return { component, state: 'degraded', reason };
  }

  /** When everything noted so far is on disk, or cannot be written now. */
  async settled(): Promise<void> {
    this.#start();
    while (this.#running !== null) await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.settled();
  }

  #linger(): void {
    this.#lingering ??= setTimeout(() => {
      this.#start();
    }, this.options.lingerMs ?? LINGER_MS).unref();
  }

  #start(): void {
    if (this.#lingering !== null) clearTimeout(this.#lingering);
    this.#lingering = null;
    if (this.#running !== null || this.#timer !== null || this.#pending.length === 0) return;
    this.#running = this.#write().finally(() => {
      this.#running = null;
      if (this.#failure !== null) this.#later();
      else this.#start();
    });
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, AT_ONCE);
      const results = await Promise.allSettled(batch.map((entry) => this.options.trail.record(entry)));
      const failed = results.find((result) => result.status === 'rejected');
      const written = new Set(batch.filter((_, i) => results[i]?.status === 'fulfilled'));
      this.#pending = this.#pending.filter((entry) => !written.has(entry));
      if (failed !== undefined) {
        this.#failure = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
        return;
      }
      this.#failure = null;
    }
    await this.#makeGood();
  }

  /** Entries were let go while the trail did not take any: the objects still know them. */
  async #makeGood(): Promise<void> {
    if (this.#letGo === 0) return;
    this.#letGo = 0;
    await this.recover();
  }

  #later(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#start();
    }, this.options.retryMs ?? RETRY_MS).unref();
  }

  async #known(): Promise<{ readonly ids: ReadonlySet<string>; readonly sinceMs: number }> {
    const ids = new Set<string>();
    let next: string | null = null;
    let sinceMs = 0;
    do {
      const page = await this.options.trail.read({
        limit: PAGE,
        ...(next === null ? {} : { continue: next }),
      });
      for (const { id, atMs } of page.entries) {
        ids.add(id);
        sinceMs = atMs;
      }
      next = page.continue;
    } while (next !== null && ids.size < REMEMBERED);
    // The whole trail was read: nothing was rotated away that could be taken for missing.
    return { ids, sinceMs: next === null ? 0 : sinceMs };
  }
}
