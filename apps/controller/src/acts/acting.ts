/*
 * Whether anything may be acted on now: asked before every order. Pause and breaker are committed before they are said to
 * hold, and restrict at once even where they cannot be committed: stopping needs no disk.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { OpenBreaker } from '#contracts/cleanup';
import { ALONE, type Leadership } from '#contracts/leadership';
import type { ModeLevel, Pause } from '#contracts/mode';
import type { AgentVeto, OrderChannel } from '#contracts/order';
import type { StoredValue } from '#contracts/store';
import { agentLevel, heldBackBy, modeLevels, type ActingFacts } from './mode-levels.js';
import type { StoreWatch } from './store-watch.js';

/** As it is kept: open, or closed by a person at that time. */
export type KeptBreaker = OpenBreaker | { readonly resetAtMs: number };

export interface ActingOptions {
  readonly installation: ActingFacts['installation'];
  readonly pause: StoredValue<Pause>;
  readonly breaker: StoredValue<KeptBreaker>;
  readonly store: StoreWatch;
  /** Whether everything that was kept can be read: what cannot be may have been an act. Absent: it can. */
  readonly kept?: () => ComponentHealth;
  readonly queue: { health(): ComponentHealth };
  readonly orders: Pick<OrderChannel, 'veto'>;
  readonly clock: Clock;
  /** Absent: there are no replicas. */
  readonly leadership?: Leadership;
}

/** What a person or the breaker did, for the audit trail. */
export type ActingChange =
  | { readonly kind: 'Paused'; readonly pause: Pause }
  | { readonly kind: 'Resumed'; readonly pause: Pause; readonly by: string }
  | { readonly kind: 'BreakerOpened'; readonly breaker: OpenBreaker }
  | { readonly kind: 'BreakerReset'; readonly breaker: OpenBreaker; readonly by: string }
  /** Health of the queue, the store or an agent. */
  | { readonly kind: 'Circumstances'; readonly reason: string };

export class Acting {
  readonly #listeners: ((change: ActingChange) => void)[] = [];
  #pause: Pause | null = null;
  #breaker: OpenBreaker | null = null;
  #breakerResetAtMs = 0;
  /** As they were kept when they were looked at last. */
  #keptPause: Pause | null = null;
  #keptBreaker: KeptBreaker | null = null;
  #writing = 0;
  #resuming = 0;
  #last = '';

  constructor(private readonly options: ActingOptions) {
    this.#follow();
  }

  get pause(): Pause | null {
    this.#follow();
    return this.#pause;
  }

  get breaker(): OpenBreaker | null {
    this.#follow();
    return this.#breaker;
  }

  /** What was done before does not open it again; 0: nobody reset it, or by a clock that was ahead. */
  get breakerResetAtMs(): number {
    return this.#breakerResetAtMs > this.options.clock.nowMs() ? 0 : this.#breakerResetAtMs;
  }

  levels(): readonly ModeLevel[] {
    const { installation, store, queue, kept, leadership = ALONE } = this.options;
    const written = store.health();
    this.#follow();
    return modeLevels({
      installation,
      ...(leadership === ALONE
        ? {}
        : { leader: { isLeader: leadership.isLeader, name: leadership.leader?.identity ?? null } }),
      store: written.state === 'ok' && kept !== undefined ? kept() : written,
      queue: queue.health(),
      pause: this.#pause,
      breaker: this.#breaker,
    });
  }

  veto(node: string): AgentVeto | null {
    return this.options.orders.veto(node);
  }

  /** Null: orders may go to this node. */
  heldBack(node: string): ModeLevel | null {
    return heldBackBy([...this.levels(), agentLevel(this.veto(node))]);
  }

  onChange(callback: (change: ActingChange) => void): void {
    this.#listeners.push(callback);
  }

