/*
 * The controller's settings: read from the environment once, checked, and from then on a plain value.
 * docs/reference/configuration.md describes each variable.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { InvalidValue } from '#contracts/errors';
import type { Mode } from '#contracts/mode';
import type { Limits } from '#policy';
import { installationLimits } from './acts/installation-limits.js';

export interface Listen {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

export interface ControllerConfig {
  readonly http: Listen;
  /** Names besides the loopback ones that the Host header may say; with or without a port. */
  readonly hosts: readonly string[];
  readonly linkListen: string;
  readonly redisUrl: string;
  /** Null: who asks is the API server's to say. */
  readonly token: string | null;
  /** For whom tokens must have been made, one of them, when the API server is asked. */
  readonly audiences: readonly string[];
  /** Who has the token, as far as it is known: stands where a person did something. */
  readonly tokenHolder: string;
  /** Null: whose an agent's token is, is the API server's to say. */
  readonly linkToken: string | null;
  readonly linkTls: LinkTls;
  /** Whether an agent's token must be bound to the node that it speaks for; `audit`: a difference is only said. */
  readonly nodeIdentity: 'audit' | 'enforce';
  /** Null: everything is in files. */
  readonly cluster: ClusterConfig | null;
  /** Null: no page is served. */
  readonly webDir: string | null;
  /** Where findings, cleanups, pause, breaker and audit are kept. Null: no policy is in force and nothing is acted on. */
  readonly stateDir: string | null;
  /** Null: there are no policies. */
  readonly policiesDir: string | null;
  /** What any policy may do at most. */
  readonly maxMode: Mode;
  /** What all policies together may do. */
  readonly limits: Limits;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** Managed: the controller makes its own certificates. */
export type LinkTls =
  { readonly kind: 'Off' | 'Managed' } | { readonly kind: 'Folder'; readonly folder: string };

/** This replica, in a cluster. */
export interface ClusterConfig {
  /** Of the installation. */
  readonly namespace: string;
  readonly podName: string;
  readonly podIp: string;
  /** The headless Service by which agents find the replicas: a name of the link's certificate. */
  readonly linkService: string;
  readonly api:
    | { readonly kind: 'Kubeconfig'; readonly path: string }
    /** As every pod reaches its API server. */
    | { readonly kind: 'InCluster'; readonly host: string; readonly port: string };
}

const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'must be host:port')
  .transform((text): Listen => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'has a port above 65535');

const path = z.string().refine(isAbsolute, 'must be an absolute path');

const name = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be a name as Kubernetes has them');

const environment = z.object({
  MEMWARDEN_HTTP_LISTEN: listen.prefault('127.0.0.1:8460'),
  MEMWARDEN_HTTP_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()])),
    ),
  MEMWARDEN_LINK_LISTEN: z.string().min(1),
  MEMWARDEN_REDIS_URL: z
    .string()
    .regex(/^(unix:\/\/\/|rediss?:\/\/)./, 'must be unix:///path, redis://… or rediss://…'),
  MEMWARDEN_TOKEN_FILE: path.optional(),
  MEMWARDEN_LINK_TOKEN_FILE: path.optional(),
  MEMWARDEN_STORE: z.enum(['files', 'kubernetes']).default('files'),
  MEMWARDEN_NAMESPACE: name.optional(),
  MEMWARDEN_POD_NAME: name.optional(),
  MEMWARDEN_POD_IP: z.union([z.ipv4(), z.ipv6()]).optional(),
  MEMWARDEN_KUBECONFIG: path.optional(),
  KUBERNETES_SERVICE_HOST: z.string().default(''),
  KUBERNETES_SERVICE_PORT: z.string().default('443'),
  MEMWARDEN_AUTH: z.enum(['token', 'kubernetes']).optional(),
  MEMWARDEN_AUTH_AUDIENCES: z
    .string()
    .default('memwarden')
    .transform((text) => text.split(',').map((audience) => audience.trim()))
    .refine((all) => all.every((audience) => audience !== '') && all.length <= 4, 'must be 1 to 4 audiences'),
  MEMWARDEN_LINK_TLS: z.enum(['off', 'managed']).default('off'),
  MEMWARDEN_LINK_TLS_DIR: path.optional(),
  MEMWARDEN_NODE_IDENTITY: z.enum(['audit', 'enforce']).default('enforce'),
  MEMWARDEN_TOKEN_HOLDER: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters')
    .default('token holder'),
  MEMWARDEN_WEB_DIR: path.optional(),
  MEMWARDEN_STATE_DIR: path.optional(),
  MEMWARDEN_POLICIES_DIR: path.optional(),
  MEMWARDEN_MAX_MODE: z.enum(['Observe', 'DryRun', 'Enforce']).default('Enforce'),
  MEMWARDEN_LINK_SERVICE: name.optional(),
  MEMWARDEN_LIMITS: installationLimits,
  MEMWARDEN_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** @throws {InvalidValue} naming each variable that is wrong and what it must be */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ControllerConfig {
  const parsed = environment.safeParse(env);
  const invalid = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const wrong = [...invalid, ...notTogether(env)];
  if (!parsed.success || wrong.length > 0)
    throw new InvalidValue(`The environment is not usable. ${wrong.join('; ')}.`);
  return configOf(parsed.data);
}

type Environment = z.infer<typeof environment>;

