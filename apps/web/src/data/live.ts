/*
 * The page's live state as a pure machine: (state, event) → state and what to do next. It never waits, reads no clock
 * and draws no lots; the feed does that and says what happened.
 * Always holds: what was shown last stays shown until something newer came, whatever fails; at most one read of
 * the ledger is under way; while the link is lost a time for the next attempt is set.
 */
import type { PageLedger, PageNode } from './wire.js';

/** Why an answer did not come, for a person. `status` 0: nothing answered at all. */
export interface Problem {
  readonly status: number;
  readonly text: string;
  /** What is wrong with each field, where the controller says so. */
  readonly details?: readonly string[];
}

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly retryAtMs: number; readonly attempt: number };

export interface LiveState {
  readonly link: Link;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Failed reads in a row, while the link itself is well. */
  readonly failedReads: number;
  readonly lostSinceMs: number | null;
  /** When the controller last said anything. */
  readonly heardAtMs: number;
  readonly nodes: readonly PageNode[] | null;
  readonly nodesProblem: Problem | null;
  /** Null: no node is known. */
  readonly node: string | null;
  readonly wantedNode: string | null;
  readonly ledger: PageLedger | null;
  readonly ledgerProblem: Problem | null;
  /** Between the last two samples; null before there were two. */
  readonly intervalMs: number | null;
  readonly reading: 'idle' | 'underway' | 'again';
  readonly startedAtMs: number;
}

export type LiveEvent =
  | { readonly kind: 'started'; readonly nowMs: number; readonly node: string | null }
  | { readonly kind: 'nodeWanted'; readonly nowMs: number; readonly node: string | null }
  | { readonly kind: 'streamOpened'; readonly nowMs: number }
  | { readonly kind: 'streamFailed'; readonly nowMs: number; readonly chance: number }
  | {
      readonly kind: 'noticed';
      readonly nowMs: number;
      readonly about: 'ledger' | 'node';
      readonly node: string;
    }
  | { readonly kind: 'nodesCame'; readonly nowMs: number; readonly nodes: readonly PageNode[] }
  | {
      readonly kind: 'nodesFailed';
      readonly nowMs: number;
      readonly chance: number;
      readonly problem: Problem;
    }
  | { readonly kind: 'ledgerCame'; readonly nowMs: number; readonly ledger: PageLedger }
  | {
      readonly kind: 'ledgerFailed';
      readonly nowMs: number;
      readonly chance: number;
      readonly node: string;
      readonly problem: Problem;
    }
  | { readonly kind: 'retryDue'; readonly nowMs: number }
  | { readonly kind: 'quiet'; readonly nowMs: number };

export type Effect =
  | { readonly kind: 'openStream' }
  | { readonly kind: 'closeStream' }
  | { readonly kind: 'readNodes' }
  | { readonly kind: 'readLedger'; readonly node: string }
  | { readonly kind: 'retryAt'; readonly atMs: number };

export interface Step {
  readonly state: LiveState;
  readonly effects: readonly Effect[];
}

export const BEFORE_START: LiveState = {
  link: { kind: 'connecting' },
  failures: 0,
  failedReads: 0,
  lostSinceMs: null,
  heardAtMs: 0,
  nodes: null,
  nodesProblem: null,
  node: null,
  wantedNode: null,
  ledger: null,
  ledgerProblem: null,
  intervalMs: null,
  reading: 'idle',
  startedAtMs: 0,
};

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** A controller that says nothing for this long is asked whether it is there: a dead peer closes no connection. */
export const QUIET_MS = 20_000;

/** Doubles up to half a minute; the later half is drawn, so that a thousand pages do not come back at once. */
export function retryDelayMs(failures: number, chance: number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
}

export function step(state: LiveState, event: LiveEvent): Step {
  switch (event.kind) {
    case 'started':
      return start(state, event);
    case 'nodeWanted':
      return chooseNode({ ...state, wantedNode: event.node });
    case 'streamOpened':
      return { state: linked(state, event.nowMs), effects: [{ kind: 'readNodes' }, ...readLedger(state)] };
    case 'streamFailed':
      return lose(state, event);
    case 'noticed':
      return noticed({ ...state, heardAtMs: event.nowMs }, event);
    case 'nodesCame':
      return chooseNode({ ...state, heardAtMs: event.nowMs, nodes: event.nodes, nodesProblem: null });
    case 'nodesFailed':
      return nodesFailed(state, event);
    case 'ledgerCame':
      return ledgerCame({ ...state, heardAtMs: event.nowMs }, event.ledger);
    case 'ledgerFailed':
      return ledgerFailed(state, event);
    case 'retryDue':
      return state.link.kind === 'lost' ? connect(state) : readAgain(state);
    case 'quiet':
      return quiet(state, event.nowMs);
  }
}

function same(state: LiveState): Step {
  return { state, effects: [] };
}

function start(state: LiveState, event: { nowMs: number; node: string | null }): Step {
  const { nowMs, node } = event;
  return connect({ ...state, startedAtMs: nowMs, heardAtMs: nowMs, wantedNode: node });
}

function connect(state: LiveState): Step {
  return {
    state: { ...state, link: { kind: 'connecting' } },
    effects: [{ kind: 'openStream' }, { kind: 'readNodes' }],
  };
}

