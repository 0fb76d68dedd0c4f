/*
 * What must be true of every run, whatever was killed: the objects of the controller against the journals that the
 * targets wrote themselves. Pure.
 */
import type { CleanupStep, MemoryCleanup, MemoryFinding } from '#api';

export interface Target {
  readonly pid: number;
  readonly startTimeTicks: number;
  /** How often it was told to give memory back, by its own journal. */
  readonly told: number;
}

export interface World {
  readonly targets: readonly Target[];
  readonly findings: readonly MemoryFinding[];
  readonly cleanups: readonly MemoryCleanup[];
}

/** Everything that is wrong, in words; empty: nothing lost, nothing repeated, every outcome true. */
export function violations(world: World): string[] {
  return [
    ...world.targets.flatMap((target) => toldWrongly(target, cleanupsOf(target, world))),
    ...world.cleanups.flatMap(untrue),
    ...world.cleanups
      .filter((cleanup) => isBegun(cleanup) && !isCompleted(cleanup))
      .map(({ metadata }) => `${metadata.name} is still open.`),
    ...doubled(world.cleanups),
    ...withoutCleanup(world),
  ];
}

/** Others wait for the end of a pause, of a cooldown, …: nothing is wrong with that. */
export function isBegun({ status }: MemoryCleanup): boolean {
  return status.steps.some(({ state }) => state === 'Issued' || state === 'Executed');
}

export function isCompleted({ status }: MemoryCleanup): boolean {
  return status.conditions.some(({ type, status: state }) => type === 'Completed' && state === 'True');
}

function cleanupsOf({ pid, startTimeTicks }: Target, { cleanups }: World): MemoryCleanup[] {
  return cleanups.filter(
    ({ spec }) => spec.target.process?.pid === pid && spec.target.process.startTimeTicks === startTimeTicks,
  );
}

/** Executed means told once, Refused never, Unknown at most once. */
function toldWrongly({ pid, told }: Target, cleanups: readonly MemoryCleanup[]): string[] {
  const steps = cleanups.flatMap(({ status }) => status.steps);
  const executed = steps.filter(({ executedAt }) => executedAt !== undefined).length;
  const unknown = steps.filter(
    ({ state, executedAt }) => state === 'Unknown' && executedAt === undefined,
  ).length;
  if (told < executed)
    return [`Process ${pid} was told ${told} times; ${executed} acts are said to be executed.`];
  if (told > executed + unknown)
    return [
      `Process ${pid} was told ${told} times; ${executed} acts executed and ${unknown} unknown: something was done twice or not written down.`,
    ];
  return [];
}

function untrue({ metadata, status }: MemoryCleanup): string[] {
  return status.steps.flatMap((step) =>
    RULES.filter(({ isBroken }) => isBroken(step)).map(
      ({ says }) => `${metadata.name}[${step.index}] ${says}: ${JSON.stringify(step)}`,
    ),
  );
}

const RULES: readonly { readonly says: string; readonly isBroken: (step: CleanupStep) => boolean }[] = [
  {
    says: 'is Freed, and no less is held',
    isBroken: (step) => step.outcome === 'Freed' && !(freedBytes(step) > 0),
  },
  {
    says: 'is Unknown and claims 0 bytes',
    isBroken: ({ outcome, after }) => outcome === 'Unknown' && after?.bytes === 0,
  },
  { says: 'is left Issued', isBroken: ({ state }) => state === 'Issued' },
  {
    says: 'was begun without an order',
    isBroken: ({ state, orderID }) => state !== 'Pending' && state !== 'Refused' && orderID === undefined,
  },
];

function freedBytes({ before, after }: CleanupStep): number {
  return (before?.bytes ?? NaN) - (after?.bytes ?? NaN);
}

/** One order, one step: the same id twice would be the same act for two reasons. */
function doubled(cleanups: readonly MemoryCleanup[]): string[] {
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { metadata, status } of cleanups)
    for (const { orderID } of status.steps) {
      if (orderID === undefined) continue;
      if (seen.has(orderID)) wrong.push(`${metadata.name}: order ${orderID} stands twice.`);
      seen.add(orderID);
    }
  return wrong;
}

/** A finding that names a cleanup names one that was made. */
function withoutCleanup({ findings, cleanups }: World): string[] {
  const names = new Set(cleanups.map(({ metadata }) => metadata.name));
  return findings.flatMap(({ metadata, status }) =>
    status.cleanupRef === undefined || names.has(status.cleanupRef.name)
      ? []
      : [`${metadata.name} names ${status.cleanupRef.name}, which is not there.`],
  );
}
