/*
 * Looks at a message before it is decoded: neither end has to believe the other. An empty nested message costs two bytes on the wire and hundreds in
 * memory, so the size of what arrives does not bound what it becomes: the number of nested messages and texts does.
 */
import { InvalidValue } from '#contracts/errors';

/** Rows, their flags and what a message has besides, with room to spare; see bounds.ts. */
const MAX_NESTED = 100_000;
/** A message this small cannot hold so many. */
const SMALL_BYTES = 2 * MAX_NESTED;

/** What repeats inside a message, by field number of link.proto; `each` is counted and looked into. */
interface Level {
  readonly [field: number]: Level;
}
const LEAF: Level = {};
const ROW: Level = { 6: LEAF };
const DEVICE: Level = { 10: LEAF, 15: LEAF, 16: { 2: ROW }, 17: ROW };
const REPORT: Level = { 6: { 1: LEAF }, 7: DEVICE };
const ANSWER: Level = { 2: { 1: LEAF } };
const AGENT_MESSAGE: Level = { 1: { 3: LEAF, 8: LEAF }, 2: REPORT, 3: ANSWER, 4: LEAF, 5: LEAF };

const [VARINT, FIXED64, LENGTH_DELIMITED, FIXED32] = [0, 1, 2, 5];

const POD: Level = { 5: { 2: LEAF }, 6: LEAF, 7: LEAF, 8: LEAF };
const CONTROLLER_MESSAGE: Level = { 6: { 3: { 1: LEAF } }, 7: { 5: { 2: LEAF } }, 9: { 1: POD } };

/** @throws {InvalidValue} for a message that would become too much, or that is none */
export function assertDecodable(bytes: Uint8Array): void {
  walk(bytes, AGENT_MESSAGE);
}

/** The same for what an agent gets. @throws {InvalidValue} */
export function assertDecodableByAgent(bytes: Uint8Array): void {
  walk(bytes, CONTROLLER_MESSAGE);
}

function walk(bytes: Uint8Array, fields: Level): void {
  if (bytes.length > SMALL_BYTES) new Walk(bytes).level(fields, bytes.length);
}

class Walk {
  #at = 0;
  #nested = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Recursion is as deep as the table above, whatever arrives. */
  level(fields: Level, end: number): void {
    while (this.#at < end) {
      const tag = this.#varint();
      if (tag % 8 === LENGTH_DELIMITED) this.#nest(fields[Math.floor(tag / 8)], end);
      else this.#skip(tag % 8);
    }
  }

  #nest(inner: Level | undefined, end: number): void {
    const length = this.#varint();
    const innerEnd = this.#at + length;
    if (innerEnd > end) throw new InvalidValue('A message that ends before its parts.');
    if (inner !== undefined) {
      this.#nested += 1;
      if (this.#nested > MAX_NESTED)
        throw new InvalidValue(`A message of more than ${MAX_NESTED} parts; none that an agent makes is.`);
      if (inner !== LEAF) this.level(inner, innerEnd);
    }
    this.#at = innerEnd;
  }

  #skip(wireType: number): void {
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#at += 8;
    else if (wireType === FIXED32) this.#at += 4;
    else throw new InvalidValue(`A field of wire type ${wireType}, which protobuf 3 does not have.`);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = this.bytes[this.#at];
      if (byte === undefined) throw new InvalidValue('A message that ends inside a number.');
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new InvalidValue('A number without an end.');
  }
}
