/*
 * Metrics of the cleanup loop. Labels are words of this program alone: states, reasons, outcomes; never a name of anything.
 */
import type { MemoryCleanup } from '#api';
import type { CleanupOutcome } from '#contracts/cleanup';
import type { Move } from '#policy';
import type { CounterHandle, Sample, Telemetry } from '#telemetry';
import type { ActsAssembly } from '../cleanup/acts-assembly.js';
import type { CleanupLoop, LoopMeasures } from '../cleanup/cleanup-loop.js';

const SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];

/** Bound to instruments once there are some; until then nothing has happened. */
export class ActsTelemetry implements LoopMeasures {
  #record: LoopMeasures | null = null;

  decided(kind: string, reason: string): void {
    this.#record?.decided(kind, reason);
  }

  moved(move: Move, cleanup: MemoryCleanup): void {
    this.#record?.moved(move, cleanup);
  }

  bind(telemetry: Telemetry, acts: ActsAssembly, nowMs: () => number): void {
    this.#record = instruments(telemetry, nowMs);
    // Where nothing is decided there is nothing to tell: the leader's numbers are the cluster's.
    const told = (samples: (loop: CleanupLoop) => readonly Sample[]) => (): readonly Sample[] =>
      acts.term === null ? [] : samples(acts.term.loop);
    const findings = { description: 'Findings that are kept, by state', unit: '{finding}' };
    telemetry.gauge('memwarden.findings', findings, told(findingsByState));
    const open = { description: 'Cleanups that are not completed', unit: '{cleanup}' };
    telemetry.gauge(
      'memwarden.cleanups.open',
      open,
      told((loop) => [{ value: loop.cleanupIndex.openCount }]),
    );
    const unqueued = { description: 'Open cleanups that are not known to be queued', unit: '{cleanup}' };
    telemetry.gauge(
      'memwarden.cleanups.unqueued',
      unqueued,
      told((loop) => [{ value: loop.feed.waiting }]),
    );
    const skipped = {
      description: 'Reports replaced by a newer one before they were looked at',
      unit: '{report}',
    };
    telemetry.total(
      'memwarden.reports.skipped',
      skipped,
      told((loop) => [{ value: loop.skippedReports }]),
    );
    const allowed = { description: '1: acts are on, as far as this level says', unit: '1' };
    telemetry.gauge('memwarden.acts.allowed', allowed, () =>
      acts.acting.levels().map(({ level, mode }) => ({
        value: mode === 'Enforce' ? 1 : 0,
        attributes: { 'memwarden.level': level },
      })),
    );
  }
}

function findingsByState({ findingIndex }: CleanupLoop): readonly Sample[] {
  return Object.entries(findingIndex.counts).map(([state, value]) => ({
    value,
    attributes: { 'memwarden.finding.state': state.toLowerCase() },
  }));
}

function instruments(telemetry: Telemetry, nowMs: () => number): LoopMeasures {
  const decisions = telemetry.counter('memwarden.decisions', {
    description: 'Decisions about confirmed findings, by the rule that decided',
    unit: '{decision}',
  });
  const duration = telemetry.histogram('memwarden.cleanup.duration_seconds', {
    description: 'From the creation of a cleanup to its end',
    unit: 's',
    boundaries: SECONDS,
  });
  const asked = bytesCounter(telemetry, 'asked', 'What targets held when they were asked');
  const freed = bytesCounter(telemetry, 'freed', 'What was measured to be given back');
  const outcomes = telemetry.counter('memwarden.cleanup.steps', {
    description: 'Orders and steps of cleanups that came to an end, by outcome',
    unit: '{step}',
  });
  return {
    decided: (kind, reason) => {
      decisions.add(1, { 'memwarden.decision': kind.toLowerCase(), 'memwarden.reason': reason });
    },
    moved: (move, { metadata }) => {
      const outcome = outcomeOf(move);
      if (outcome !== null) outcomes.add(1, { 'memwarden.cleanup.outcome': outcome.toLowerCase() });
      if (move.kind === 'Issue') asked.add(askedBytes(move.next));
      if (move.kind === 'Verify') freed.add(freedBytes(move));
      if (move.kind === 'Close')
        duration.record(Math.max(0, nowMs() - Date.parse(metadata.creationTimestamp ?? '')) / 1000, {
          'memwarden.cleanup.reason': move.reason,
        });
    },
  };
}

function bytesCounter(telemetry: Telemetry, what: 'asked' | 'freed', description: string): CounterHandle {
  return telemetry.counter(`memwarden.cleanup.${what}_bytes`, { description, unit: 'By' });
}

/** Null: the move ends no step. */
function outcomeOf(move: Move): CleanupOutcome | null {
  switch (move.kind) {
    case 'Verify':
      return move.outcome;
    case 'RefuseStep':
      return 'Refused';
    case 'GiveUp':
      return 'Unknown';
    case 'CommitAnswer': {
      const state = move.next.status.steps[move.step]?.state;
      if (state === 'Unknown') return 'Unknown';
      // Pending: refused for now, and tried again as another order.
      return state === 'Executed' ? null : 'Refused';
    }
    case 'Issue':
    case 'SendAgain':
    case 'Acknowledge':
    case 'Close':
    case 'Wait':
    case 'Done':
      return null;
  }
}

function freedBytes({ beforeBytes, afterBytes }: Move & { readonly kind: 'Verify' }): number {
  return beforeBytes === null || afterBytes === null ? 0 : Math.max(0, beforeBytes - afterBytes);
}

function askedBytes({ status }: MemoryCleanup): number {
  return status.steps.findLast(({ state }) => state === 'Issued')?.before?.bytes ?? 0;
}
