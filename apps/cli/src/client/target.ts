/*
 * Which controller a command talks to: --server, else MEMWARDEN_SERVER, else the local mode that runs on the state dir.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { InvalidValue, Unavailable } from '#contracts/errors';
import type { CliEnvironment } from '../config.js';
import { runningFile } from '../local/state-dir.js';

export interface TargetFlags {
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly stateDir: string;
}

export interface Target {
  /** Ends with /api/v1. */
  readonly api: string;
  readonly token: string | undefined;
}

const API = '/api/v1';

/** @throws {InvalidValue} for what is no address, {Unavailable} when there is nothing to talk to */
export async function findTarget(flags: TargetFlags, environment: CliEnvironment): Promise<Target> {
  const server = flags.server ?? environment.server;
  const token = flags.token ?? environment.token;
  if (server !== undefined) return { api: apiOf(server), token };
  const running = await readRunning(flags.stateDir);
  return { api: running.api, token: token ?? running.token };
}

function apiOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url === null || !/^https?:$/u.test(url.protocol))
    throw new InvalidValue(`--server ${server}: write http://HOST:PORT or https://HOST:PORT.`);
  const base = `${url.origin}${url.pathname.replace(/\/+$/u, '')}`;
  return base.endsWith(API) ? base : `${base}${API}`;
}

async function readRunning(stateDir: string): Promise<{ api: string; token: string }> {
  const file = runningFile(stateDir);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw notRunning(stateDir, error);
  });
  const { api, token, pid } = parse(text);
  if (typeof pid === 'number' && !existsSync(`/proc/${pid}`)) throw notRunning(stateDir);
  if (typeof api !== 'string' || typeof token !== 'string')
    throw new Unavailable(`${file} is damaged. Start local mode again; it writes the file anew.`);
  return { api, token };
}

function notRunning(stateDir: string, cause?: unknown): Unavailable {
  return new Unavailable(
    `No local mode runs on ${stateDir}. Start one ("memwarden local"), or name a controller: --server URL --token TOKEN.`,
    { cause },
  );
}

function parse(text: string): { api?: unknown; token?: unknown; pid?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
