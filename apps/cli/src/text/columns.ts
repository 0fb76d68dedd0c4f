/*
 * Text in terminal columns: an East Asian character takes two, a combining mark none. Widths are those of what is
 * printed, so escape first (printable).
 */
import stringWidth from 'string-width';

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Exactly `width` columns: cut with an ellipsis, or filled up on the right. */
export function fit(text: string, width: number): string {
  const cut = truncate(text, width);
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
}

/** At most `width` columns. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  // Each column takes at least one character, so what follows cannot be seen; a name of 4 KiB costs no more than a line.
  const head = text.length > width * 16 ? text.slice(0, width * 16) : text;
  if (head.length === text.length && stringWidth(text) <= width) return text;
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(head)) {
    const columns = stringWidth(segment);
    if (used + columns > width - 1) break;
    taken += segment;
    used += columns;
  }
  return taken + ELLIPSIS;
}

export function alignRight(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text;
}
