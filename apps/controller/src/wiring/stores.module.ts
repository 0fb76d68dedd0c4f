/*
 * What outlives the controller is in files of its state dir; policies are files of a folder that people write.
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
import type { ComponentHealth } from '#contracts/agent';
import type { AuditTrail } from '#contracts/audit';
import type { Clock } from '#contracts/clock';
import type { Pause } from '#contracts/mode';
import type { ObjectStore, PolicySource, StoredValue } from '#contracts/store';
import { FileAuditTrail, FileObjectStore, FileValue, FolderPolicySource, type Codec } from '#files';
import type { KeptBreaker } from '../acts/acting.js';
import type { ControllerConfig } from '../config.js';
import {
  AUDIT_TRAIL,
  BREAKER,
  CLEANUPS,
  CLOCK,
  CONFIG,
  FINDINGS,
  PAUSE,
  POLICY_CHECK,
  POLICY_SOURCE,
  STORE_PARTS,
} from '../tokens.js';
import { NoObjects, NoPolicies, NoTrail, NoValue } from './no-store.js';
import { checkPolicies, parsePolicies } from './policy-text.js';
import { breakerCodec, pauseCodec } from './value-codecs.js';

/** All of them, opened together: a start waits for the slowest and not for their sum. */
export interface Stores {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly pause: StoredValue<Pause>;
  readonly breaker: StoredValue<KeptBreaker>;
  readonly audit: AuditTrail;
  readonly policies: PolicySource<MemoryPolicy>;
  /** To be said in /readyz and to be ended with the controller. */
  readonly parts: readonly (AsyncDisposable & { health(): ComponentHealth })[];
}

const STORES = Symbol('Stores');

@Module({
  providers: [
    { provide: POLICY_CHECK, useValue: checkPolicies },
    { provide: STORES, inject: [CONFIG, CLOCK], useFactory: openStores },
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
  exports: [FINDINGS, CLEANUPS, PAUSE, BREAKER, AUDIT_TRAIL, POLICY_SOURCE, POLICY_CHECK, STORE_PARTS],
})
export class StoresModule implements OnApplicationShutdown {
  constructor(@Inject(STORES) private readonly stores: Stores) {}

  async onApplicationShutdown(): Promise<void> {
    for (const part of this.stores.parts) await part[Symbol.asyncDispose]();
  }
}

function openStores(config: ControllerConfig, clock: Clock): Promise<Stores> | Stores {
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
  return { findings, cleanups, pause, breaker, audit, policies, parts };
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
