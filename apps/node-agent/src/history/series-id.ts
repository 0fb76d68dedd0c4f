/*
 * Ids of series: 22 URL-safe characters, 128 bits of a SHA-256 over what the series is. Stable for one incarnation,
 * because a holder's id is. NUL parts the fields: no field can hold one (kernel names and paths do not).
 */
import { createHash } from 'node:crypto';
import type { Quantity } from '#contracts/series';

const ID_LENGTH = 22;

export interface SeriesSubject {
  readonly node: string;
  readonly device: string;
  /** Null: a quantity of the device itself. */
  readonly holder: string | null;
  readonly quantity: Quantity;
}

export function seriesId(subject: SeriesSubject): string {
  const text = [subject.node, subject.device, subject.holder ?? '', subject.quantity].join('\0');
  return createHash('sha256').update(text).digest('base64url').slice(0, ID_LENGTH);
}
