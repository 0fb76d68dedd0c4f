/*
 * What may be done at most, and who says so. Pure: one level per thing that can restrict, each with its reason, so that
 * whoever asks why nothing happens reads one answer.
 */
import { sentence } from '#policy';
import type { ComponentHealth } from '#contracts/agent';
import type { OpenBreaker } from '#contracts/cleanup';
import { leastMode, type Mode, type ModeLevel, type Pause } from '#contracts/mode';
import type { AgentVeto } from '#contracts/order';

export interface ActingFacts {
  /** The installation's own limit; and why, when it is not Enforce. */
  readonly installation: { readonly mode: Mode; readonly reason: string };
  readonly store: ComponentHealth;
  readonly queue: ComponentHealth;
  readonly pause: Pause | null;
  readonly breaker: OpenBreaker | null;
  /** Absent: there are no replicas. */
  readonly leader?: { readonly isLeader: boolean; readonly name: string | null };
}

/** Nothing is touched. */
const HELD_BACK: Mode = 'Observe';

/** Of all nodes. The order is that of the answer: what a person did first, then what is broken. */
export function modeLevels(facts: ActingFacts): readonly ModeLevel[] {
  const { installation, pause, breaker, store, queue, leader } = facts;
  return [
    { level: 'installation', ...installation },
    ...(leader === undefined ? [] : [ofLeader(leader)]),
    pause === null
      ? { level: 'pause', mode: 'Enforce', reason: 'Not paused.' }
      : { level: 'pause', mode: HELD_BACK, reason: pausedBy(pause) },
    breaker === null
      ? { level: 'breaker', mode: 'Enforce', reason: 'Closed.' }
      : { level: 'breaker', mode: HELD_BACK, reason: sentence(`Open: ${breaker.reason}`) },
    ofPart('store', store),
    ofPart('queue', queue),
  ];
}

/** Of one node: its agent has a voice of its own. */
export function agentLevel(veto: AgentVeto | null): ModeLevel {
  if (veto === null)
    return { level: 'agent', mode: HELD_BACK, reason: 'Not connected: no order reaches this node.' };
  if (veto.journalId === null)
    return { level: 'agent', mode: leastMode([HELD_BACK, veto.mode]), reason: veto.reason };
  return { level: 'agent', mode: veto.mode, reason: veto.reason };
}

/** Of all nodes together, which one alone may lift; null: some node would act, or none is known. */
export function agentsLevel(nodes: readonly Pick<ModeLevel, 'mode' | 'reason'>[]): ModeLevel | null {
  const [first] = nodes;
  if (first === undefined || nodes.some(({ mode }) => mode === 'Enforce')) return null;
  const isDryRun = nodes.some(({ mode }) => mode === 'DryRun');
  const reason = nodes.length === 1 ? first.reason : `None of ${nodes.length} nodes would act.`;
  return { level: 'agent', mode: isDryRun ? 'DryRun' : HELD_BACK, reason };
}

export function effectiveMode(levels: readonly ModeLevel[]): Mode {
  return leastMode(levels.map(({ mode }) => mode));
}

/** The first level that holds acts back; null: acts are on. */
export function heldBackBy(levels: readonly ModeLevel[]): ModeLevel | null {
  return levels.find(({ mode }) => mode !== 'Enforce') ?? null;
}

function ofLeader({ isLeader, name }: NonNullable<ActingFacts['leader']>): ModeLevel {
  if (isLeader) return { level: 'leader', mode: 'Enforce', reason: 'This replica leads.' };
  const who = name === null ? 'No replica is known to lead.' : `Replica ${name} leads.`;
  return { level: 'leader', mode: HELD_BACK, reason: `${who} This one decides and acts on nothing.` };
}

function pausedBy({ by, reason }: Pause): string {
  const why = reason === '' ? '' : `: ${reason.replace(/[.\s]+$/, '')}`;
  return `Paused by ${by}${why}. Resume with POST /api/v1/resume or "memwarden resume".`;
}

function ofPart(level: 'store' | 'queue', health: ComponentHealth): ModeLevel {
  if (health.state === 'ok') return { level, mode: 'Enforce', reason: 'Well.' };
  return { level, mode: HELD_BACK, reason: health.reason ?? `${health.component} is ${health.state}.` };
}
