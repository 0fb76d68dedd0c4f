import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { nodeMemory } from '../../../test/cluster-objects.js';
import { certificatesFound } from './keeping.js';
import { isAllowed, may, type Rule } from './rights.js';
import { crdsFound, type Crd } from './server.js';
import {
  agentsFound,
  controllerFound,
  leaderFound,
  nodesFound,
  type Lease,
  type Workload,
} from './workloads.js';

const NOW_MS = Date.parse('2026-11-21T14:05:00Z');
const DAY_MS = 86_400_000;

describe('rights', () => {
  const rule = (verbs: string[], resources: string[], more: Partial<Rule> = {}): Rule => ({
    verbs,
    apiGroups: ['memwarden.dev'],
    resources,
    ...more,
  });
  const wanted = { verb: 'create', group: 'memwarden.dev', resource: 'memorycleanups' };

  it.each([
    [[rule(['create'], ['memorycleanups'])], true],
    [[rule(['*'], ['*'], { apiGroups: ['*'] })], true],
    [[rule(['get', 'list'], ['memorycleanups'])], false],
    [[rule(['create'], ['memorycleanups'], { apiGroups: [''] })], false],
    [[rule(['create'], ['memorycleanups'], { resourceNames: ['one'] })], false],
    [[rule(['create'], ['memorycleanups/status'])], false],
    [[{}], false],
    [[], false],
  ])('%j: %p', (rules, allowed) => {
    expect(isAllowed(rules, wanted)).toBe(allowed);
  });

  it('of a subresource, and of one object by its name', () => {
    const eviction = { verb: 'create', group: '', resource: 'pods/eviction' };
    expect(isAllowed([rule(['create'], ['*/eviction'], { apiGroups: [''] })], eviction)).toBe(true);
    expect(isAllowed([rule(['create'], ['pods'], { apiGroups: [''] })], eviction)).toBe(false);
    const pause = { verb: 'delete', group: '', resource: 'configmaps', name: 'memwarden-pause' };
    const named = rule(['delete'], ['configmaps'], { apiGroups: [''], resourceNames: ['memwarden-pause'] });
    expect(isAllowed([named], pause)).toBe(true);
    expect(isAllowed([named], { ...pause, name: 'other' })).toBe(false);
  });

  it('are said by what they are for', () => {
    const view = [rule(['list'], ['memoryfindings', 'nodememories'])];
    expect(may(view, [], 'team-a')).toEqual({
      can: ['read findings in team-a', 'read nodes'],
      cannot: ['ask for cleanups', 'write policies', 'pause'],
    });
  });
});

describe('custom resources', () => {
  const crd = (plural: string, served = true): Crd => ({
    metadata: { name: `${plural}.memwarden.dev` },
    spec: { versions: [{ name: 'v1alpha1', served }] },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  });
  const all = ['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories'];

  it('are all there, one is missing, or not served', () => {
    expect(
      crdsFound(
        'x',
        all.map((plural) => crd(plural)),
      ),
    ).toMatchObject({ state: 'ok' });
    expect(
      crdsFound(
        'x',
        all.slice(1).map((plural) => crd(plural)),
      ),
    ).toMatchObject({
      state: 'failed',
      found: 'memorypolicies missing',
    });
    const old = crdsFound(
      'x',
      all.map((plural) => crd(plural, plural !== 'nodememories')),
    );
    expect(old).toMatchObject({
      state: 'failed',
      found: 'v1alpha1 is not served of nodememories.memwarden.dev',
    });
  });
});

