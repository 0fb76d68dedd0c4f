/*
 * What owners say of their pods: memwarden.dev/protected (label) and memwarden.dev/keep-until (annotation, RFC 3339),
 * on the pod or its namespace. A policy honours both up to maxKeepSeconds; what cannot be read or is not known protects.
 */
import type { MemoryPolicy, Target } from '#api';
import type { CleanupDecision, Owner, OwnerVoice } from './decision.js';
import { podKey, type OwnerFacts } from './labels.js';

export const PROTECTED_LABEL = 'memwarden.dev/protected';
export const KEEP_UNTIL_ANNOTATION = 'memwarden.dev/keep-until';

export interface ProtectionInput {
  readonly owner: Owner;
  /** Null: asked for by a person, without a policy's cap. */
  readonly protection: MemoryPolicy['spec']['protection'] | null;
  /** From when maxKeepSeconds counts. */
  readonly sinceMs: number;
  readonly nowMs: number;
}

/** What a pod and its namespace say, both. */
export function ownerOf(target: Pick<Target, 'pod'>, owners: OwnerFacts): Owner {
  if (target.pod === undefined) return { kind: 'None' };
  const { namespace, name, uid } = target.pod;
  const pod = owners.pods.get(podKey(namespace, name));
  // Another pod of its name says nothing of this one.
  if (pod?.uid !== uid) return { kind: 'Unknown' };
  const around = owners.namespaces.get(namespace);
  return { kind: 'Known', voices: around === undefined ? [pod] : [pod, around] };
}

/** Null: nobody protects it, or no longer. */
export function protectionOf(input: ProtectionInput): CleanupDecision | null {
  const { owner, protection, sinceMs, nowMs } = input;
  if (owner.kind === 'None' || protection?.honorPodLabels === 'Never') return null;
  const capMs = protection === null ? Infinity : sinceMs + protection.maxKeepSeconds * 1000;
  if (nowMs >= capMs) return null;
  if (owner.kind === 'Unknown')
    return refuse('OwnerUnknown', 'Its pod is not known here, so whether it is protected nobody can say.');
  if (owner.voices.some(saysProtected))
    return refuse('Protected', `Its owner protects it (${PROTECTED_LABEL}).`);
  const untilMs = Math.min(capMs, Math.max(...owner.voices.map(keepUntilMs)));
  if (nowMs >= untilMs) return null;
  if (untilMs === Infinity)
    return refuse('KeepUntil', `${KEEP_UNTIL_ANNOTATION} is not a time as RFC 3339 has it.`);
  const message = `Its owner keeps it until ${new Date(untilMs).toISOString()} (${KEEP_UNTIL_ANNOTATION}).`;
  return { kind: 'Wait', reason: 'KeepUntil', message, untilMs };
}

function saysProtected({ labels }: OwnerVoice): boolean {
  return Object.hasOwn(labels, PROTECTED_LABEL) && labels[PROTECTED_LABEL] !== 'false';
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** -Infinity: says nothing. Infinity: not readable. */
function keepUntilMs({ annotations }: OwnerVoice): number {
  const text = Object.hasOwn(annotations, KEEP_UNTIL_ANNOTATION)
    ? annotations[KEEP_UNTIL_ANNOTATION]
    : undefined;
  if (text === undefined) return -Infinity;
  const at = RFC3339.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? Infinity : at;
}

function refuse(reason: 'Protected' | 'OwnerUnknown' | 'KeepUntil', message: string): CleanupDecision {
  return { kind: 'Refuse', reason, message };
}
