/*
 * A Redis that somebody else runs, named by --redis: looked at once before anything is started.
 */
import { InvalidValue, Unavailable } from '#contracts/errors';
import { ask } from './resp.js';

const TIMEOUT_MS = 3_000;

/** @throws {InvalidValue} for what is not the address of a Redis */
export function redisUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isRedis = url !== null && ['redis:', 'rediss:', 'unix:'].includes(url.protocol);
  if (!isRedis)
    throw new InvalidValue(`--redis ${text}: write redis://HOST:PORT, rediss://HOST:PORT or unix:///PATH.`);
  return url;
}

export interface RemoteRedis {
  /** Address and version. */
  readonly name: string;
  /** What would keep acts off or lose jobs, with what to do; none: it is fit for a queue. */
  readonly doubts: readonly string[];
}

/** @throws {Unavailable} when it does not answer, refuses, or is older than 6.2 */
export async function checkRemote(url: URL): Promise<RemoteRedis> {
  const address = url.protocol === 'unix:' ? url.pathname : url.host;
  const [info = ''] = await ask(url, [['INFO']], TIMEOUT_MS).catch((error: unknown) => {
    throw new Unavailable(
      `Redis at ${address} does not answer (${(error as Error).message}). Is it running?`,
      {
        cause: error,
      },
    );
  });
  if (info.startsWith('-')) throw new Unavailable(`Redis at ${address} refuses: ${info.slice(1)}`);
  const version = /^(?:redis|valkey)_version:(\d+)\.(\d+)/mu.exec(info);
  const isOld = Number(version?.[1]) < 6 || (version?.[1] === '6' && Number(version[2]) < 2);
  if (version === null || isOld)
    throw new Unavailable(`Redis at ${address} is older than 6.2. Name a newer one, or leave --redis out.`);
  return {
    name: `${address} (${version[1]}.${version[2]})`,
    doubts: doubtsOf(info).map((doubt) => `Redis at ${address} ${doubt}`),
  };
}

/** What INFO says against keeping a queue there. Pure. */
export function doubtsOf(info: string): string[] {
  const value = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'mu').exec(info)?.[1];
  const policy = value('maxmemory_policy');
  return [
    ...(policy === undefined || policy === 'noeviction'
      ? []
      : [`may drop jobs (maxmemory-policy ${policy}), so nothing is acted on: set it to noeviction.`]),
    ...(value('aof_enabled') === '0'
      ? [
          'keeps no append-only file: after it ends, jobs are made anew from the state dir. Better: appendonly yes.',
        ]
      : []),
    ...(value('role') === 'slave' ? ['is a replica and takes no writes: name its primary.'] : []),
  ];
}
