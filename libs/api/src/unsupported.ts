/*
 * What the schema knows and this version cannot do here. A policy that asks for it is answered, never ignored in
 * silence. What is about pods can be done in a cluster only.
 */
import type { Problem } from '#contracts/store';
import type { DetectorType, LadderStep, MemoryPolicy, PolicyMatch, StepType } from './gen/types.js';

/** Where a policy is to rule: local mode, or a cluster. */
export type Place = 'Machine' | 'Cluster';

const DETECTORS: readonly DetectorType[] = ['Pressure'];
const DEVICES: readonly string[] = ['Host'];
const STEPS: Readonly<Record<Place, readonly StepType[]>> = {
  Machine: ['Notify'],
  Cluster: ['Notify', 'Taint', 'Evict'],
};

/** Empty: this version can do all of it there. Else the policy is Accepted=False, reason Unsupported. */
export function unsupportedIn({ spec }: MemoryPolicy, place: Place = 'Machine'): readonly Problem[] {
  const devices = unsupportedDevices(spec.match.devices ?? {});
  const detectors = spec.detectors.flatMap(({ type }, i) =>
    DETECTORS.includes(type)
      ? []
      : [{ path: `spec.detectors[${i}].type`, message: sentence('detector', type, DETECTORS) }],
  );
  const steps = spec.actions.flatMap(({ ladder }, i) =>
    unsupportedSteps(ladder, `spec.actions[${i}].ladder`, place),
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
export function unsupportedSteps(
  ladder: readonly LadderStep[],
  path: string,
  place: Place = 'Machine',
): readonly Problem[] {
  return ladder.flatMap(({ type }, i) =>
    STEPS[place].includes(type) ? [] : [{ path: `${path}[${i}].type`, message: stepSentence(type, place) }],
  );
}

function stepSentence(type: StepType, place: Place): string {
  const isForPods = place === 'Machine' && STEPS.Cluster.includes(type);
  if (!isForPods) return sentence('step', type, STEPS[place]);
  return `${type} is for pods, and there are none on this machine: use ${STEPS[place].join(', ')}, or apply it to a cluster`;
}

function sentence(what: string, type: string, known: readonly string[]): string {
  return `this version has no ${what} ${type}, only ${known.join(', ')}: remove the ${what}, or run a version that has it`;
}
