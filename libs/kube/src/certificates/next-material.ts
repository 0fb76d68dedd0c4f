/*
 * What a step makes of the material that is there.
 */
import type { Authority, Material } from './material.js';
import { makeAuthority, makeServing } from './mint.js';
import { validityFrom, type CertificateStep, type CertificateTimes } from './plan.js';

export interface Making {
  readonly dnsNames: readonly string[];
  readonly nowMs: number;
  readonly times: CertificateTimes;
}

export async function nextMaterial(
  step: Exclude<CertificateStep, { kind: 'Wait' }>,
  material: Material | null,
  making: Making,
): Promise<Material> {
  if (material === null || step.kind === 'Create') return created(making);
  const { authority, next, before } = material;
  switch (step.kind) {
    case 'RenewServing':
      return { ...material, serving: await servingOf(authority, making) };
    case 'Announce':
      return { ...material, next: await authorityOf(making), before: [] };
    case 'Promote':
      return next === null
        ? material
        : {
            authority: next,
            next: null,
            before: [authority.pem, ...before],
            serving: await servingOf(next, making),
          };
    case 'DropBefore':
      return { ...material, before: [] };
  }
}

async function created(making: Making): Promise<Material> {
  const authority = await authorityOf(making);
  return { authority, next: null, before: [], serving: await servingOf(authority, making) };
}

function authorityOf({ nowMs, times }: Making): Promise<Authority> {
  return makeAuthority(
    new Date(nowMs).toISOString().slice(0, 10),
    validityFrom(nowMs, times.authorityDays, null),
  );
}

function servingOf(authority: Authority, { dnsNames, nowMs, times }: Making): ReturnType<typeof makeServing> {
  return makeServing(authority, dnsNames, validityFrom(nowMs, times.servingDays, authority));
}
