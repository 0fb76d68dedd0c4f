/*
 * Names of objects and orders. The same thing has the same name for ever, whoever computes it and however often:
 * that is what makes creating twice one object, and sending twice one order.
 */
import { createHash } from 'node:crypto';
import { InvalidValue } from '#contracts/errors';
import type { DetectorType, PolicyRef, Target } from './gen/types.js';

/** One incarnation: another boot, process or cgroup has another key. 32 hexadecimal digits, safe in any key or path. */
export function targetKey(target: Target): string {
  return digest(incarnation(target), 32);
}

/** `pressure-0123456789ab`: of the policy's generation, too, because another generation is another judgement. */
export function findingName(
  type: DetectorType,
  findingClass: string,
  policyRef: PolicyRef,
  target: Target,
): string {
  const identity = [type, findingClass, policyRef.uid, policyRef.generation, ...incarnation(target)];
  return `${type.toLowerCase()}-${digest(identity, 12)}`;
}

/** The n-th cleanup of a finding, from 1. @throws {InvalidValue} */
export function cleanupName(finding: string, n: number): string {
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidValue(`Cleanups are counted from 1, not ${n}.`);
  return `${finding}-${n}`;
}

export interface OrderParts {
  readonly cleanupUid: string;
  /** Index in the ladder, from 0. */
  readonly step: number;
  /** From 1. */
  readonly attempt: number;
}

/** `<cleanup uid>.<step>.<attempt>` @throws {InvalidValue} for what `orderParts` could not read again */
export function orderId(cleanupUid: string, step: number, attempt: number): string {
  const id = `${cleanupUid}.${step}.${attempt}`;
  if (orderParts(id)?.cleanupUid !== cleanupUid)
    throw new InvalidValue(`Not an order: ${JSON.stringify(id)}.`);
  return id;
}

const ORDER_ID = /^([A-Za-z0-9-]{1,63})\.(0|[1-9]\d?)\.([1-9]\d{0,5})$/;

/** Null: no such id was ever made. */
export function orderParts(id: string): OrderParts | null {
  const [, cleanupUid, step, attempt] = ORDER_ID.exec(id) ?? [];
  if (cleanupUid === undefined) return null;
  return { cleanupUid, step: Number(step), attempt: Number(attempt) };
}

function incarnation({ node, bootID, device, holder }: Target): readonly string[] {
  return [node, bootID, device, holder];
}

// As JSON: no two lists of parts are written alike.
function digest(parts: readonly (string | number)[], digits: number): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, digits);
}
