/*
 * A path in few columns: its end says most, so the start is cut.
 */
import stringWidth from 'string-width';

const ELLIPSIS = '…';
const MOST_CHARACTERS_A_COLUMN = 16;

/** At most `width` columns: "…/session-4.scope". */
export function cutStart(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = Array.from(text.slice(-width * MOST_CHARACTERS_A_COLUMN));
  let kept = '';
  for (const character of characters.reverse()) {
    if (stringWidth(character + kept) > width - stringWidth(ELLIPSIS)) break;
    kept = character + kept;
  }
  return ELLIPSIS + kept;
}
