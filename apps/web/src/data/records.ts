/*
 * What the third question is answered from: findings, cleanups, policies and the mode, kept as the controller has them.
 * Notices say what to read again; nothing is guessed from a notice itself.
 */
import type { Surroundings } from '../config.js';
import type { Cleanup, Finding, ModeNow, Policy } from '../model/objects.js';
import type { Answer, Api } from './api.js';
import type { Heard } from './feed.js';
import { Shelf, type ShelfState } from './shelf.js';

/** The mode as an object with a name: there is one. */
export interface NamedMode extends ModeNow {
  readonly name: string;
}

export interface RecordsState {
  readonly findings: ShelfState<Finding>;
  readonly cleanups: ShelfState<Cleanup>;
  readonly policies: ShelfState<Policy>;
  readonly mode: ShelfState<NamedMode>;
}

export const MODE = 'mode';
/** Read again by itself this often: a notice may have been dropped on its way. */
const REFRESH_MS = 60_000;

export class Records {
  readonly findings: Shelf<Finding>;
  readonly cleanups: Shelf<Cleanup>;
  readonly policies: Shelf<Policy>;
  readonly mode: Shelf<NamedMode>;
  readonly #listeners = new Set<() => void>();
  #state: RecordsState;
  #node: string | null | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, surroundings: Surroundings) {
    const changed = (): void => this.#changed();
    this.findings = new Shelf<Finding>(
      { readAll: (node) => api.findings(node), readOne: (name) => api.finding(name), changed },
      surroundings,
    );
    this.cleanups = new Shelf<Cleanup>(
      { readAll: (node) => api.cleanups(node), readOne: (name) => api.cleanup(name), changed },
      surroundings,
    );
    this.policies = new Shelf<Policy>(
      {
        readAll: () => api.policies(),
        readOne: (name) => api.policy(name),
        keyOf: (policy) => policy.key,
        changed,
      },
      surroundings,
    );
    this.mode = new Shelf<NamedMode>(
      { readAll: () => modes(api), readOne: () => mode(api), changed },
      surroundings,
    );
    this.#state = this.#read();
    this.#refreshLater();
  }

  readonly state = (): RecordsState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Null: no node is known; what there is is shown of all. */
  showNode(node: string | null): void {
    if (node === this.#node) return;
    const isFirst = this.#node === undefined;
    this.#node = node;
    this.findings.showNode(node);
    this.cleanups.showNode(node);
    if (!isFirst) return;
    this.policies.wantNow();
    this.mode.wantNow();
  }

  readonly heard = ({ about, name, node }: Heard): void => {
    if (about === 'opened') this.readAll();
    // A file that was not accepted changes what stands beside it under the same name.
    if (about === 'policy') this.policies.want(null);
    if (about === 'mode' || about === 'node') this.mode.want(null);
    const isOurs = node === '' || this.#node === null || node === this.#node;
    if (about === 'finding' && isOurs) this.findings.want(name);
    if (about === 'cleanup' && isOurs) this.cleanups.want(name);
  };

  readAll(): void {
    // Before the first node is known there is nothing to read again.
    if (this.#node === undefined) return;
    for (const shelf of [this.findings, this.cleanups, this.policies, this.mode]) shelf.wantNow();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
    for (const shelf of [this.findings, this.cleanups, this.policies, this.mode]) shelf.stop();
  }

  #refreshLater(): void {
    this.#timer = setTimeout(() => {
      this.readAll();
      this.#refreshLater();
    }, REFRESH_MS);
  }

  #read(): RecordsState {
    return {
      findings: this.findings.state,
      cleanups: this.cleanups.state,
      policies: this.policies.state,
      mode: this.mode.state,
    };
  }

  #changed(): void {
    this.#state = this.#read();
    for (const listener of this.#listeners) listener();
  }
}

async function mode(api: Api): Promise<Answer<NamedMode>> {
  const answer = await api.mode();
  return answer.ok ? { ok: true, value: { ...answer.value, name: MODE } } : answer;
}

async function modes(api: Api): Promise<Answer<{ items: readonly NamedMode[]; hasMore: boolean }>> {
  const answer = await mode(api);
  return answer.ok ? { ok: true, value: { items: [answer.value], hasMore: false } } : answer;
}
