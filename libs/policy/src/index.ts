/*
 * Decisions about policies, findings and cleanups: pure functions, no clock, no I/O. README.md has the invariants.
 */
export { draftByHand, draftCleanup, escalates, measure, nextMove, verdictOf } from './cleanup.js';
export type { ByHandDraft, DraftInput } from './cleanup.js';
export { compilePolicies } from './compile.js';
export type { CompiledPolicies } from './compile.js';
export { breakerAfter, decide, decideByHand, opensAt, ownerOf, standing, targetKey } from './decide.js';
export type { Standing } from './decide.js';
export type {
  ByHandInput,
  CleanupDecision,
  DecisionInput,
  DecisionReason,
  Limits,
  Owner,
  Plan,
} from './decision.js';
export { evaluateNode, memoryFrom } from './evaluate.js';
export type { EvaluateInput, Evaluation, NodeMemory } from './evaluate.js';
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
export type { CleanupFacts, CompletedReason, Move, OutgoingOrder, WaitReason } from './move.js';
export { effectiveMode, lastDay, pressureLevel, raisedPriority } from './status.js';
export type { LastDay, PressureLevel } from './status.js';
