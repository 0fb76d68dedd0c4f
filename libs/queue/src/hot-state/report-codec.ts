/*
 * A report as one Redis value: JSON, deflated when that is worth it, with a version in front.
 * What cannot be read back is no report: an older or newer controller's value is left alone.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { NodeReport } from '#contracts/report';
import { isReport } from './report-shape.js';

const VERSION = 1;
/** A value that inflates to more is not ours. */
const MOST_BYTES = 64 * 1024 * 1024;
const FAST = { level: 1 };

export function encodeReport(report: NodeReport): Buffer {
  return Buffer.concat([Buffer.of(VERSION), deflateRawSync(JSON.stringify(report), FAST)]);
}

/** Null: not a report that this version can read. */
export function decodeReport(value: Buffer): NodeReport | null {
  if (value[0] !== VERSION) return null;
  try {
    const text = inflateRawSync(value.subarray(1), { maxOutputLength: MOST_BYTES }).toString();
    const report: unknown = JSON.parse(text);
    return isReport(report) ? report : null;
  } catch {
    // Cut off or overwritten: the agent says it all again.
    return null;
  }
}
