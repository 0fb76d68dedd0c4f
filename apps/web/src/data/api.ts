/*
 * Reading from the controller. Every wait has an end; what fails is a Problem in words, never a thrown error.
 */
import type { Block, SeriesRef } from '#contracts/series';
import type { Problem } from './live.js';
import {
  blocksFrom,
  isObject,
  ledgerFrom,
  nodesFrom,
  seriesFrom,
  type PageLedger,
  type PageNode,
} from './wire.js';

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

const DEADLINE_MS = 10_000;
const BASE = '/api/v1';
const MOST_SERIES = 10_000;

export class Api {
  readonly #signal: AbortSignal;

  /** `signal` ends every read that is under way. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async nodes(): Promise<Answer<readonly PageNode[]>> {
    return mapped(await this.#read('/nodes'), nodesFrom);
  }

  async ledger(node: string): Promise<Answer<PageLedger>> {
    const answer = await this.#read(`/nodes/${encodeURIComponent(node)}/ledger`);
    if (!answer.ok) return answer;
    const ledger = ledgerFrom(answer.value);
    return ledger === null ? { ok: false, problem: NO_LEDGER } : { ok: true, value: ledger };
  }

  /** The ledger with, for each number, where it is from. Larger: only for a person who asks. */
  async explained(node: string, signal: AbortSignal): Promise<Answer<PageLedger>> {
    const answer = await this.#read(`/nodes/${encodeURIComponent(node)}/ledger?explain=1`, signal);
    if (!answer.ok) return answer;
    const ledger = ledgerFrom(answer.value);
    return ledger === null ? { ok: false, problem: NO_LEDGER } : { ok: true, value: ledger };
  }

  async series(
    of: { node: string; device: string; holder: string | null },
    signal: AbortSignal,
  ): Promise<Answer<readonly SeriesRef[]>> {
    const query = new URLSearchParams({ node: of.node, device: of.device });
    // The device's own series stand among those of all its rows.
    if (of.holder === null) query.set('limit', String(MOST_SERIES));
    else query.set('holder', of.holder);
    return mapped(await this.#read(`/series?${query.toString()}`, signal), seriesFrom);
  }

  async history(
    of: { series: string; node: string; fromMs: number; toMs: number },
    signal: AbortSignal,
  ): Promise<Answer<readonly Block[]>> {
    const query = new URLSearchParams({
      node: of.node,
      from: new Date(of.fromMs).toISOString(),
      to: new Date(of.toMs).toISOString(),
    });
    const path = `/series/${encodeURIComponent(of.series)}?${query.toString()}`;
    return mapped(await this.#read(path, signal), blocksFrom);
  }

  async #read(path: string, signal?: AbortSignal): Promise<Answer<unknown>> {
    const signals = [
      this.#signal,
      AbortSignal.timeout(DEADLINE_MS),
      ...(signal === undefined ? [] : [signal]),
    ];
    try {
      const response = await fetch(BASE + path, {
        signal: AbortSignal.any(signals),
        headers: { accept: 'application/json' },
        credentials: 'same-origin',
      });
      return response.ok ? { ok: true, value: await response.json() } : await refused(response);
    } catch (error) {
      return { ok: false, problem: { status: 0, text: reason(error) } };
    }
  }
}

const NO_LEDGER: Problem = {
  status: 200,
  text: 'The answer is no ledger. Page and controller may differ in version.',
};

function mapped<T>(answer: Answer<unknown>, map: (value: unknown) => T): Answer<T> {
  return answer.ok ? { ok: true, value: map(answer.value) } : answer;
}

/** RFC 9457: `detail` is what a person should read. */
async function refused(response: Response): Promise<Answer<never>> {
  const body: unknown = await response.json().catch(() => null);
  const said = isObject(body) ? (body['detail'] ?? body['title']) : null;
  const text = typeof said === 'string' ? said : `HTTP ${response.status} ${response.statusText}`.trim();
  return { ok: false, problem: { status: response.status, text } };
}

function reason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `The controller did not answer within ${DEADLINE_MS / 1000} s.`;
  if (error instanceof SyntaxError)
    return 'The answer is not JSON: something else stands between page and controller.';
  return 'The controller does not answer.';
}
