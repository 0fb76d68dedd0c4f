/*
 * One entry of the audit trail as one line of JSON. Whatever its texts hold, the line has no line feed of its own.
 */
import type { AuditEntry } from '#contracts/audit';
import { InvalidValue } from '#contracts/errors';

/** Characters of one text; what is longer is cut. */
const MOST_OF_TEXT = 4096;
const MOST_OF_ID = 1024;

/** @throws {InvalidValue} */
export function lineOf(entry: AuditEntry): string {
  if (entry.id === '' || entry.id.length > MOST_OF_ID)
    throw new InvalidValue(`The id of an audit entry has 1 to ${MOST_OF_ID} characters.`);
  const { id, atMs, what, beforeBytes, afterBytes } = entry;
  const texts = {
    who: clipped(entry.who),
    node: entry.node === null ? null : clipped(entry.node),
    subject: clipped(entry.subject),
    target: entry.target === null ? null : clipped(entry.target),
    reason: clipped(entry.reason),
    message: clipped(entry.message),
  };
  return `${JSON.stringify({ id, atMs, what, ...texts, beforeBytes, afterBytes })}\n`;
}

/** Null: it is no entry. */
export function entryOf(line: string): AuditEntry | null {
  try {
    const value = JSON.parse(line) as unknown;
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

function clipped(text: string): string {
  return text.length <= MOST_OF_TEXT ? text : `${text.slice(0, MOST_OF_TEXT - 1)}…`;
}

const TEXTS = ['id', 'who', 'what', 'subject', 'reason', 'message'] as const;
const TEXTS_OR_NULL = ['node', 'target'] as const;
const NUMBERS_OR_NULL = ['beforeBytes', 'afterBytes'] as const;

function isEntry(value: unknown): value is AuditEntry {
  if (typeof value !== 'object' || value === null) return false;
  const some = value as Record<string, unknown>;
  return (
    typeof some['atMs'] === 'number' &&
    TEXTS.every((key) => typeof some[key] === 'string') &&
    TEXTS_OR_NULL.every((key) => some[key] === null || typeof some[key] === 'string') &&
    NUMBERS_OR_NULL.every((key) => some[key] === null || typeof some[key] === 'number')
  );
}
