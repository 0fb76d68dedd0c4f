/*
 * The controller's REST interface, as much as the command asks for (docs/reference/rest.md). Every wait has a deadline.
 */
import { InvalidValue, MemwardenError, NotFound, Stalled, Unavailable } from '#contracts/errors';
import type { DeviceLedger } from '#contracts/ledger';
import type { Target } from './target.js';

/** GET /api/v1/nodes/{node}/ledger */
export interface LedgerAnswer {
  readonly node: string;
  readonly takenAt: string;
  readonly devices: readonly DeviceLedger[];
}

/** GET /api/v1/nodes */
export interface NodeAnswer {
  readonly node: string;
  readonly lastSeen: string;
  readonly connected?: boolean;
  readonly agent: {
    readonly version: string;
    readonly rssBytes: number;
    readonly cpuPercent: number;
    readonly sampleMs: number;
  };
}

/** The controller answers, and will not answer this asker: nothing that time heals. */
export class WrongToken extends MemwardenError {
  override readonly code = 'WrongToken';
}

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

  async #fetch(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { api, token } = this.#target;
    if (token !== undefined && !/^[!-~]+$/u.test(token))
      throw new InvalidValue('--token: a token has printable ASCII characters only, and no space.');
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${api}${path}`, {
      headers: { ...headers, ...authorization },
      signal,
    }).catch((error: unknown) => {
      throw unreachable(api, error);
    });
    if (response.ok) return response;
    throw await refusal(response);
  }
}

function unreachable(api: string, error: unknown): MemwardenError {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError')
    return new Stalled(`${api} did not answer in ${TIMEOUT_MS / 1000} s.`, { cause: error });
  const { code, message = name } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return new Unavailable(`${api} cannot be reached (${code ?? message}). Is it running?`, { cause: error });
}

/** RFC 9457 problem details, or whatever else answered. */
async function refusal(response: Response): Promise<MemwardenError> {
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  const said = problem.detail ?? problem.title ?? response.statusText;
  if (response.status === 401)
    return new WrongToken(
      'The controller does not know this token. Give the right one: --token TOKEN, or none for the local mode that runs.',
    );
  if (response.status === 404) return new NotFound(said);
  return new Unavailable(`The controller refused (${response.status}): ${said}`);
}
