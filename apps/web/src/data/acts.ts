/*
 * What a person may do from the page: each act is one request, and what it changed is read again at once.
 * Null: it was done. A problem: it was not, or nobody can say.
 */
import type { Api, CleanupRequest } from './api.js';
import type { Problem } from './live.js';
import type { Records } from './records.js';

export class Acts {
  readonly #api: Api;
  readonly #records: Records;

  constructor(api: Api, records: Records) {
    this.#api = api;
    this.#records = records;
  }

  async pause(reason: string): Promise<Problem | null> {
    const answer = await this.#api.pause(reason);
    this.#records.mode.want(null);
    return answer.ok ? null : answer.problem;
  }

  async resume(): Promise<Problem | null> {
    const answer = await this.#api.resume();
    this.#records.mode.want(null);
    return answer.ok ? null : answer.problem;
  }

  async resetBreaker(): Promise<Problem | null> {
    const answer = await this.#api.resetBreaker();
    this.#records.mode.want(null);
    return answer.ok ? null : answer.problem;
  }

  async cancel(name: string): Promise<Problem | null> {
    const answer = await this.#api.cancelCleanup(name);
    this.#records.cleanups.want(name);
    return answer.ok ? null : answer.problem;
  }

  /** The name of the cleanup that was made; it is in the time line by then. */
  async cleanUp(request: CleanupRequest): Promise<{ readonly name: string } | Problem> {
    const answer = await this.#api.createCleanup(request);
    if (!answer.ok) return answer.problem;
    if (answer.value === null) {
      this.#records.cleanups.want(null);
      return { name: '' };
    }
    this.#records.cleanups.put(answer.value);
    this.#records.cleanups.want(answer.value.name);
    return { name: answer.value.name };
  }
}
