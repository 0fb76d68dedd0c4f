/*
 * What outlives the controller is in files of its state dir, and policies are files of a folder that people write; in a
 * cluster all of it is objects of the API server.
 */
import { join } from 'node:path';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  validateCleanup,
  validateFinding,
  validatePolicy,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
} from '#api';
import type { Clock } from '#contracts/clock';
import type { Codec } from '#contracts/codec';
import type { Pause } from '#contracts/mode';
import { FileAuditTrail, FileObjectStore, FileValue, FolderPolicySource } from '#files';
import type { KeptBreaker } from '../acts/acting.js';
import type { ControllerConfig } from '../config.js';
import {
  AUDIT_TRAIL,
  BREAKER,
  CLEANUPS,
  CLOCK,
  CLUSTER,
  CONFIG,
  FINDINGS,
  PAUSE,
  POLICY_CHECK,
  POLICY_SOURCE,
  STORE_PARTS,
  STORES,
} from '../tokens.js';
import { ClusterModule, type Cluster } from './cluster.module.js';
import type { Stores } from './stores.js';
import { openClusterStores } from './cluster-stores.js';
import { NoObjects, NoPolicies, NoTrail, NoValue } from './no-store.js';
import { checkPolicies, parsePolicies } from './policy-text.js';
import { breakerCodec, pauseCodec } from './value-codecs.js';

@Module({
  imports: [ClusterModule],
  providers: [
    { provide: POLICY_CHECK, useValue: checkPolicies },
    { provide: STORES, inject: [CONFIG, CLOCK, CLUSTER], useFactory: openStores },
    ...(
      [
        [FINDINGS, 'findings'],
        [CLEANUPS, 'cleanups'],
        [PAUSE, 'pause'],
        [BREAKER, 'breaker'],
        [AUDIT_TRAIL, 'audit'],
        [POLICY_SOURCE, 'policies'],
        [STORE_PARTS, 'parts'],
      ] as const
    ).map(([provide, name]) => ({
      provide,
      inject: [STORES],
      useFactory: (stores: Stores) => stores[name],
    })),
  ],
  exports: [
    FINDINGS,
    CLEANUPS,
    PAUSE,
    BREAKER,
    AUDIT_TRAIL,
    POLICY_SOURCE,
    POLICY_CHECK,
    STORE_PARTS,
    STORES,
  ],
})
export class StoresModule implements OnApplicationShutdown {
  constructor(@Inject(STORES) private readonly stores: Stores) {}

  async onApplicationShutdown(): Promise<void> {
    for (const part of this.stores.parts) await part[Symbol.asyncDispose]();
  }
}

function openStores(
  config: ControllerConfig,
  clock: Clock,
  cluster: Cluster | null,
): Promise<Stores> | Stores {
  if (cluster !== null) return openClusterStores(cluster, clock, config.stateDir);
  return config.stateDir === null ? noStores() : openFiles(config.stateDir, config.policiesDir, clock);
}

function noStores(): Stores {
  return {
    findings: new NoObjects(),
    cleanups: new NoObjects(),
    pause: new NoValue(),
    breaker: new NoValue(),
    audit: new NoTrail(),
    policies: new NoPolicies(),
    catchUp: () => Promise.resolve(),
    writePolicyStatus: null,
    parts: [],
  };
}

async function openFiles(stateDir: string, policiesDir: string | null, clock: Clock): Promise<Stores> {
  const at = (name: string): string => join(stateDir, name);
  const objects = <T extends MemoryFinding | MemoryCleanup>(name: string, codec: Codec<T>) =>
    FileObjectStore.open<T>({ folder: at(name), codec, component: `store/${name}`, clock });
  const [findings, cleanups, pause, breaker, audit, policies] = await Promise.all([
    objects<MemoryFinding>('findings', { kind: 'MemoryFinding', decode: validateFinding }),
    objects<MemoryCleanup>('cleanups', { kind: 'MemoryCleanup', decode: validateCleanup }),
    FileValue.open<Pause>({
      path: at('pause.json'),
      codec: pauseCodec,
      component: 'store/pause',
      whenUnreadable: (reason) => ({ by: 'controller', atMs: clock.nowMs(), reason }),
      clock,
    }),
    FileValue.open<KeptBreaker>({
      path: at('breaker.json'),
      codec: breakerCodec,
      component: 'store/breaker',
      whenUnreadable: (reason) => ({ openedAtMs: clock.nowMs(), reason }),
      clock,
    }),
    FileAuditTrail.open({ folder: at('audit'), clock }),
    openPolicies(policiesDir, at('policies'), clock),
  ]);
  const parts = [findings, cleanups, pause, breaker, audit, policies];
  // Nobody else writes them.
  const catchUp = (): Promise<void> => Promise.resolve();
  return { findings, cleanups, pause, breaker, audit, policies, catchUp, writePolicyStatus: null, parts };
}

/** A folder that is not there has no policies, and is looked for again. */
function openPolicies(
  folder: string | null,
  stateFolder: string,
  clock: Clock,
): Promise<FolderPolicySource<MemoryPolicy> | NoPolicies<MemoryPolicy>> {
  if (folder === null) return Promise.resolve(new NoPolicies<MemoryPolicy>());
  return FolderPolicySource.open<MemoryPolicy>({
    folder,
    stateFolder,
    parse: parsePolicies,
    codec: { kind: 'MemoryPolicy', decode: validatePolicy },
    clock,
  });
}
