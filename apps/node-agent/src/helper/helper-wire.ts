/*
 * What travels over the helper's socket (native/src/helper/protocol.hpp). Pure: requests to bytes, bytes to answers.
 */
import { BrokenInvariant } from '#contracts/errors';
import type { ProcessTarget } from '#contracts/order';
import type { Inspection } from '../orders/process-files.js';

export type HelperOperation = 'Inspect' | 'Rollup' | 'Signal';

export interface HelperAnswer {
  /** mw_status. */
  readonly status: number;
  readonly records: readonly { readonly kind: string; readonly value: string }[];
}

const OPERATIONS: Readonly<Record<HelperOperation, number>> = { Inspect: 1, Rollup: 2, Signal: 3 };
const REQUEST_BYTES = 24;
const HEADER_BYTES = 8;
export const MOST_ANSWER_BYTES = HEADER_BYTES + 16_384;

/** @param signal 0 unless the operation is Signal */
export function requestBytes(operation: HelperOperation, process: ProcessTarget, signal: number): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  bytes.write('MWH1', 0, 'latin1');
  bytes.writeUInt16LE(OPERATIONS[operation], 4);
  bytes.writeUInt16LE(signal, 6);
  bytes.writeUInt32LE(process.pid, 8);
  bytes.writeBigUInt64LE(BigInt(process.startTimeTicks), 16);
  return bytes;
}

/** Null: half an answer, or none. */
export function readAnswer(bytes: Buffer): HelperAnswer | null {
  if (bytes.length < HEADER_BYTES) return null;
  const payload = bytes.subarray(HEADER_BYTES);
  if (payload.length !== bytes.readUInt32LE(4)) return null;
  const records = payload.toString('utf8').split('\0');
  if (records.pop() !== '') return null;
  return {
    status: bytes.readInt32LE(0),
    records: records.map((record) => ({ kind: record.slice(0, 1), value: record.slice(1) })),
  };
}

/** @throws {BrokenInvariant} for an answer without a program: the helper says it of every process that it inspects */
export function inspectionOf({ records }: HelperAnswer): Inspection {
  const program = records.find(({ kind }) => kind === 'P');
  if (program === undefined) throw new BrokenInvariant('The helper answered without a program.');
  const environ = new Map<string, string>();
  for (const { kind, value } of records) if (kind === 'E') keep(environ, value);
  return {
    program: program.value,
    environ: records.some(({ kind }) => kind === 'U') ? null : environ,
    libraries: records.flatMap(({ kind, value }) => (kind === 'L' ? [value] : [])),
    hasGoNote: records.some(({ kind }) => kind === 'G'),
  };
}

/** As for getenv(3). */
function keep(environ: Map<string, string>, variable: string): void {
  const equals = variable.indexOf('=');
  const name = variable.slice(0, equals);
  if (equals > 0 && !environ.has(name)) environ.set(name, variable.slice(equals + 1));
}
