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
export type {
  CleanupStep,
  Condition,
  Detector,
  DetectorType,
  Evidence,
  FindingDecision,
  LabelRequirement,
  LabelSelector,
  LadderStep,
  Measurement,
  MemoryCleanup,
  MemoryCleanupSpec,
  MemoryCleanupStatus,
  MemoryFinding,
  MemoryFindingSpec,
  MemoryFindingStatus,
  MemoryPolicy,
  MemoryPolicySpec,
  MemoryPolicyStatus,
  MemoryQuality,
  NodeMemory,
  NodeMemoryAgent,
  NodeMemoryDevice,
  NodeMemoryHolder,
  NodeMemoryStatus,
  NotifySignal,
  ObjectMeta,
  OwnerReference,
  PolicyAction,
  PolicyLimits,
  PolicyMatch,
  PolicyMode,
  PolicyProtection,
  PolicyRef,
  PolicyWindow,
  Quantity,
  QueuePriority,
  StepOutcome,
  StepState,
  StepType,
  Target,
} from './gen/types.js';
export { cleanupName, findingName, orderId, orderParts, targetKey, type OrderParts } from './names.js';
export { parsePolicyFile, type FiledPolicy, type PolicyFile, type PolicyRejection } from './policy-file.js';
export { parseQuantity } from './quantity.js';
export { unsupportedIn, unsupportedSteps, type Place } from './unsupported.js';
export {
  API_VERSION,
  defaulted,
  validateCleanup,
  validateCleanupRequest,
  validateFinding,
  validateNodeMemory,
  validatePolicy,
  validateTransition,
  type CleanupRequest,
  type MemwardenObject,
  type Validated,
} from './validation.js';
export { windowsAt, type WindowState } from './windows.js';
export {
  parseYaml,
  type LocatedProblem,
  type TextPosition,
  type YamlDocument,
  type YamlLimits,
  type YamlText,
} from './yaml-text.js';
