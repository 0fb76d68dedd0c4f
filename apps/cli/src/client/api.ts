/*
 * The controller's REST interface, as much as the command asks for (docs/reference/rest.md). Every wait has a deadline.
 */
import type { MemoryCleanup } from '#api';
import type { MemwardenError } from '#contracts/errors';
import { InvalidValue, NotFound, Stalled, Unavailable } from '#contracts/errors';
import type { Page, PageQuery } from '../backend/backend.js';
import { LastingRefusal, Refused } from '../backend/errors.js';
import type { AuditAnswer, CleanupBody, LedgerAnswer, ModeAnswer, NodeAnswer } from './answers.js';
import { printable } from '../text/escape.js';
import type { Target } from './target.js';

/** The controller answers, and will not answer this asker: nothing that time heals. */
export class WrongToken extends LastingRefusal {
  override readonly code = 'WrongToken';
}

/** Of which the controller has lists. */
export type Collection = 'findings' | 'cleanups' | 'policies';

const TIMEOUT_MS = 10_000;

export class ApiClient {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  nodes(): Promise<readonly NodeAnswer[]> {
    return this.#get('/nodes');
  }

  ledger(node: string): Promise<LedgerAnswer> {
    return this.#get(`/nodes/${encodeURIComponent(node)}/ledger`);
  }

  list<T>(collection: Collection, query: PageQuery): Promise<Page<T>> {
    return this.#get(`/${collection}${queryText(query)}`);
  }

  one<T>(collection: Collection, name: string): Promise<T> {
    return this.#get(`/${collection}/${encodeURIComponent(name)}`);
  }

  /** @throws {Refused} when this cannot be asked for */
  createCleanup(request: CleanupBody): Promise<MemoryCleanup> {
    return this.#post('/cleanups', request);
  }

  cancelCleanup(name: string): Promise<MemoryCleanup> {
    return this.#post(`/cleanups/${encodeURIComponent(name)}/cancel`, {});
  }

  audit(query: Pick<PageQuery, 'limit' | 'continue'>): Promise<AuditAnswer> {
    return this.#get(`/audit${queryText(query)}`);
  }

  mode(): Promise<ModeAnswer> {
    return this.#get('/mode');
  }

  pause(reason: string | undefined): Promise<ModeAnswer> {
    return this.#post('/pause', reason === undefined ? {} : { reason });
  }

  resume(): Promise<ModeAnswer> {
    return this.#post('/resume', {});
  }

  resetBreaker(): Promise<ModeAnswer> {
    return this.#post('/breaker:reset', {});
  }

  /** Yields the name of each server-sent event until the connection ends. @throws like every other call */
  async *events(signal: AbortSignal): AsyncGenerator<string> {
    const response = await this.#fetch('/events', { accept: 'text/event-stream' }, signal);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('event:')) yield line.slice('event:'.length).trim();
    }
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await this.#fetch(path, { accept: 'application/json' }, AbortSignal.timeout(TIMEOUT_MS));
    return (await response.json()) as Answer;
  }

  async #post<Answer>(path: string, body: object): Promise<Answer> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await this.#fetch(path, headers, signal, JSON.stringify(body));
    return (await response.json()) as Answer;
  }

  async #fetch(
    path: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    body?: string,
  ): Promise<Response> {
    const { api, token } = this.#target;
    if (token !== undefined && !/^[!-~]+$/u.test(token))
      throw new InvalidValue('--token: a token has printable ASCII characters only, and no space.');
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${api}${path}`, {
      headers: { ...headers, ...authorization },
      signal,
      ...(body === undefined ? {} : { method: 'POST', body }),
    }).catch((error: unknown) => {
      throw unreachable(api, error);
    });
    if (response.ok) return response;
    throw await refusal(response);
  }
}

/** What is undefined is left out. */
function queryText(query: PageQuery): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) text.set(name, String(value));
  return text.size === 0 ? '' : `?${text.toString()}`;
}

function unreachable(api: string, error: unknown): MemwardenError {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError')
    return new Stalled(`${api} did not answer in ${TIMEOUT_MS / 1000} s.`, { cause: error });
  const { code, message = name } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return new Unavailable(`${api} cannot be reached (${code ?? message}). Is it running?`, { cause: error });
}

/** RFC 9457 problem details, or whatever else answered. */
interface ProblemDetails {
  readonly title?: string;
  readonly detail?: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

async function refusal(response: Response): Promise<MemwardenError> {
  const problem = (await response.json().catch(() => ({}))) as ProblemDetails;
  const said = printable(problem.detail ?? problem.title ?? response.statusText);
  if (response.status === 401)
    return new WrongToken(
      'The controller does not know this token. Give the right one: --token TOKEN, or none for the local mode that runs.',
    );
  if (response.status === 404) return new NotFound(said);
  if (response.status < 500) return new Refused([said, ...problemLines(problem)].join('\n'));
  return new Unavailable(`The controller cannot do it now (${response.status}): ${said}`);
}

function problemLines({ problems = [] }: ProblemDetails): string[] {
  return problems.map(
    ({ path, message }) => `  ${path === '' ? '' : `${printable(path)}: `}${printable(message)}`,
  );
}
