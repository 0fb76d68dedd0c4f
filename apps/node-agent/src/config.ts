/*
 * The agent's settings: the only reader of its environment. Everything is checked once, at start; what is wrong
 * is said with the variable's name and what it must be.
 */
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { InvalidValue } from '#contracts/errors';

const LAST_PORT = 65_535;

const environment = z.object({
  MEMWARDEN_CONTROLLER: z.string().check(z.minLength(1)),
  MEMWARDEN_LINK_TOKEN_FILE: z.string().check(z.minLength(1)),
  MEMWARDEN_LINK_CA_FILE: z.optional(z.string()),
  MEMWARDEN_NAMESPACE: z.optional(z.string()),
  MEMWARDEN_NODE_NAME: z._default(z.string().check(z.minLength(1), z.maxLength(253)), hostname()),
  MEMWARDEN_STATE_DIR: z.string().check(z.minLength(1)),
  MEMWARDEN_SAMPLE_SECONDS: z._default(z.coerce.number().check(z.gte(1), z.lte(60)), 5),
  MEMWARDEN_HTTP_LISTEN: z.optional(z.string().check(z.regex(/^.+:\d{1,5}$/))),
  MEMWARDEN_PROC_ROOT: z._default(z.string(), '/proc'),
  MEMWARDEN_CGROUP_ROOT: z.optional(z.string()),
  MEMWARDEN_NATIVE_LIBRARY: z.optional(z.string()),
  MEMWARDEN_ALLOW_FILE: z.optional(z.string()),
  MEMWARDEN_STOP_FILE: z.optional(z.string()),
  MEMWARDEN_HELPER_SOCKET: z.optional(z.string()),
  MEMWARDEN_LOG_LEVEL: z._default(z.enum(['debug', 'info', 'warn', 'error']), 'info'),
});

export interface AgentConfig {
  readonly controller: string;
  readonly linkTokenFile: string;
  /** Null: the controller is on this machine and is spoken to without TLS. */
  readonly linkCaFile: string | null;
  /** Where Memwarden is installed in the cluster; null: it is in none. */
  readonly namespace: string | null;
  readonly version: string;
  readonly node: string;
  readonly stateDir: string;
  readonly samplePeriodMs: number;
  readonly httpListen: { readonly host: string; readonly port: number } | null;
  readonly procRoot: string;
  /** Null: found by the scanner in the mount table. */
  readonly cgroupRoot: string | null;
  /** Null: the one that was built in a folder above. */
  readonly nativeLibrary: string | null;
  /** Null: none, so nothing may be done. */
  readonly allowFile: string | null;
  readonly stopFile: string;
  /** Null: the agent has itself what orders need. */
  readonly helperSocket: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** @throws {InvalidValue} naming each variable that is missing or wrong */
export function readConfig(env: NodeJS.ProcessEnv = process.env): AgentConfig {
  // Set but empty means not set: what a Helm value or a unit file leaves blank.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path }) => problemWith(String(path[0])));
    throw new InvalidValue(`The agent's environment is not usable. ${problems.join('; ')}.`);
  }
  const { data } = parsed;
  return {
    controller: data.MEMWARDEN_CONTROLLER,
    linkTokenFile: data.MEMWARDEN_LINK_TOKEN_FILE,
    linkCaFile: data.MEMWARDEN_LINK_CA_FILE ?? null,
    namespace: data.MEMWARDEN_NAMESPACE ?? null,
    version: ownVersion(import.meta.dirname),
    node: data.MEMWARDEN_NODE_NAME,
    stateDir: data.MEMWARDEN_STATE_DIR,
    samplePeriodMs: Math.round(data.MEMWARDEN_SAMPLE_SECONDS * 1000),
    httpListen: listenAddress(data.MEMWARDEN_HTTP_LISTEN),
    procRoot: data.MEMWARDEN_PROC_ROOT,
    cgroupRoot: data.MEMWARDEN_CGROUP_ROOT ?? null,
    nativeLibrary: data.MEMWARDEN_NATIVE_LIBRARY ?? null,
    allowFile: data.MEMWARDEN_ALLOW_FILE ?? null,
    stopFile: data.MEMWARDEN_STOP_FILE ?? join(data.MEMWARDEN_STATE_DIR, 'STOP'),
    helperSocket: data.MEMWARDEN_HELPER_SOCKET ?? null,
    logLevel: data.MEMWARDEN_LOG_LEVEL,
  };
}

const MUST_BE: Readonly<Record<string, string>> = {
  MEMWARDEN_CONTROLLER: 'unix:/path.sock, host:port or dns:///name:port of the controller',
  MEMWARDEN_LINK_TOKEN_FILE: 'the file with the link token',
  MEMWARDEN_NODE_NAME: 'a name of at most 253 characters',
  MEMWARDEN_STATE_DIR: 'a folder of its own',
  MEMWARDEN_SAMPLE_SECONDS: 'a number from 1 to 60',
  MEMWARDEN_HTTP_LISTEN: 'host:port',
  MEMWARDEN_LOG_LEVEL: 'debug, info, warn or error',
};

function problemWith(name: string): string {
  return `${name} must be ${MUST_BE[name] ?? 'a text'}`;
}

function listenAddress(text: string | undefined): AgentConfig['httpListen'] {
  if (text === undefined) return null;
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (port > LAST_PORT) throw new InvalidValue(`MEMWARDEN_HTTP_LISTEN: there is no port ${port}.`);
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port };
}

/** From the package this file was built in, wherever in it the bundle lies. */
function ownVersion(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file))
      return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version);
    if (dirname(at) === at) return 'unknown';
  }
}
