/*
 * What was examined, as text.
 */
import type { Examination } from './examination.js';

const MARKS = { ok: 'ok  ', warning: '!   ', failed: 'FAIL' } as const;
const SUBJECT_COLUMNS = 16;

export function examinationLines(results: readonly Examination[]): string[] {
  return results.map(({ state, subject, found, next }) => {
    const below = next === undefined ? '' : `\n      ${next}`;
    return `${MARKS[state]}  ${subject.padEnd(SUBJECT_COLUMNS)} ${found}${below}`;
  });
}
