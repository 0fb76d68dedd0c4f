/*
 * Names as the kernel has them, made safe to look at. A name comes from whoever started the process.
 * Always holds: what comes out has no control character, no character that turns the reading direction and
 * no half surrogate, and is at most `LONGEST` characters unless the full text is asked for.
 */
export const LONGEST = 120;

const TAIL = 40;
const DELETE = 0x7f;
const REPLACEMENT = '\ufffd';

/** Every character visible: a line feed as ‹LF›, U+202E as ‹U+202E›. Fonts have no glyphs for control characters. */
export function visible(name: string): string {
  let out = '';
  for (const character of name) out += shown(character);
  return out;
}

/** `visible`, with the middle left out where it is long: heads and tails of names tell them apart. */
export function shortened(name: string, longest = LONGEST): string {
  // A 4 KiB name costs no more than the part of it that is shown.
  if (name.length <= longest) return visible(name);
  const tail = Math.min(TAIL, Math.floor(longest / 3));
  const head = longest - tail - 1;
  return visible(`${whole(name.slice(0, head))}…${whole(name.slice(-tail))}`);
}

/** Cutting between two surrogates leaves halves at the ends. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '');
}

function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return `‹${CONTROLS[code] ?? ''}›`;
  if (code < DELETE) return character;
  if (code === DELETE) return '‹DEL›';
  if (code >= 0xd800 && code <= 0xdfff) return REPLACEMENT;
  return isTreacherous(code) ? `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›` : character;
}

/** Their names in ASCII (RFC 20). */
const CONTROLS: readonly string[] = (
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI ' +
  'DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'
).split(' ');

const TREACHEROUS: readonly (readonly [number, number, string])[] = [
  [0x80, 0x9f, 'C1 controls'],
  [0xad, 0xad, 'soft hyphen'],
  [0x61c, 0x61c, 'Arabic letter mark'],
  [0x200b, 0x200b, 'zero width space'],
  [0x200e, 0x200f, 'direction marks'],
  [0x2028, 0x202e, 'line separators, direction embeddings and overrides'],
  [0x2060, 0x206f, 'invisible operators, direction isolates'],
  [0xfeff, 0xfeff, 'byte order mark'],
  [0xfff9, 0xfffb, 'interlinear annotation'],
  [0xe0000, 0xe007f, 'tags'],
];

function isTreacherous(code: number): boolean {
  return TREACHEROUS.some(([first, last]) => code >= first && code <= last);
}
