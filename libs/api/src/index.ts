/*
 * The custom resources: types generated from the CRDs, defaulting, validation, CEL.
 */
export {
  conditionOf,
  isConditionTrue,
  rfc3339,
  withCondition,
  type ObservedCondition,
} from './conditions.js';
export { cleanupName, findingName, orderId, orderParts, targetKey, type OrderParts } from './names.js';
export { parseQuantity } from './quantity.js';
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
