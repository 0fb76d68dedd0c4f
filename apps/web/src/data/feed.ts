/*
 * The thin actor around `step`: does what it says and tells it what happened. It owns the event stream, the timer
 * of the next attempt and the reads under way, and lets go of all of them when it is stopped.
 */
import type { Surroundings } from '../config.js';
import type { Api } from './api.js';
import { BEFORE_START, step, type Effect, type LiveEvent, type LiveState } from './live.js';
import { isObject } from './wire.js';

/** What the event stream said: `name` null where it names nothing. */
export interface Heard {
  readonly about: 'opened' | 'node' | 'finding' | 'cleanup' | 'policy' | 'mode';
  readonly node: string;
  readonly name: string | null;
}

const TOLD_ON = ['finding', 'cleanup', 'policy', 'mode'] as const;

const QUIET_CHECK_MS = 5_000;

export class Feed {
  readonly #api: Api;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #hearers = new Set<(heard: Heard) => void>();
  #state: LiveState = BEFORE_START;
  #stream: EventSource | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(api: Api, surroundings: Surroundings) {
    this.#api = api;
    this.#surroundings = surroundings;
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Notices that are not about ledgers; "opened" when the stream is there (again). */
  readonly hear = (hearer: (heard: Heard) => void): (() => void) => {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  };

  start(node: string | null): void {
    this.#happened({ kind: 'started', nowMs: this.#now(), node });
    this.#watchQuiet();
  }

  want(node: string | null): void {
    if (node !== this.#state.wantedNode) this.#happened({ kind: 'nodeWanted', nowMs: this.#now(), node });
  }

  readonly retryNow = (): void => {
    clearTimeout(this.#retry);
    this.#happened({ kind: 'retryDue', nowMs: this.#now() });
  };

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#quiet);
    this.#stream?.close();
    this.#listeners.clear();
    this.#hearers.clear();
  }

  #now(): number {
    return this.#surroundings.nowMs();
  }

  #happened(event: LiveEvent): void {
    if (this.#stopped) return;
    const { state, effects } = step(this.#state, event);
    if (state !== this.#state) {
      this.#state = state;
      for (const listener of this.#listeners) listener();
    }
    for (const effect of effects) this.#act(effect);
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case 'openStream':
        this.#open();
        return;
      case 'closeStream':
        this.#stream?.close();
        return;
      case 'readNodes':
        return void this.#readNodes();
      case 'readLedger':
        return void this.#readLedger(effect.node);
      case 'retryAt':
        clearTimeout(this.#retry);
        this.#retry = setTimeout(this.retryNow, Math.max(0, effect.atMs - this.#now()));
    }
  }

  /** EventSource's own reconnection has neither back-off nor a countdown to show: it is closed at the first error. */
  #open(): void {
    this.#stream?.close();
    const stream = new EventSource('/api/v1/events');
    this.#stream = stream;
    const ifCurrent = (tell: () => void) => (): void => {
      if (stream === this.#stream) tell();
    };
    stream.onopen = ifCurrent(() => {
      this.#tell({ about: 'opened', node: '', name: null });
      this.#happened({ kind: 'streamOpened', nowMs: this.#now() });
    });
    stream.onerror = ifCurrent(() => {
      stream.close();
      this.#happened({ kind: 'streamFailed', nowMs: this.#now(), chance: this.#surroundings.chance() });
    });
    stream.addEventListener('ledger', (message) => this.#noticed('ledger', message));
    stream.addEventListener('node', (message) => this.#noticed('node', message));
    for (const about of TOLD_ON)
      stream.addEventListener(about, (message: MessageEvent<unknown>) =>
        this.#tell({
          about,
          node: noticed(message.data, 'node'),
          name: noticed(message.data, 'name') || null,
        }),
      );
  }

  #tell(heard: Heard): void {
    if (this.#stopped) return;
    for (const hearer of this.#hearers) hearer(heard);
  }

  #noticed(about: 'ledger' | 'node', message: MessageEvent<unknown>): void {
    const node = noticed(message.data, 'node');
    this.#happened({ kind: 'noticed', nowMs: this.#now(), about, node });
    if (about === 'node') this.#tell({ about, node, name: null });
  }

  async #readNodes(): Promise<void> {
    const answer = await this.#api.nodes();
    const nowMs = this.#now();
    if (answer.ok) this.#happened({ kind: 'nodesCame', nowMs, nodes: answer.value });
    else
      this.#happened({
        kind: 'nodesFailed',
        nowMs,
        chance: this.#surroundings.chance(),
        problem: answer.problem,
      });
  }

  async #readLedger(node: string): Promise<void> {
    const answer = await this.#api.ledger(node);
    const nowMs = this.#now();
    if (answer.ok) this.#happened({ kind: 'ledgerCame', nowMs, ledger: answer.value });
    else
      this.#happened({
        kind: 'ledgerFailed',
        nowMs,
        chance: this.#surroundings.chance(),
        node,
        problem: answer.problem,
      });
  }

  #watchQuiet(): void {
    this.#quiet = setTimeout(() => {
      this.#happened({ kind: 'quiet', nowMs: this.#now() });
      this.#watchQuiet();
    }, QUIET_CHECK_MS);
  }
}

function noticed(data: unknown, field: 'node' | 'name'): string {
  try {
    const notice: unknown = typeof data === 'string' ? JSON.parse(data) : null;
    const value = isObject(notice) ? notice[field] : null;
    return typeof value === 'string' ? value : '';
  } catch {
    // A notice that cannot be read is still a sign of life.
    return '';
  }
}
