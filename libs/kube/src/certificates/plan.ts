/*
 * When certificates are made anew. An authority is announced to everybody before it signs, and trusted for a while after
 * it signed last, so that no agent ever meets a certificate whose authority it has not read.
 */
import type { Material, Validity } from './material.js';

export interface CertificateTimes {
  readonly authorityDays: number;
  readonly servingDays: number;
  /** From when a bundle is written until every agent has surely read it; the kubelet takes some two minutes. */
  readonly settleMs: number;
}

const DAY_MS = 86_400_000;

export const CERTIFICATE_TIMES: CertificateTimes = {
  authorityDays: 365,
  servingDays: 30,
  settleMs: 3_600_000,
};

/** Certificates are valid from so long before they were made: clocks differ. */
export const BACKDATED_MS = 600_000;

export type CertificateStep =
  /** There is none that could be used: a new authority, and a certificate of it. */
  | { readonly kind: 'Create' }
  | { readonly kind: 'RenewServing' }
  /** A new authority is announced. */
  | { readonly kind: 'Announce' }
  /** The announced one signs from now on; the one before is still trusted. */
  | { readonly kind: 'Promote' }
  | { readonly kind: 'DropBefore' }
  | { readonly kind: 'Wait'; readonly untilMs: number };

export interface PlanInput {
  /** Null: nothing usable is there. */
  readonly material: Material | null;
  readonly dnsNames: readonly string[];
  readonly nowMs: number;
  readonly times: CertificateTimes;
}

interface Rule {
  readonly kind: Exclude<CertificateStep['kind'], 'Wait'>;
  /** When it is due; Infinity: not by time. */
  readonly dueMs: number;
}

export function planCertificates({ material, dnsNames, nowMs, times }: PlanInput): CertificateStep {
  if (material === null) return { kind: 'Create' };
  const rules = rulesOf(material, dnsNames, times);
  const due = rules.find(({ dueMs }) => dueMs <= nowMs);
  return due === undefined
    ? { kind: 'Wait', untilMs: Math.min(...rules.map(({ dueMs }) => dueMs)) }
    : { kind: due.kind };
}

/** The first that is due is done. */
function rulesOf(
  material: Material,
  dnsNames: readonly string[],
  { settleMs }: CertificateTimes,
): readonly Rule[] {
  const { authority, next, before, serving } = material;
  const settledMs = (of: Validity): number => of.notBeforeMs + BACKDATED_MS + settleMs;
  const isOfTheseNames = serving !== null && sameNames(serving.dnsNames, dnsNames);
  return [
    // It has ended, so nothing that it signs is believed: nobody can be told in time any more.
    { kind: 'Create', dueMs: authority.notAfterMs },
    // Everybody has read of it. Before a renewal, which it then is as well.
    { kind: 'Promote', dueMs: next === null ? Infinity : settledMs(next) },
    { kind: 'RenewServing', dueMs: isOfTheseNames ? renewalOf(serving) : -Infinity },
    { kind: 'Announce', dueMs: next === null ? renewalOf(authority) : Infinity },
    // Every stream that was begun with the former certificate has read the new bundle since.
    { kind: 'DropBefore', dueMs: before.length > 0 && serving !== null ? settledMs(serving) : Infinity },
  ];
}

/** After two thirds: the last third is for whatever stands in the way. */
function renewalOf({ notBeforeMs, notAfterMs }: Validity): number {
  return notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}

/** How long a new certificate is valid; never longer than the authority that signs it. */
export function validityFrom(nowMs: number, days: number, within: Validity | null): Validity {
  const notBeforeMs = nowMs - BACKDATED_MS;
  return {
    notBeforeMs: Math.max(notBeforeMs, within?.notBeforeMs ?? -Infinity),
    notAfterMs: Math.min(nowMs + days * DAY_MS, within?.notAfterMs ?? Infinity),
  };
}
