/*
 * One thing in full: named fields below each other, long texts wrapped under their own column.
 */
import stringWidth from 'string-width';

/** Undefined texts are left out. */
export type Field = readonly [name: string, text: string | undefined];

const INDENT = '  ';
const NAME_COLUMNS = 14;
const LEAST_TEXT_COLUMNS = 20;

export function fields(list: readonly Field[], width: number): string[] {
  const room = Math.max(LEAST_TEXT_COLUMNS, width - INDENT.length - NAME_COLUMNS);
  return list.flatMap(([name, text]) => (text === undefined ? [] : field(name, text, room)));
}

function field(name: string, text: string, room: number): string[] {
  return text
    .split('\n')
    .flatMap((line) => wrapped(line, room))
    .map((line, at) => `${INDENT}${(at === 0 ? name : '').padEnd(NAME_COLUMNS)}${line}`.trimEnd());
}

/** By words; a word that is longer than the line stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