  /** Paused already: the first pause stands. @throws {StoreUnavailable} it holds all the same until this process ends */
  async stop(by: string, reason: string): Promise<Pause> {
    const { clock, pause: value, store } = this.options;
    // One that is being ended is as good as none: who pauses now is told that it holds.
    if (this.#pause !== null && this.#resuming === 0) return this.#pause;
    const pause: Pause = { by, reason, atMs: clock.nowMs() };
    this.#pause = pause;
    this.#tell({ kind: 'Paused', pause });
    await this.#write(() => store.write(() => value.set(pause)));
    return pause;
  }

  /** @throws {StoreUnavailable} nothing changed */
  async resume(by: string): Promise<void> {
    const was = this.#pause;
    if (was === null) return;
    this.#resuming += 1;
    try {
      await this.#write(() => this.options.store.write(() => this.options.pause.set(null)));
    } finally {
      this.#resuming -= 1;
    }
    // Paused again meanwhile, and written after this; or somebody else was faster.
    if (this.#pause !== was) return;
    this.#pause = null;
    this.#tell({ kind: 'Resumed', pause: was, by });
  }

  /** Open already: the first reason stands. @throws {StoreUnavailable} it is open all the same until this process ends */
  async openBreaker(reason: string): Promise<void> {
    if (this.#breaker !== null) return;
    const breaker: OpenBreaker = { openedAtMs: this.options.clock.nowMs(), reason };
    this.#breaker = breaker;
    this.#tell({ kind: 'BreakerOpened', breaker });
    await this.#write(() => this.options.store.write(() => this.options.breaker.set(breaker)));
  }

  /** @throws {StoreUnavailable} nothing changed */
  async resetBreaker(by: string): Promise<void> {
    const was = this.#breaker;
    if (was === null) return;
    const resetAtMs = this.options.clock.nowMs();
    await this.#write(() => this.options.store.write(() => this.options.breaker.set({ resetAtMs })));
    this.#breaker = null;
    this.#breakerResetAtMs = resetAtMs;
    this.#tell({ kind: 'BreakerReset', breaker: was, by });
  }

  /** Writes what holds: after an outage of the store, and as its probe. @throws {StoreUnavailable} */
  async persist(): Promise<void> {
    await this.#write(async () => {
      await this.options.pause.set(this.#pause);
      await this.options.breaker.set(this.#breaker ?? this.#lastReset());
    });
  }

  /** Something that restricts may have changed by itself: said once for each change. */
  look(): void {
    const reason = this.levels()
      .filter(({ mode }) => mode !== 'Enforce')
      .map(({ level, reason: why }) => `${level}: ${why}`)
      .join(' ');
    if (reason === this.#last) return;
    this.#last = reason;
    this.#tell({ kind: 'Circumstances', reason });
  }

  /** What somebody else wrote (another leader, a person) holds; what is being written here holds already. */
  #follow(): void {
    if (this.#writing > 0) return;
    const pause = this.options.pause.get();
    if (pause !== this.#keptPause) this.#followPause(pause);
    const breaker = this.options.breaker.get();
    if (breaker !== this.#keptBreaker) this.#followBreaker(breaker);
  }

  #followPause(kept: Pause | null): void {
    this.#keptPause = kept;
    const was = this.#pause;
    if (isSame(was, kept)) return;
    this.#pause = kept;
    if (kept !== null) this.#tell({ kind: 'Paused', pause: kept });
    else if (was !== null) this.#tell({ kind: 'Resumed', pause: was, by: SOMEBODY });
  }

  #followBreaker(kept: KeptBreaker | null): void {
    this.#keptBreaker = kept;
    const was = this.#breaker;
    if (kept !== null && 'resetAtMs' in kept) this.#breakerResetAtMs = kept.resetAtMs;
    const open = kept === null || 'resetAtMs' in kept ? null : kept;
    if (isSame(was, open)) return;
    this.#breaker = open;
    if (open !== null) this.#tell({ kind: 'BreakerOpened', breaker: open });
    else if (was !== null) this.#tell({ kind: 'BreakerReset', breaker: was, by: SOMEBODY });
  }

  /** What fails is as if it were kept: it holds here, and is tried again. */
  async #write(write: () => Promise<unknown>): Promise<void> {
    this.#writing += 1;
    try {
      await write();
    } finally {
      this.#writing -= 1;
      this.#keptPause = this.options.pause.get();
      this.#keptBreaker = this.options.breaker.get();
    }
  }

  #lastReset(): KeptBreaker | null {
    return this.#breakerResetAtMs === 0 ? null : { resetAtMs: this.#breakerResetAtMs };
  }

  #tell(change: ActingChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Whoever may write the value: who that was, the value does not say. */
const SOMEBODY = 'whoever may write it';

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
