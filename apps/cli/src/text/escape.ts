/*
 * Names come from other people's processes. What is printed never moves the cursor, changes colours or makes a line.
 */

// C0, DEL, C1, line and paragraph separators, and what turns the direction of writing.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Each unprintable character as \n, \x1b or \u202e; a backslash stays as it is. */
export function printable(name: string): string {
  return name.replace(UNPRINTABLE, (character) => SHORT.get(character) ?? hex(character));
}

function hex(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