describe('the controller', () => {
  const deployment = (replicas: number, readyReplicas: number, updatedReplicas = replicas): Workload => ({
    metadata: { name: 'memwarden-controller', labels: { 'app.kubernetes.io/version': '0.1.0' } },
    spec: { replicas },
    status: { readyReplicas, updatedReplicas },
  });
  const lease = (holderIdentity: string | null, agoMs: number): Lease => ({
    metadata: { name: 'memwarden-controller' },
    spec: { holderIdentity, renewTime: new Date(NOW_MS - agoMs).toISOString(), leaseDurationSeconds: 15 },
  });

  it.each([
    [deployment(2, 2), 'ok'],
    [deployment(2, 1), 'warning'],
    [deployment(2, 2, 1), 'warning'],
    [deployment(2, 0), 'failed'],
    [deployment(0, 0), 'failed'],
  ])('%j: %s', (one, state) => {
    expect(controllerFound([one], 'ns').state).toBe(state);
  });

  it('is missing', () => {
    expect(controllerFound([], 'ns')).toMatchObject({
      state: 'failed',
      found: 'no Deployment in namespace ns',
    });
  });

  it('has a leader whose lease is fresh', () => {
    expect(leaderFound(lease('pod-1', 10_000), NOW_MS)).toMatchObject({ state: 'ok', found: 'pod-1' });
    expect(leaderFound(lease('pod-1', 120_000), NOW_MS)).toMatchObject({
      state: 'failed',
      found: 'pod-1 was the last one and renewed its lease not for 2m',
    });
    expect(leaderFound(lease(null, 0), NOW_MS)).toMatchObject({ state: 'failed', found: 'nobody leads' });
    expect(leaderFound(null, NOW_MS).state).toBe('failed');
  });
});

describe('agents and nodes', () => {
  const set = (
    desiredNumberScheduled: number,
    numberReady: number,
    updatedNumberScheduled: number,
  ): Workload => ({
    metadata: { name: 'memwarden-agent' },
    status: { desiredNumberScheduled, numberReady, updatedNumberScheduled },
  });

  it.each([
    [[set(3, 3, 3)], 'ok'],
    [[set(3, 2, 3)], 'warning'],
    [[set(3, 3, 1)], 'warning'],
    [[set(3, 0, 3)], 'failed'],
    [[set(0, 0, 0)], 'warning'],
    [[], 'failed'],
  ])('%j: %s', (sets, state) => {
    expect(agentsFound(sets, 'ns').state).toBe(state);
  });

  it('that are silent are counted and named', () => {
    const silent = { ...nodeMemory('b\n'), status: undefined } as never;
    expect(nodesFound([nodeMemory('a')])).toMatchObject({ state: 'ok', found: '1 of 1 report' });
    expect(nodesFound([nodeMemory('a'), silent])).toMatchObject({
      state: 'warning',
      found: String.raw`1 of 2 report; 1 silent (b\n)`,
    });
    expect(nodesFound([silent]).state).toBe('failed');
    expect(nodesFound([]).state).toBe('warning');
  });
});

describe('certificates', () => {
  const pem = `-----BEGIN CERTIFICATE-----
MIIBcDCCARWgAwIBAgIUCLzlslitMZsQL+zZzh8o+Mz/J8kwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwHhcNMjYxMTIxMTgzMjU1WhcNMjYxMjIxMTgzMjU1WjAN
MQswCQYDVQQDDAJjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFwgAYqjY4PQ
50KCx4LtlGvotLW+BB+qrbL7nlYXzX8AWA/k56zLGNqsK5BAm0kJ1bu15dLuBV+x
XJnThESyCKOjUzBRMB0GA1UdDgQWBBS1NGzcs+PfuyEgZcJnWqc2045c4DAfBgNV
HSMEGDAWgBS1NGzcs+PfuyEgZcJnWqc2045c4DAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0kAMEYCIQCRPSIMlXonQs2lv2FE3hjbSnv3fo9Z1daJm4/YTJ7F
ywIhAIY2wvbOKyDF014kWWD6AGIV9EO7UaUalwr7hXp/I1KD
-----END CERTIFICATE-----`;
  const nowMs = new X509Certificate(pem).validFromDate.getTime();

  it.each([
    [0, 'ok'],
    [25, 'warning'],
    [31, 'failed'],
  ])('%d days after they were made: %s', (days, state) => {
    expect(certificatesFound(pem, nowMs + days * DAY_MS).state).toBe(state);
  });

  it('that nobody has published', () => {
    expect(certificatesFound(undefined, nowMs).state).toBe('warning');
    expect(certificatesFound('no certificate', nowMs).state).toBe('warning');
  });
});
