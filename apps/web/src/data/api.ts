/*
 * Reading from the controller. Every wait has an end; what fails is a Problem in words, never a thrown error.
 */
import type { Block, SeriesRef } from '#contracts/series';
import type { Cleanup, Finding, ModeNow, Policy } from '../model/objects.js';
import { keyed } from '../model/policy.js';
import type { Problem } from './live.js';
import { cleanupFrom, continueFrom, findingFrom, itemsFrom, modeNowFrom } from './objects.js';
import { policyFrom } from './policies.js';
import {
  blocksFrom,
  isObject,
  ledgerFrom,
  nodesFrom,
  objects,
  seriesFrom,
  text,
  type Json,
  type PageLedger,
  type PageNode,
} from './wire.js';

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

const DEADLINE_MS = 10_000;
const BASE = '/api/v1';
const MOST_SERIES = 10_000;
const PAGE_LIMIT = 1_000;
/** Pages of a list: what is kept in a browser is bounded, and more is said to be there. */
const MOST_PAGES = { findings: 12, cleanups: 8, policies: 2 };

export interface Listed<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/** What a person asks for by hand. */
export interface CleanupRequest {
  readonly target: { readonly node: string; readonly holder: string };
  readonly ladder: readonly object[];
  readonly reason?: string;
}

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

  async findings(node: string | null): Promise<Answer<Listed<Finding>>> {
    return this.#list('findings', { state: 'all', ...(node === null ? {} : { node }) }, findingFrom);
  }

  async finding(name: string): Promise<Answer<Finding | null>> {
    return this.#one(`/findings/${encodeURIComponent(name)}`, findingFrom);
  }

  async cleanups(node: string | null): Promise<Answer<Listed<Cleanup>>> {
    return this.#list('cleanups', { state: 'all', ...(node === null ? {} : { node }) }, cleanupFrom);
  }

  async cleanup(name: string): Promise<Answer<Cleanup | null>> {
    return this.#one(`/cleanups/${encodeURIComponent(name)}`, cleanupFrom);
  }

  async policies(): Promise<Answer<Listed<Policy>>> {
    const answer = await this.#list('policies', {}, policyFrom);
    return answer.ok ? { ok: true, value: { ...answer.value, items: keyed(answer.value.items) } } : answer;
  }

  async policy(name: string): Promise<Answer<Policy | null>> {
    return this.#one(`/policies/${encodeURIComponent(name)}`, policyFrom);
  }

  async mode(): Promise<Answer<ModeNow>> {
    const answer = await this.#read('/mode');
    if (!answer.ok) return answer;
    const mode = modeNowFrom(answer.value);
    return mode === null ? { ok: false, problem: NO_MODE } : { ok: true, value: mode };
  }

  /** POST. 422 comes back as a problem with what is wrong with each field. */
  async pause(reason: string): Promise<Answer<unknown>> {
    return this.#send('/pause', reason === '' ? {} : { reason });
  }

  async resume(): Promise<Answer<unknown>> {
    return this.#send('/resume', {});
  }

  async resetBreaker(): Promise<Answer<unknown>> {
    return this.#send('/breaker:reset', {});
  }

  async createCleanup(request: CleanupRequest): Promise<Answer<Cleanup | null>> {
    return mapped(await this.#send('/cleanups', request), (value) =>
      isObject(value) ? cleanupFrom(value) : null,
    );
  }

  async cancelCleanup(name: string): Promise<Answer<unknown>> {
    return this.#send(`/cleanups/${encodeURIComponent(name)}/cancel`, {});
  }

  /** Page by page, and no more pages than are kept. */
  async #list<T>(
    kind: keyof typeof MOST_PAGES,
    filter: Readonly<Record<string, string>>,
    read: (item: Json) => T | null,
  ): Promise<Answer<Listed<T>>> {
    const items: T[] = [];
    let token: string | null = null;
    for (let page = 0; page < MOST_PAGES[kind]; page += 1) {
      const query = new URLSearchParams({ ...filter, limit: String(PAGE_LIMIT) });
      if (token !== null) query.set('continue', token);
      const answer: Answer<unknown> = await this.#read(`/${kind}?${query.toString()}`);
      if (!answer.ok) return answer;
      items.push(...itemsFrom(answer.value, read));
      token = continueFrom(answer.value);
      if (token === null) break;
    }
    return { ok: true, value: { items, hasMore: token !== null } };
  }

  /** Null: it is not there any more. */
  async #one<T>(path: string, read: (item: Json) => T | null): Promise<Answer<T | null>> {
    const answer = await this.#read(path);
    if (answer.ok) return { ok: true, value: isObject(answer.value) ? read(answer.value) : null };
    return answer.problem.status === 404 ? { ok: true, value: null } : answer;
  }

  async #read(path: string, signal?: AbortSignal): Promise<Answer<unknown>> {
    return this.#fetch(path, { headers: { accept: 'application/json' } }, signal);
  }

  async #send(path: string, body: object): Promise<Answer<unknown>> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    return this.#fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #fetch(path: string, init: RequestInit, signal?: AbortSignal): Promise<Answer<unknown>> {
    const signals = [
      this.#signal,
      AbortSignal.timeout(DEADLINE_MS),
      ...(signal === undefined ? [] : [signal]),
    ];
    try {
      const response = await fetch(BASE + path, {
        ...init,
        signal: AbortSignal.any(signals),
        credentials: 'same-origin',
      });
      return response.ok ? { ok: true, value: await bodyOf(response) } : await refused(response);
    } catch (error) {
      return { ok: false, problem: { status: 0, text: reason(error) } };
    }
  }
}

const NO_MODE: Problem = {
  status: 200,
  text: 'The answer is no mode. Page and controller may differ in version.',
};

/** An act may be answered without words. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
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
  const words = typeof said === 'string' ? said : `HTTP ${response.status} ${response.statusText}`.trim();
  const details = problemsFrom(isObject(body) ? body['problems'] : null);
  return {
    ok: false,
    problem: { status: response.status, text: words, ...(details.length > 0 ? { details } : {}) },
  };
}

const MOST_DETAILS = 20;

function problemsFrom(value: unknown): readonly string[] {
  return objects(value)
    .slice(0, MOST_DETAILS)
    .map((one) =>
      [text(one['path']) ?? '', text(one['message']) ?? ''].filter((word) => word !== '').join(': '),
    );
}

function reason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `The controller did not answer within ${DEADLINE_MS / 1000} s.`;
  if (error instanceof SyntaxError)
    return 'The answer is not JSON: something else stands between page and controller.';
  return 'The controller does not answer.';
}
