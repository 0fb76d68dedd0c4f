/*
 * /proc/zoneinfo: pages that lie free on per-CPU lists (struct per_cpu_pages, mm/page_alloc.c). MemFree leaves
 * them out, so they are used memory that nobody holds. Only "count:" lines inside "pagesets" are theirs.
 * The file has a stanza per zone and CPU (megabytes on large machines): it is walked, never split.
 */
import { wholeNumber } from './number-text.js';

const LABEL = 'count:';

/** The sum in pages. */
export function parsePerCpuFreePages(zoneinfo: string): number {
  let pages = 0;
  let start = zoneinfo.indexOf('pagesets');
  while (start >= 0) {
    const nextZone = zoneinfo.indexOf('\nNode ', start);
    const end = nextZone < 0 ? zoneinfo.length : nextZone;
    pages += countsBetween(zoneinfo, start, end);
    start = nextZone < 0 ? -1 : zoneinfo.indexOf('pagesets', nextZone);
  }
  return pages;
}

function countsBetween(text: string, start: number, end: number): number {
  let pages = 0;
  for (let at = text.indexOf(LABEL, start); at >= 0 && at < end; at = text.indexOf(LABEL, at + 1)) {
    const lineEnd = text.indexOf('\n', at);
    if (lineEnd < 0 || lineEnd > end) break; // cut off
    const lineStart = text.lastIndexOf('\n', at) + 1;
    if (text.slice(lineStart, at).trim() !== '') continue; // the tail of another word
    pages += wholeNumber(text.slice(at + LABEL.length, lineEnd).trim()) ?? 0;
  }
  return pages;
}
