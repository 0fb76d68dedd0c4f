import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { bundleOf, parseMaterial, secretTexts, type Material, type Validity } from './material.js';
import { makeAuthority, makeServing } from './mint.js';
import { nextMaterial } from './next-material.js';
import {
  BACKDATED_MS,
  CERTIFICATE_TIMES,
  planCertificates,
  validityFrom,
  type CertificateStep,
} from './plan.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const NAMES = ['memwarden-controller-link.ns.svc', 'memwarden-controller-link'];
const times = CERTIFICATE_TIMES;

const validity = (fromDays: number, toDays: number): Validity => ({
  notBeforeMs: NOW + fromDays * DAY,
  notAfterMs: NOW + toDays * DAY,
});

function material(change: Partial<Material> = {}): Material {
  const pem = { pem: '', keyPem: '' };
  return {
    authority: { ...pem, ...validity(-1, 364) },
    next: null,
    before: [],
    serving: { ...pem, dnsNames: NAMES, ...validity(-1, 29) },
    ...change,
  };
}

const plan = (there: Material | null, dnsNames = NAMES): CertificateStep =>
  planCertificates({ material: there, dnsNames, nowMs: NOW, times });

describe('planCertificates', () => {
  const authority = (from: number, to: number): Material['authority'] => ({
    pem: '',
    keyPem: '',
    ...validity(from, to),
  });
  const serving = (from: number, to: number): Material['serving'] => ({
    pem: '',
    keyPem: '',
    dnsNames: NAMES,
    ...validity(from, to),
  });

  it.each([
    ['Create', null],
    ['Create', material({ authority: authority(-366, -0.001) })],
    ['RenewServing', material({ serving: null })],
    ['RenewServing', material({ serving: serving(-21, 9) })],
    [
      'RenewServing',
      material({ serving: { pem: '', keyPem: '', dnsNames: ['other'], ...validity(-1, 29) } }),
    ],
    ['Announce', material({ authority: authority(-250, 100) })],
    ['Promote', material({ authority: authority(-250, 100), next: authority(-0.1, 365) })],
    ['DropBefore', material({ before: ['old'] })],
    ['Wait', material({ authority: authority(-250, 100), next: authority(-0.01, 365) })],
    ['Wait', material({ before: ['old'], serving: serving(-0.01, 30) })],
  ])('is %s', (kind, there) => {
    expect(plan(there).kind).toBe(kind);
  });

  it('waits until the first thing is due', () => {
    const there = material();
    expect(plan(there)).toEqual({ kind: 'Wait', untilMs: NOW + 19 * DAY });
  });

  it('does not mind the order of names', () => {
    expect(plan(material(), NAMES.toReversed()).kind).toBe('Wait');
  });

  it('is valid for clocks that are behind, and never longer than who signs it', () => {
    expect(validityFrom(NOW, 30, null)).toEqual({
      notBeforeMs: NOW - BACKDATED_MS,
      notAfterMs: NOW + 30 * DAY,
    });
    expect(validityFrom(NOW, 30, validity(-0.001, 5))).toEqual(validity(-0.001, 5));
  });
});

describe('certificates', () => {
  it('are of P-256, for these names, for serving, signed by an authority that can sign nothing else', async () => {
    const authority = await makeAuthority('2026-11-21', validityFrom(NOW, 365, null));
    const serving = await makeServing(authority, NAMES, validityFrom(NOW, 30, authority));
    const ca = new X509Certificate(authority.pem);
    const cert = new X509Certificate(serving.pem);
    expect([ca.ca, cert.ca, ca.subject]).toEqual([
      true,
      false,
      'CN=Memwarden link 2026-11-21\nO=memwarden.dev',
    ]);
    expect(cert.checkIssued(ca) && cert.verify(ca.publicKey)).toBe(true);
    expect(cert.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    for (const name of NAMES) expect(cert.checkHost(name)).toBe(name);
    expect(cert.checkHost('memwarden-controller')).toBeUndefined();
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(cert.serialNumber).not.toBe(ca.serialNumber);
    expect([cert.validFromDate.getTime(), cert.validToDate.getTime()]).toEqual([
      serving.notBeforeMs,
      serving.notAfterMs,
    ]);
  });

  it('are read from the Secret as they were written, and not at all when a part is another’s', async () => {
    const making = { dnsNames: NAMES, nowMs: NOW, times };
    const made = await nextMaterial({ kind: 'Create' }, null, making);
    const announced = await nextMaterial({ kind: 'Announce' }, made, making);
    const promoted = await nextMaterial({ kind: 'Promote' }, announced, making);
    const trimmed = (m: Material | null): unknown =>
      JSON.parse(JSON.stringify(m).replaceAll(String.raw`\n"`, '"'));
    for (const each of [made, announced, promoted])
      expect(trimmed(parseMaterial(secretTexts(each)))).toEqual(trimmed(each));
    const texts = secretTexts(announced);
    expect(parseMaterial({ ...texts, 'tls.key': texts['ca.key'] })).toMatchObject({ serving: null });
    expect(parseMaterial({ ...texts, 'tls.crt': secretTexts(promoted)['tls.crt'] })).toMatchObject({
      serving: null,
    });
    expect(parseMaterial({ ...texts, 'next-ca.key': 'x' })).toMatchObject({ next: null });
    expect(parseMaterial({ ...texts, 'ca.crt': texts['tls.crt'] })).toBeNull();
    for (const odd of [
      {},
      { 'ca.crt': 'x' },
      { ...texts, 'ca.key': undefined },
      { ...texts, 'ca.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
    ])
      expect(parseMaterial(odd)).toBeNull();
  });

  it('are for three years such that whoever read the bundle an hour ago trusts what is served', async () => {
    let there: Material | null = null;
    /** Bundles as they were announced, and since when. */
    const announced: { readonly sinceMs: number; readonly bundle: string }[] = [];
    const steps: Record<string, number> = {};
    const endMs = NOW + 3 * 365 * DAY;
    for (let nowMs = NOW; nowMs < endMs;) {
      const step = planCertificates({ material: there, dnsNames: NAMES, nowMs, times });
      steps[step.kind] = (steps[step.kind] ?? 0) + 1;
      if (step.kind === 'Wait') {
        nowMs = step.untilMs;
        continue;
      }
      there = await nextMaterial(step, there, { dnsNames: NAMES, nowMs, times });
      const readSinceMs = nowMs - times.settleMs;
      const oldest = announced.findLast(({ sinceMs }) => sinceMs <= readSinceMs)?.bundle;
      announced.push({ sinceMs: nowMs, bundle: bundleOf(there) });
      const cert = new X509Certificate(there.serving!.pem);
      if (oldest !== undefined) expectTrusted(oldest, cert);
      expectTrusted(bundleOf(there), cert);
      expect(cert.validToDate.getTime()).toBeGreaterThan(nowMs);
    }
    expect(steps).toMatchObject({ Create: 1, Announce: 4, Promote: 4, DropBefore: 4 });
  }, 60_000);
});

function expectTrusted(bundle: string, cert: X509Certificate): void {
  const authorities = bundle.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem));
  expect(authorities.some((ca) => cert.checkIssued(ca) && cert.verify(ca.publicKey))).toBe(true);
}
