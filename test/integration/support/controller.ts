/*
 * A whole controller in this process, on a port and a socket of its own, and ways to ask it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistorySource } from '#contracts/report';
import { AgentLink, type AgentLinkOptions } from '#link';
import { DEFAULT_LIMITS } from '../../../apps/controller/src/acts/installation-limits.js';
import type { ControllerConfig } from '../../../apps/controller/src/config.js';
import { startController, type RunningController } from '../../../apps/controller/src/controller.js';

export const TOKEN = 'the-token-of-the-page';
export const LINK_TOKEN = 'the-token-of-the-link';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export class TestController implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mw-controller-'));
  readonly #config: ControllerConfig;
  #running: RunningController | null = null;

  constructor(config: Partial<ControllerConfig> & Pick<ControllerConfig, 'redisUrl'>) {
    this.#config = {
      http: { host: '127.0.0.1', port: 0 },
      hosts: [],
      linkListen: `unix:${this.#folder}/link.sock`,
      tokenHolder: 'person',
      token: TOKEN,
      linkToken: LINK_TOKEN,
      audiences: [],
      linkTls: { kind: 'Off' },
      nodeIdentity: 'enforce',
      cluster: null,
      webDir: null,
      stateDir: null,
      policiesDir: null,
      maxMode: 'Enforce',
      limits: DEFAULT_LIMITS,
      logLevel: 'error',
      ...config,
    };
  }

  async start(): Promise<this> {
    this.#running = await startController(this.#config);
    return this;
  }

  async stop(): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
    this.#running = null;
  }

  get port(): number {
    return this.#running?.port ?? 0;
  }

  get linkListen(): string {
    return this.#config.linkListen;
  }

  agent(more: Partial<AgentLinkOptions> = {}): AgentLink {
    const link = new AgentLink({
      controller: this.#config.linkListen,
      token: LINK_TOKEN,
      node: 'node-a',
      bootId: 'boot-1',
      agentVersion: '0.1.0',
      history: NO_HISTORY,
      chance: () => 0.01,
      ...more,
    });
    link.start();
    return link;
  }

  /** As the page would ask, with the token; `headers` overrule. */
  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('GET', path, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  }

  async json<T>(path: string): Promise<T> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  }

  /** `write` puts a body on the request; what the server did to the connection meanwhile is not an error. */
  send(
    method: string,
    path: string,
    {
      headers = {},
      write,
    }: { headers?: Readonly<Record<string, string>>; write?: (chunk: (data: Buffer) => boolean) => void },
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: this.port,
        method,
        path,
        headers,
        agent: false,
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      });
      request.on('error', reject);
      if (write === undefined) request.end();
      else write((data) => request.write(data));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const NO_HISTORY: HistorySource = { list: () => [], read: () => null };