function linked(state: LiveState, nowMs: number): LiveState {
  return {
    ...state,
    link: { kind: 'live' },
    failures: 0,
    lostSinceMs: null,
    heardAtMs: nowMs,
    reading: state.node === null ? state.reading : afterRequest(state),
  };
}

function lose(state: LiveState, event: { nowMs: number; chance: number }): Step {
  if (state.link.kind === 'lost') return same(state);
  const sinceMs = state.lostSinceMs ?? event.nowMs;
  const retryAtMs = event.nowMs + retryDelayMs(state.failures, event.chance);
  const failures = state.failures + 1;
  return {
    state: {
      ...state,
      failures,
      lostSinceMs: sinceMs,
      reading: 'idle',
      link: { kind: 'lost', sinceMs, retryAtMs, attempt: failures },
    },
    effects: [{ kind: 'closeStream' }, { kind: 'retryAt', atMs: retryAtMs }],
  };
}

/** The node asked for, or else the first one: nodes come in a stable order. */
function chooseNode(state: LiveState): Step {
  const node = state.wantedNode ?? state.nodes?.[0]?.node ?? null;
  if (node === null) return same({ ...state, node, ledger: null, ledgerProblem: null });
  if (node === state.node && (state.ledger !== null || state.reading !== 'idle')) return same(state);
  const changed = node === state.node ? {} : { ledger: null, ledgerProblem: null, reading: 'idle' as const };
  const next = { ...state, ...changed, node };
  return { state: { ...next, reading: afterRequest(next) }, effects: readLedger(next) };
}

/** One read at a time: what is noticed meanwhile is read once, after it. */
function readLedger(state: LiveState): Effect[] {
  return state.node === null || state.reading !== 'idle' ? [] : [{ kind: 'readLedger', node: state.node }];
}

function afterRequest(state: LiveState): LiveState['reading'] {
  return state.reading === 'idle' ? 'underway' : 'again';
}

function noticed(state: LiveState, event: { about: 'ledger' | 'node'; node: string }): Step {
  if (event.about === 'node') return { state, effects: [{ kind: 'readNodes' }] };
  if (state.nodes?.some((node) => node.node === event.node) === false)
    return { state, effects: [{ kind: 'readNodes' }] };
  if (event.node !== state.node) return same(state);
  return { state: { ...state, reading: afterRequest(state) }, effects: readLedger(state) };
}

function nodesFailed(state: LiveState, event: { nowMs: number; chance: number; problem: Problem }): Step {
  const next = { ...state, nodesProblem: event.problem };
  return event.problem.status === 0 ? lose(next, event) : tryLater(next, event);
}

/** What failed is read again after a while, also when no notice comes. */
function tryLater(state: LiveState, event: { nowMs: number; chance: number }): Step {
  const atMs = event.nowMs + retryDelayMs(state.failedReads, event.chance);
  const effects: readonly Effect[] = state.link.kind === 'lost' ? [] : [{ kind: 'retryAt', atMs }];
  return { state: { ...state, failedReads: state.failedReads + 1 }, effects };
}

function readAgain(state: LiveState): Step {
  const nodes: readonly Effect[] = state.nodesProblem === null ? [] : [{ kind: 'readNodes' }];
  if (state.ledgerProblem === null || state.node === null) return { state, effects: nodes };
  return { state: { ...state, reading: afterRequest(state) }, effects: [...nodes, ...readLedger(state)] };
}

function ledgerCame(state: LiveState, ledger: PageLedger): Step {
  if (ledger.node !== '' && ledger.node !== state.node) return same(state);
  const again = state.reading === 'again' && state.node !== null;
  const intervalMs = intervalOf(state, ledger);
  return {
    state: {
      ...state,
      ledger,
      intervalMs,
      failedReads: 0,
      ledgerProblem: null,
      reading: again ? 'underway' : 'idle',
    },
    effects: again ? [{ kind: 'readLedger', node: state.node }] : [],
  };
}

function intervalOf(state: LiveState, ledger: PageLedger): number | null {
  const passed = ledger.takenAtMs - (state.ledger?.takenAtMs ?? NaN);
  return passed > 0 ? passed : state.intervalMs;
}

const LEAST_SILENCE_MS = 20_000;

/** Samples overdue: three of them missing, or the agent not connected. */
export function isSilent(state: LiveState, nowMs: number): boolean {
  if (state.ledger === null) return false;
  const patience = Math.max(LEAST_SILENCE_MS, 3 * (state.intervalMs ?? 0));
  const node = state.nodes?.find((one) => one.node === state.node);
  return node?.connected === false || nowMs - state.ledger.takenAtMs > patience;
}

/** What was shown stays; the next notice or the retry tries again. */
function ledgerFailed(state: LiveState, event: Extract<LiveEvent, { kind: 'ledgerFailed' }>): Step {
  if (event.node !== state.node) return same(state);
  return tryLater({ ...state, reading: 'idle', ledgerProblem: event.problem }, event);
}

function quiet(state: LiveState, nowMs: number): Step {
  if (state.link.kind !== 'live' || nowMs - state.heardAtMs < QUIET_MS) return same(state);
  const asked = { ...state, heardAtMs: nowMs };
  return {
    state: { ...asked, reading: state.node === null ? state.reading : afterRequest(state) },
    effects: [{ kind: 'readNodes' }, ...readLedger(state)],
  };
}
