/*
 * The audit trail of a replica that keeps no files: the newest entries, in memory. Nothing is lost with it that is not
 * written in the objects, from which it is made again when a replica begins to lead.
 */
import type { AuditEntry, AuditPage, AuditTrail } from '#contracts/audit';
import { InvalidValue } from '#contracts/errors';

const MOST = 10_000;

export class RecentTrail implements AuditTrail {
  /** By id, oldest first; the number only grows, and says where a reader was. */
  readonly #entries = new Map<string, { readonly number: number; readonly entry: AuditEntry }>();
  #last = 0;

  constructor(private readonly most = MOST) {}

  record(entry: AuditEntry): Promise<void> {
    if (!this.#entries.has(entry.id)) {
      this.#last += 1;
      this.#entries.set(entry.id, { number: this.#last, entry });
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > this.most && oldest !== undefined) this.#entries.delete(oldest);
    }
    return Promise.resolve();
  }

  /** @throws {InvalidValue} */
  read(query: { readonly limit: number; readonly continue?: string }): Promise<AuditPage> {
    const before = query.continue === undefined ? Infinity : Number(query.continue);
    if (Number.isNaN(before))
      return Promise.reject(new InvalidValue('continue must be what the last answer gave.'));
    const older = [...this.#entries.values()].filter(({ number }) => number < before);
    const page = older.slice(-query.limit).reverse();
    const last = page.at(-1);
    const isAll = last === undefined || page.length === older.length;
    return Promise.resolve({
      entries: page.map(({ entry }) => entry),
      continue: isAll ? null : String(last.number),
    });
  }
}
