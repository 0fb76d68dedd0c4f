/*
 * Decisions about policies, findings and cleanups: pure functions, no clock, no I/O. README.md has the invariants.
 */
export { draftByHand, draftCleanup } from './draft.js';
export type { ByHandDraft, DraftInput } from './draft.js';
export { measure, verdictOf } from './measure.js';
export { nextMove } from './next-move.js';
export { compilePolicies } from './compile.js';
export type { CompiledPolicies } from './compile.js';
export { breakerAfter } from './breaker.js';
export { decide, decideByHand } from './decide.js';
export { placeOf } from './place.js';
export { podOfRow, type RowPod } from './row-pod.js';
export { targetOf } from './finding-identity.js';
export { ownerOf } from './protection.js';
export { standing } from './standing.js';
export type { Forbidden, Standing } from './standing.js';
export { opensAt } from './windows.js';
export { overlaps } from './target.js';
export { speaking } from './speaking.js';
export { sentence } from './words.js';
export type {
  ByHandInput,
  CleanupDecision,
  DecisionInput,
  DecisionReason,
  Limits,
  Owner,
  Plan,
} from './decision.js';
export { evaluateNode } from './evaluate.js';
export type { EvaluateInput, Evaluation } from './evaluate.js';
export { MAX_TRACKED, memoryFrom } from './node-memory.js';
export type { NodeMemory } from './node-memory.js';
export type {
  FindingChange,
  FindingIdentity,
  FindingQuality,
  Observation,
  RuledTargets,
  StoredFinding,
} from './finding-change.js';
export { NO_OWNERS, podKey } from './labels.js';
export type { Labels, NamespaceFacts, OwnerFacts, PodFacts } from './labels.js';
export type { CleanupFacts, ClusterOrder, CompletedReason, Move, OutgoingOrder, WaitReason } from './move.js';
export { pressureLevel, raisedPriority } from './pressure-level.js';
export type { PressureLevel } from './pressure-level.js';
export { effectiveMode, lastDay } from './status.js';
export type { EffectiveMode, LastDay } from './status.js';