/** What one variable needs of another. */
function notTogether(env: NodeJS.ProcessEnv): readonly string[] {
  const isCluster = env['MEMWARDEN_STORE'] === 'kubernetes';
  const missing = (isCluster ? neededInCluster(env) : NEEDED_ALONE).filter(
    (variable) => (env[variable] ?? '') === '',
  );
  const wrong = (isCluster ? [WITHOUT_FOLDER] : ONLY_IN_CLUSTER).filter(
    ({ variable, value }) =>
      value === (env[variable] ?? '') || (value === null && (env[variable] ?? '') !== ''),
  );
  return [
    ...missing.map(
      (variable) => `${variable}: is missing${isCluster ? ' (MEMWARDEN_STORE=kubernetes)' : ''}`,
    ),
    ...wrong.map(({ variable, why }) => `${variable}: ${why}`),
  ];
}

interface Misfit {
  readonly variable: string;
  /** Null: whatever it is. */
  readonly value: string | null;
  readonly why: string;
}

const NEEDED_ALONE = ['MEMWARDEN_TOKEN_FILE', 'MEMWARDEN_LINK_TOKEN_FILE'];
const WITHOUT_FOLDER: Misfit = {
  variable: 'MEMWARDEN_POLICIES_DIR',
  value: null,
  why: 'must not be set, policies are objects (MEMWARDEN_STORE=kubernetes)',
};
const ONLY_IN_CLUSTER: readonly Misfit[] = [
  { variable: 'MEMWARDEN_AUTH', value: 'kubernetes', why: 'kubernetes needs MEMWARDEN_STORE=kubernetes' },
  {
    variable: 'MEMWARDEN_LINK_TLS',
    value: 'managed',
    why: 'managed keeps keys in a Secret and needs MEMWARDEN_STORE=kubernetes',
  },
];

function neededInCluster(env: NodeJS.ProcessEnv): readonly string[] {
  return [
    'MEMWARDEN_NAMESPACE',
    'MEMWARDEN_POD_NAME',
    'MEMWARDEN_POD_IP',
    ...(env['MEMWARDEN_AUTH'] === 'token' ? ['MEMWARDEN_TOKEN_FILE'] : []),
    ...((env['MEMWARDEN_KUBECONFIG'] ?? '') === '' ? ['KUBERNETES_SERVICE_HOST'] : []),
  ];
}

function configOf(data: Environment): ControllerConfig {
  const cluster = clusterOf(data);
  const auth = data.MEMWARDEN_AUTH ?? (cluster === null ? 'token' : 'kubernetes');
  return {
    http: data.MEMWARDEN_HTTP_LISTEN,
    hosts: data.MEMWARDEN_HTTP_HOSTS,
    linkListen: data.MEMWARDEN_LINK_LISTEN,
    linkTls: linkTlsOf(data),
    nodeIdentity: data.MEMWARDEN_NODE_IDENTITY,
    redisUrl: data.MEMWARDEN_REDIS_URL,
    token: auth === 'kubernetes' ? null : readToken(data.MEMWARDEN_TOKEN_FILE),
    audiences: data.MEMWARDEN_AUTH_AUDIENCES,
    tokenHolder: data.MEMWARDEN_TOKEN_HOLDER,
    linkToken: cluster === null ? readToken(data.MEMWARDEN_LINK_TOKEN_FILE) : null,
    webDir: data.MEMWARDEN_WEB_DIR ?? null,
    stateDir: data.MEMWARDEN_STATE_DIR ?? null,
    policiesDir: data.MEMWARDEN_POLICIES_DIR ?? null,
    maxMode: data.MEMWARDEN_MAX_MODE,
    limits: data.MEMWARDEN_LIMITS,
    logLevel: data.MEMWARDEN_LOG_LEVEL,
    cluster,
  };
}

function clusterOf(data: Environment): ClusterConfig | null {
  if (data.MEMWARDEN_STORE === 'files') return null;
  const { MEMWARDEN_NAMESPACE = '', MEMWARDEN_POD_NAME = '', MEMWARDEN_POD_IP = '' } = data;
  return {
    namespace: MEMWARDEN_NAMESPACE,
    podName: MEMWARDEN_POD_NAME,
    podIp: MEMWARDEN_POD_IP,
    linkService: data.MEMWARDEN_LINK_SERVICE ?? 'memwarden-controller-link',
    api:
      data.MEMWARDEN_KUBECONFIG === undefined
        ? { kind: 'InCluster', host: data.KUBERNETES_SERVICE_HOST, port: data.KUBERNETES_SERVICE_PORT }
        : { kind: 'Kubeconfig', path: data.MEMWARDEN_KUBECONFIG },
  };
}

function linkTlsOf({ MEMWARDEN_LINK_TLS_DIR: folder, MEMWARDEN_LINK_TLS: wanted }: Environment): LinkTls {
  if (folder !== undefined) return { kind: 'Folder', folder };
  return { kind: wanted === 'managed' ? 'Managed' : 'Off' };
}

const LEAST_TOKEN = 16;

/** @throws {InvalidValue} */
function readToken(file = ''): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new InvalidValue(
      `The token file ${file} cannot be read; write a random token into it, mode 0600.`,
      { cause },
    );
  }
  if (token.length < LEAST_TOKEN || !/^[\x21-\x7e]+$/.test(token))
    throw new InvalidValue(`The token in ${file} must be ${LEAST_TOKEN} or more printable ASCII characters.`);
  return token;
}
