/*
 * Orders from steps. The same step and attempt make the same order, whenever and by whomever it is made.
 */
import { orderId, type CleanupStep, type MemoryCleanup, type Target } from '#api';
import { BrokenInvariant } from '#contracts/errors';
import { BY_HAND, type Act, type OrderTarget } from '#contracts/order';
import type { ClusterAct, ClusterOrder, OutgoingOrder } from './move.js';

/** An agent that gets it later than this after it was sent does not begin. */
const VALID_FOR_MS = 30_000;

/** `journalId` is the one at the time of issue, also when it is sent again. */
export function outgoing(
  cleanup: MemoryCleanup,
  step: CleanupStep,
  act: Act,
  sending: { readonly journalId: string; readonly isFirstDelivery: boolean },
): OutgoingOrder {
  return {
    id: stepOrderId(cleanup, step),
    policy: cleanup.spec.policyRef ?? BY_HAND,
    target: orderTarget(cleanup.spec.target),
    act,
    ...sending,
    validForMs: VALID_FOR_MS,
  };
}

/** @throws {BrokenInvariant} for a cleanup that no store has taken: it has no uid */
export function stepOrderId({ metadata }: MemoryCleanup, { index, attempt = 1 }: CleanupStep): string {
  if (metadata.uid === undefined)
    throw new BrokenInvariant(`Cleanup ${metadata.name} has no uid: create it in the store first.`);
  return orderId(metadata.uid, index, attempt);
}

/** Null: no agent of this version can do such a step. */
export function actOf({ spec }: MemoryCleanup, index: number): Act | null {
  const step = spec.ladder[index];
  if (step?.type !== 'Notify' || step.notify === undefined) return null;
  const { transport, signal } = step.notify;
  if (transport === 'PodHTTP') return { type: 'Notify', transport };
  if (signal === undefined) return null;
  // A process is a target of a policy only where the policy names its comm: with the signal that is the opt-in.
  const named = spec.policyRef === undefined ? undefined : spec.target.process?.name;
  return { type: 'Notify', transport, signal, processNames: named === undefined ? [] : [named] };
}

/** Of what the controller does itself, at the API server. */
export const API_SERVER = 'api-server';

/** Null: it is not for the API server. */
export function clusterActOf({ spec }: MemoryCleanup, index: number): ClusterAct | null {
  const step = spec.ladder[index];
  if (step?.type === 'Evict') return { type: 'Evict', ...step.evict };
  return step?.type === 'Taint' ? { type: 'Taint', effect: step.taint?.effect ?? 'NoSchedule' } : null;
}

export function clusterOrder(
  cleanup: MemoryCleanup,
  step: CleanupStep,
  act: ClusterAct,
  isFirstDelivery: boolean,
): ClusterOrder {
  return { id: stepOrderId(cleanup, step), target: cleanup.spec.target, act, isFirstDelivery };
}

function orderTarget({ bootID, process, cgroup }: Target): OrderTarget {
  return {
    bootId: bootID,
    ...(process !== undefined && {
      process: { pid: process.pid, startTimeTicks: process.startTimeTicks },
    }),
    ...(cgroup !== undefined && { cgroup: { path: cgroup.path, inode: cgroup.inode } }),
  };
}
