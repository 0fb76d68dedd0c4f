/*
 * Small changes of a cleanup's object, and its times as numbers.
 */
import type { CleanupStep, MemoryCleanup } from '#api';
import type { CleanupFacts, Move, WaitReason } from './move.js';

export function withStep(cleanup: MemoryCleanup, step: CleanupStep): MemoryCleanup {
  const steps = cleanup.status.steps.map((old) => (old.index === step.index ? step : old));
  return { ...cleanup, status: { ...cleanup.status, steps } };
}

export function deadlineMs({ spec }: MemoryCleanup): number {
  return Date.parse(spec.deadline);
}

export function isOverdue(cleanup: MemoryCleanup, { nowMs }: CleanupFacts): boolean {
  // A deadline that cannot be read is over.
  return !(nowMs < deadlineMs(cleanup));
}

export function waitFor(
  cleanup: MemoryCleanup,
  reason: WaitReason,
  message: string,
  untilMs = Infinity,
): Move {
  return { kind: 'Wait', reason, message, untilMs: Math.min(untilMs, deadlineMs(cleanup)) };
}
