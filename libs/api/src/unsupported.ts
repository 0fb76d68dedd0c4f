/*
 * What the schema knows and this version cannot do. A policy that asks for it is answered, never ignored in silence.
 */
import type { Problem } from '#contracts/store';
import type { DetectorType, LadderStep, MemoryPolicy, PolicyMatch, StepType } from './gen/types.js';

const DETECTORS: readonly DetectorType[] = ['Pressure'];
const DEVICES: readonly string[] = ['Host'];
const STEPS: readonly StepType[] = ['Notify'];

/** Empty: this version can do all of it. Else the policy is Accepted=False, reason Unsupported. */
export function unsupportedIn({ spec }: MemoryPolicy): readonly Problem[] {
  const devices = unsupportedDevices(spec.match.devices ?? {});
  const detectors = spec.detectors.flatMap(({ type }, i) =>
    DETECTORS.includes(type)
      ? []
      : [{ path: `spec.detectors[${i}].type`, message: sentence('detector', type, DETECTORS) }],
  );
  const steps = spec.actions.flatMap(({ ladder }, i) =>
    unsupportedSteps(ladder, `spec.actions[${i}].ladder`),
  );
  return [...devices, ...detectors, ...steps];
}

function unsupportedDevices({
  types = [],
  sharing,
}: NonNullable<PolicyMatch['devices']>): readonly Problem[] {
  const path = 'spec.match.devices';
  const gpu = types.flatMap((type, i) =>
    DEVICES.includes(type)
      ? []
      : [{ path: `${path}.types[${i}]`, message: sentence('device', type, DEVICES) }],
  );
  if (sharing === undefined) return gpu;
  const message = 'is about GPUs, which this version does not measure: remove it, or run a version that does';
  return [...gpu, { path: `${path}.sharing`, message }];
}

/** The same for a ladder alone, of a cleanup that a person asks for. */
export function unsupportedSteps(ladder: readonly LadderStep[], path: string): readonly Problem[] {
  return ladder.flatMap(({ type }, i) =>
    STEPS.includes(type) ? [] : [{ path: `${path}[${i}].type`, message: sentence('step', type, STEPS) }],
  );
}

function sentence(what: string, type: string, known: readonly string[]): string {
  return `this version has no ${what} ${type}, only ${known.join(', ')}: remove the ${what}, or run a version that has it`;
}
