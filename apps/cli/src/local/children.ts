/*
 * How the controller and the agent of local mode are started: their programs, their environment, their memory limits.
 */
import { join } from 'node:path';
import type { ChildSpec } from './child.js';
import type { StateDir } from './state-dir.js';

/** Measured: two thirds of the memory for a few percent of the speed (docs/reference/configuration.md). */
const SMALL_HEAP = ['--optimize-for-size', '--max-semi-space-size=1'];
/**
 * The agent does little and often, which no compiler makes up for: 8 MiB of the binary stay untouched and 5 MiB of heap
 * unused, for no measurable CPU. With two pool threads and one malloc arena 4 MiB more (docs/decisions/006).
 */
const NO_COMPILERS = ['--v8-pool-size=0', '--no-opt', '--no-maglev'];
/** MiB. Left alone, V8 lets garbage grow to a share of the machine's memory; one node needs a quarter of this. */
const HEAP_LIMIT = ['--max-old-space-size=192'];
const READY_TIMEOUT_MS = 30_000;

export interface ServiceOptions {
  readonly node: string;
  /** The folder of the built programs. */
  readonly bundles: string;
  readonly compileCache: string;
  readonly stateDir: StateDir;
  readonly redisUrl: string;
  readonly sampleSeconds: number;
  readonly policiesDir: string;
  /** Of the page and REST; 0: any free one. Asked before each start. */
  readonly port: () => number;
}

export function controllerSpec(options: ServiceOptions): ChildSpec {
  const { stateDir } = options;
  return {
    name: 'controller',
    ...program(options, 'controller', HEAP_LIMIT),
    env: () => ({
      NODE_COMPILE_CACHE: options.compileCache,
      MEMWARDEN_HTTP_LISTEN: `127.0.0.1:${options.port()}`,
      MEMWARDEN_LINK_LISTEN: `unix:${stateDir.linkSocket}`,
      MEMWARDEN_REDIS_URL: options.redisUrl,
      MEMWARDEN_TOKEN_FILE: stateDir.tokenFile,
      MEMWARDEN_LINK_TOKEN_FILE: stateDir.linkTokenFile,
      MEMWARDEN_STATE_DIR: stateDir.controllerDir,
      MEMWARDEN_POLICIES_DIR: options.policiesDir,
      MEMWARDEN_WEB_DIR: join(options.bundles, 'web'),
    }),
  };
}

export function agentSpec(options: ServiceOptions): ChildSpec {
  const { stateDir } = options;
  return {
    name: 'agent',
    ...program(options, 'node-agent', NO_COMPILERS),
    env: () => ({
      MALLOC_ARENA_MAX: '1',
      UV_THREADPOOL_SIZE: '2',
      NODE_COMPILE_CACHE: options.compileCache,
      MEMWARDEN_CONTROLLER: `unix:${stateDir.linkSocket}`,
      MEMWARDEN_LINK_TOKEN_FILE: stateDir.linkTokenFile,
      MEMWARDEN_STATE_DIR: stateDir.historyDir,
      MEMWARDEN_ALLOW_FILE: stateDir.allowFile,
      MEMWARDEN_STOP_FILE: stateDir.stopFile,
      MEMWARDEN_SAMPLE_SECONDS: String(options.sampleSeconds),
    }),
  };
}

function program(
  options: ServiceOptions,
  app: string,
  flags: readonly string[] = [],
): Pick<ChildSpec, 'command' | 'args' | 'readyTimeoutMs'> {
  return {
    command: options.node,
    args: () => [...SMALL_HEAP, ...flags, join(options.bundles, app, 'main.mjs')],
    readyTimeoutMs: READY_TIMEOUT_MS,
  };
}
