/*
 * Problems of one object, for people: where, what, and what to write instead. Their number and length are bounded,
 * and what came from outside is quoted, so that no name can break a terminal or a log.
 */
import type { Problem } from '#contracts/store';

const MAX_PROBLEMS = 32;
const MAX_QUOTED = 64;

export class Problems {
  readonly #all: Problem[] = [];

  add(path: string, message: string): void {
    if (this.#all.length < MAX_PROBLEMS) this.#all.push({ path, message });
  }

  get isFull(): boolean {
    return this.#all.length >= MAX_PROBLEMS;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  get all(): readonly Problem[] {
    return this.#all;
  }
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

/** `spec.match`, `metadata.labels["a/b"]` */
export function memberPath(path: string, name: string): string {
  if (!PLAIN.test(name)) return `${path}[${quote(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** A value as JSON, cut, with everything that could move a cursor escaped. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return escape(cut(value));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function cut(text: string): string {
  return text.length > MAX_QUOTED
    ? `${text
        .slice(0, MAX_QUOTED)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`
    : text;
}

// JSON leaves DEL, C1 controls, format characters (bidi) and line separators as they are.
function escape(text: string): string {
  return JSON.stringify(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** The one of `known` that was probably meant; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > MAX_QUOTED) return null;
  const lower = word.toLowerCase();
  const longer = known.filter((candidate) => candidate.toLowerCase().includes(lower));
  if (word.length > 2 && longer.length === 1) return longer[0] ?? null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, [i, j], { before, last, row }));
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

interface Rows {
  readonly before: readonly number[];
  readonly last: readonly number[];
  readonly row: readonly number[];
}

function cell(a: string, b: string, [i, j]: readonly [number, number], { before, last, row }: Rows): number {
  const at = (line: readonly number[], k: number): number => line[k] ?? Infinity;
  const cost = a[i - 1] === b[j - 1] ? 0 : 1;
  const edited = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
  const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return isSwap ? Math.min(edited, at(before, j - 2) + 1) : edited;
}
