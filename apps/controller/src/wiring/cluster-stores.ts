/*
 * What outlives the controller, in a cluster: findings, cleanups and policies are objects, pause and breaker ConfigMaps of
 * the installation's namespace. They are the record, and Events beside them. The audit trail is each replica's own and
 * bounded, in memory or in files of its state dir: whoever begins to lead writes into it what the objects say has happened
 * and the trail does not, so one that was lost is made again as far back as objects are kept (a day).
 */
import { join } from 'node:path';
import {
  validateCleanup,
  validateFinding,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
} from '#api';
import type { Clock } from '#contracts/clock';
import { Unavailable } from '#contracts/errors';
import type { Pause } from '#contracts/mode';
import { FileAuditTrail } from '#files';
import {
  acceptPolicy,
  cleanupAnnotations,
  initialCleanupStatus,
  initialFindingStatus,
  KubeObjectStore,
  KubePolicySource,
  KubeValue,
  MEMORY_CLEANUPS,
  MEMORY_FINDINGS,
  MEMORY_POLICIES,
} from '#kube';
import type { KeptBreaker } from '../acts/acting.js';
import { RecentTrail } from '../audit/recent-trail.js';
import { chance } from './chance.js';
import type { Cluster } from './cluster.module.js';
import type { Stores } from './stores.js';
import { breakerForm, pauseForm } from './value-forms.js';

/** How long a start waits for the first answers of the API server. */
const FIRST_READ_MS = 120_000;

interface Opening {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export async function openClusterStores(
  cluster: Cluster,
  clock: Clock,
  stateDir: string | null,
): Promise<Stores> {
  const opening: Opening = { cluster, clock, signal: AbortSignal.timeout(FIRST_READ_MS) };
  const [findings, cleanups, pause, breaker, policies, trail] = await Promise.all([
    openFindings(opening),
    openCleanups(opening),
    openPause(opening),
    openBreaker(opening),
    openPolicies(opening),
    stateDir === null ? null : FileAuditTrail.open({ folder: join(stateDir, 'audit'), clock }),
  ]);
  const followed = [findings, cleanups, pause, breaker, policies];
  const parts = trail === null ? followed : [...followed, trail];
  return {
    ...{ findings, cleanups, pause, breaker, policies, parts },
    audit: trail ?? new RecentTrail(),
    catchUp: async () => {
      await cluster.view.synced(AbortSignal.timeout(FIRST_READ_MS));
      const late = followed.map((part) => part.health()).find(({ state }) => state !== 'ok');
      if (late !== undefined) throw new Unavailable(`${late.component}: ${late.reason ?? late.state}`);
    },
    writePolicyStatus: (name, status) => {
      policies.writeStatus(name, status);
    },
  };
}

function sharedOf({ cluster: { client, election }, clock }: Opening) {
  return { client, chance, clock, leadership: election };
}

function openFindings(opening: Opening): Promise<KubeObjectStore<MemoryFinding>> {
  const options = {
    ...{ ...sharedOf(opening), type: MEMORY_FINDINGS, component: 'store/findings' },
    codec: { kind: 'MemoryFinding', decode: validateFinding },
    initialStatus: initialFindingStatus,
  };
  return KubeObjectStore.open<MemoryFinding>(options, opening.signal);
}

function openCleanups(opening: Opening): Promise<KubeObjectStore<MemoryCleanup>> {
  const options = {
    ...{ ...sharedOf(opening), type: MEMORY_CLEANUPS, component: 'store/cleanups' },
    codec: { kind: 'MemoryCleanup', decode: validateCleanup },
    initialStatus: initialCleanupStatus,
    annotations: cleanupAnnotations,
  };
  return KubeObjectStore.open<MemoryCleanup>(options, opening.signal);
}

function openPause(opening: Opening): Promise<KubeValue<Pause>> {
  const { clock, cluster } = opening;
  const options = {
    ...{ ...sharedOf(opening), namespace: cluster.config.namespace },
    ...{ name: 'memwarden-pause', component: 'store/pause', form: pauseForm(clock) },
    whenUnreadable: (reason: string) => ({ by: 'controller', atMs: clock.nowMs(), reason }),
  };
  return KubeValue.open<Pause>(options, opening.signal);
}

function openBreaker(opening: Opening): Promise<KubeValue<KeptBreaker>> {
  const { clock, cluster } = opening;
  const options = {
    ...{ ...sharedOf(opening), namespace: cluster.config.namespace },
    ...{ name: 'memwarden-breaker', component: 'store/breaker', form: breakerForm },
    whenUnreadable: (reason: string) => ({ openedAtMs: clock.nowMs(), reason }),
  };
  return KubeValue.open<KeptBreaker>(options, opening.signal);
}

function openPolicies(opening: Opening): Promise<KubePolicySource<MemoryPolicy>> {
  const { namespace } = opening.cluster.config;
  const options = { ...sharedOf(opening), namespace, type: MEMORY_POLICIES, accept: acceptPolicy };
  return KubePolicySource.open<MemoryPolicy>(options, opening.signal);
}
