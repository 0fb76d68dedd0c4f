/*
 * /proc/pressure/memory (Documentation/accounting/psi.rst):
 *   some avg10=0.00 avg60=0.00 avg300=0.00 total=0
 *   full avg10=0.00 avg60=0.00 avg300=0.00 total=0
 */
import type { PressureReading } from '#contracts/reading';
import { wholeNumber } from './number-text.js';

interface PressureLine {
  readonly avg10: number;
  readonly total: number;
}

/** Null unless both lines are there whole: half a pressure is none. */
export function parsePressure(text: string): PressureReading | null {
  const some = lineOf(text, 'some');
  const full = lineOf(text, 'full');
  if (some === null || full === null) return null;
  return {
    someAvg10: some.avg10,
    someTotalMicroseconds: some.total,
    fullAvg10: full.avg10,
    fullTotalMicroseconds: full.total,
  };
}

function lineOf(text: string, kind: 'some' | 'full'): PressureLine | null {
  const line = new RegExp(`^${kind} avg10=(\\d{1,3}\\.\\d+) .*\\btotal=(\\d+)\\n`, 'm').exec(text);
  const total = wholeNumber(line?.[2]);
  if (line === null || total === null) return null;
  return { avg10: Number(line[1]), total };
}
