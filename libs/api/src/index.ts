/*
 * The custom resources: types generated from the CRDs, defaulting, validation, CEL.
 */
export type {
  CleanupStep,
  Condition,
  Detector,
  DetectorType,
  Evidence,
  LabelSelector,
  LadderStep,
  Measurement,
  MemoryCleanup,
  MemoryFinding,
  MemoryFindingStatus,
  MemoryPolicy,
  MemoryPolicySpec,
  MemoryPolicyStatus,
  ObjectMeta,
  PolicyAction,
  PolicyMode,
  PolicyRef,
  Quantity,
  StepState,
  StepType,
  Target,
} from './gen/types.js';
