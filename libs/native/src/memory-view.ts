/*
 * Reading what the library wrote: little-endian integers and raw text, by offset.
 * A 64-bit value is a whole number up to 2^53 - 1 or refused; MW_ABSENT is null and has to be asked for.
 */
import { InvalidValue } from '#contracts/errors';

const WORD = 2 ** 32;
const MAX_WORD = WORD - 1;
const REPLACEMENT = '\uFFFD';

export class MemoryView {
  private readonly words: Uint32Array;
  private readonly text: Buffer;

  /** `memory` is 8-byte aligned, as every ArrayBuffer is. */
  constructor(memory: ArrayBuffer) {
    this.words = new Uint32Array(memory);
    this.text = Buffer.from(memory);
  }

  u8(offset: number): number {
    return this.text[offset] ?? this.outside(offset);
  }

  u32(offset: number): number {
    return this.words[offset >>> 2] ?? this.outside(offset);
  }

  i32(offset: number): number {
    return this.u32(offset) | 0;
  }

  /** @throws {InvalidValue} above 2^53 - 1 */
  u64(offset: number): number {
    const value = this.u32(offset + 4) * WORD + this.u32(offset);
    if (!Number.isSafeInteger(value)) throw new InvalidValue(`Not below 2^53: the 64 bits at ${offset}.`);
    return value;
  }

  /** Null for MW_ABSENT. */
  optionalU64(offset: number): number | null {
    if (this.u32(offset) === MAX_WORD && this.u32(offset + 4) === MAX_WORD) return null;
    return this.u64(offset);
  }

  /** As UTF-8, U+FFFD for what is not: two texts may become one. */
  name(offset: number, length: number): string {
    return this.text.toString('utf8', offset, offset + length);
  }

  /**
   * As UTF-8; where that would lose bytes, every byte above 127 is U+FFFD and two hex digits.
   * Two paths never become one.
   */
  path(offset: number, length: number): string {
    const path = this.name(offset, length);
    if (!path.includes(REPLACEMENT)) return path;
    const escape = (c: string): string => REPLACEMENT + c.charCodeAt(0).toString(16);
    return this.text.toString('latin1', offset, offset + length).replace(/[\u0080-\u00ff]/g, escape);
  }

  private outside(offset: number): never {
    throw new InvalidValue(`Offset ${offset} is outside the memory.`);
  }
}
