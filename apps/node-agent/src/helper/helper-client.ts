/*
 * Asks memwarden-helper, the program beside the agent that has the capabilities which the agent has not. One question, one
 * connection, one deadline: the kernel may keep the helper waiting for a process, and then only this question waits.
 */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { NotFound, Stalled, Unavailable } from '#contracts/errors';
import type { ProcessTarget, RefusalReason } from '#contracts/order';
import type { Inspection, Inspector } from '../orders/process-files.js';
import { NotPermitted, Vetoed } from '../orders/process-handle.js';
import {
  inspectionOf,
  MOST_ANSWER_BYTES,
  readAnswer,
  requestBytes,
  type HelperAnswer,
  type HelperOperation,
} from './helper-wire.js';

const LIMIT_MS = 1_000;

/** enum mw_status of native/include/memwarden.h. */
const OK = 0;
const NOT_FOUND = -4;
const DENIED = -5;
const REFUSED = -13;

/** What it says when it does not send. */
const REASONS: readonly RefusalReason[] = [
  'NoHandler',
  'NotAllowedHere',
  'RateLimited',
  'StopFile',
  'SystemService',
  'Unsupported',
];

export class HelperClient implements Inspector {
  constructor(
    private readonly socket: string,
    private readonly limitMs = LIMIT_MS,
  ) {}

  /** @throws {NotFound | NotPermitted | Unavailable | Stalled} */
  async inspect(process: ProcessTarget): Promise<Inspection> {
    return inspectionOf(this.#read(process, await this.#ask('Inspect', process)));
  }

  /** The text of /proc/PID/smaps_rollup. @throws as inspect() */
  async rollup(process: ProcessTarget): Promise<string> {
    const { records } = this.#read(process, await this.#ask('Rollup', process));
    return records.find(({ kind }) => kind === 'R')?.value ?? '';
  }

  /**
   * Resolves when it was sent. @throws {NotFound | NotPermitted | Vetoed} nothing was sent;
   * {Unavailable} the helper was not reached; {Stalled} nobody knows whether it was sent
   */
  async signal(process: ProcessTarget, signal: number): Promise<void> {
    this.#read(process, await this.#ask('Signal', process, signal));
  }

  #read({ pid }: ProcessTarget, answer: HelperAnswer): HelperAnswer {
    switch (answer.status) {
      case OK:
        return answer;
      case NOT_FOUND:
        throw new NotFound(`Process ${pid} is gone.`);
      case DENIED:
        throw new NotPermitted(
          `memwarden-helper may not look at process ${pid}: it needs CAP_SYS_PTRACE and CAP_KILL, as the entrypoint of its container.`,
        );
      case REFUSED:
        throw vetoed(answer);
      default:
        throw new Unavailable(
          `memwarden-helper could not answer for process ${pid} (status ${answer.status}).`,
        );
    }
  }

  async #ask(operation: HelperOperation, process: ProcessTarget, signal = 0): Promise<HelperAnswer> {
    const limit = AbortSignal.timeout(this.limitMs);
    const connection = createConnection({ path: this.socket, signal: limit });
    try {
      await this.#connected(connection, limit);
      connection.end(requestBytes(operation, process, signal));
      const answer = readAnswer(await received(connection));
      if (answer !== null) return answer;
    } catch (cause) {
      if (cause instanceof Unavailable) throw cause;
      throw new Stalled(`memwarden-helper did not answer for process ${process.pid}.`, { cause });
    } finally {
      connection.destroy();
    }
    throw new Stalled(`memwarden-helper ended while it was asked about process ${process.pid}.`);
  }

  async #connected(connection: ReturnType<typeof createConnection>, signal: AbortSignal): Promise<void> {
    try {
      await once(connection, 'connect', { signal });
    } catch (cause) {
      throw new Unavailable(
        `memwarden-helper does not listen at ${this.socket}: see the log of the helper's container.`,
        { cause },
      );
    }
  }
}

function vetoed({ records }: HelperAnswer): Vetoed {
  const said = records.find(({ kind }) => kind === 'D')?.value;
  const reason = REASONS.find((each) => each === said) ?? 'NotAllowedHere';
  return new Vetoed(reason, 'memwarden-helper did not send it: its own checks said no.');
}

async function received(connection: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of connection) {
    pieces.push(piece);
    total += piece.length;
    if (total > MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces);
}
