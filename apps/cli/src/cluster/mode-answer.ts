/*
 * What may be done at most, from what the cluster keeps: the same answer as a controller's. Pure.
 */
import { conditionOf, type NodeMemory } from '#api';
import type { OpenBreaker } from '#contracts/cleanup';
import { leastMode, type Mode, type ModeLevel, type Pause } from '#contracts/mode';
import type { ModeAnswer } from '../client/answers.js';

export interface ModeFacts {
  /** Of the installation; null: nobody says. */
  readonly installation: Mode | null;
  readonly pause: Pause | null;
  readonly breaker: OpenBreaker | null;
  /** Null: this person may not read them. */
  readonly nodes: readonly NodeMemory[] | null;
}

const HELD_BACK: Mode = 'Observe';

export function modeAnswer({ installation, pause, breaker, nodes }: ModeFacts): ModeAnswer {
  const levels: ModeLevel[] = [
    ...(installation === null ? [] : [installationLevel(installation)]),
    pause === null
      ? { level: 'pause', mode: 'Enforce', reason: 'Not paused.' }
      : { level: 'pause', mode: HELD_BACK, reason: `Paused by ${pause.by}${because(pause.reason)}.` },
    breaker === null
      ? { level: 'breaker', mode: 'Enforce', reason: 'Closed.' }
      : { level: 'breaker', mode: HELD_BACK, reason: `Open${because(breaker.reason)}.` },
  ];
  const effective = leastMode(levels.map(({ mode }) => mode));
  return {
    effective,
    acts: effective === 'Enforce' ? 'On' : 'Off',
    levels,
    pause: pause === null ? null : { by: pause.by, at: rfc3339(pause.atMs), reason: pause.reason },
    breaker:
      breaker === null ? null : { open: true, reason: breaker.reason, since: rfc3339(breaker.openedAtMs) },
    nodes: (nodes ?? []).map(nodeMode),
  };
}

function installationLevel(mode: Mode): ModeLevel {
  const reason =
    mode === 'Enforce'
      ? 'The installation does not restrict.'
      : `controller.maxMode of the chart is ${mode}.`;
  return { level: 'installation', mode, reason };
}

function nodeMode({ metadata, status }: NodeMemory): ModeAnswer['nodes'][number] {
  const ready = conditionOf(status?.conditions, 'AgentReady');
  if (ready?.status !== 'True')
    return {
      node: metadata.name,
      mode: HELD_BACK,
      reason: ready?.message ?? 'Its agent has not reported yet.',
    };
  const mode = status?.effectiveMode ?? HELD_BACK;
  const reason = mode === 'Enforce' ? '' : 'The least of installation, node and its agent’s allow list.';
  return { node: metadata.name, mode, reason };
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason.replace(/[.\s]+$/u, '')}`;
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
