/*
 * The audit trail as text: who did what to whom, why, with bytes before and after.
 */
import type { AuditView } from '../client/answers.js';
import { printable } from '../text/escape.js';
import { cutStart } from '../text/path.js';
import { size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { moment } from '../text/time.js';
import type { ViewOptions } from './view-options.js';

export function auditTable(entries: readonly AuditView[], { columns }: ViewOptions): string[] {
  const list: Column<AuditView>[] = [
    { title: 'TIME (UTC)', text: ({ at }) => dayAndTime(at) },
    { title: 'WHAT', text: ({ what }) => printable(what) },
    { title: 'WHO', text: ({ who }) => printable(who), least: 10 },
    { title: 'WHOM', text: whom, least: 14, cut: cutStart },
    { title: 'WHY', text: why, least: 16, wraps: true },
  ];
  return table(entries, list, columns);
}

/** Without the year, for the room. */
function dayAndTime(at: string): string {
  return moment(at)
    .replace(/^\d{4}-/u, '')
    .replace('Z', '');
}

/** "mw-cache 1234", as in the other tables. */
function whom({ target, subject }: AuditView): string {
  return printable(target ?? subject).replace(/ \(pid (\d+)\)$/u, ' $1');
}

function why({ reason, message, beforeBytes, afterBytes }: AuditView): string {
  const known = [beforeBytes, afterBytes].filter((bytes) => bytes !== null).map(size);
  const change = known.length === 0 ? '' : `${known.join(' → ')}, `;
  return `${change}${printable(reason)}${message === '' ? '' : `: ${printable(message)}`}`;
}
