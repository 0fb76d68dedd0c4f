/*
 * The controller's settings: read from the environment once, checked, and from then on a plain value.
 * docs/reference/configuration.md describes each variable.
 */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { InvalidValue } from '#contracts/errors';
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
  readonly token: string;
  /** Who has the token, as far as it is known: stands where a person did something. */
  readonly tokenHolder: string;
  readonly linkToken: string;
  /** Null: no page is served. */
  readonly webDir: string | null;
  /** Where findings, cleanups, pause, breaker and audit are kept. Null: no policy is in force and nothing is acted on. */
  readonly stateDir: string | null;
  /** Null: there are no policies. */
  readonly policiesDir: string | null;
  /** What all policies together may do. */
  readonly limits: Limits;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
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
  MEMWARDEN_TOKEN_FILE: path,
  MEMWARDEN_LINK_TOKEN_FILE: path,
  MEMWARDEN_TOKEN_HOLDER: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters')
    .default('token holder'),
  MEMWARDEN_WEB_DIR: path.optional(),
  MEMWARDEN_STATE_DIR: path.optional(),
  MEMWARDEN_POLICIES_DIR: path.optional(),
  MEMWARDEN_LIMITS: installationLimits,
  MEMWARDEN_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** @throws {InvalidValue} naming each variable that is wrong and what it must be */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ControllerConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new InvalidValue(`The environment is not usable. ${wrong.join('; ')}.`);
  }
  const { data } = parsed;
  return {
    http: data.MEMWARDEN_HTTP_LISTEN,
    hosts: data.MEMWARDEN_HTTP_HOSTS,
    linkListen: data.MEMWARDEN_LINK_LISTEN,
    redisUrl: data.MEMWARDEN_REDIS_URL,
    token: readToken(data.MEMWARDEN_TOKEN_FILE),
    tokenHolder: data.MEMWARDEN_TOKEN_HOLDER,
    linkToken: readToken(data.MEMWARDEN_LINK_TOKEN_FILE),
    webDir: data.MEMWARDEN_WEB_DIR ?? null,
    stateDir: data.MEMWARDEN_STATE_DIR ?? null,
    policiesDir: data.MEMWARDEN_POLICIES_DIR ?? null,
    limits: data.MEMWARDEN_LIMITS,
    logLevel: data.MEMWARDEN_LOG_LEVEL,
  };
}

const LEAST_TOKEN = 16;

/** @throws {InvalidValue} */
function readToken(file: string): string {
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
