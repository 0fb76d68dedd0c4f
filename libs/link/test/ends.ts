/*
 * Both ends of a link, for tests: what they hear can be waited on, and they end with their test.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from '@jest/globals';
import type { HistorySource, NodeListener, NodeReport } from '#contracts/report';
import type { SeriesHistory } from '#contracts/series';
import { bytes, signedBytes } from '#contracts/units';
import {
  AgentLink,
  LinkServer,
  SharedToken,
  type AgentEvent,
  type AgentLinkOptions,
  type LinkServerOptions,
  type ServerEvent,
} from '../src/index.js';

export const scratch = mkdtempSync(join(tmpdir(), 'mw-link-'));
let sockets = 0;
const things: AsyncDisposable[] = [];

afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A log that can be waited on: the deadline is jest's own. */
export class Log<T> {
  readonly all: T[] = [];
  #waiters: (() => void)[] = [];

  add(entry: T): void {
    this.all.push(entry);
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async until(found: (all: readonly T[]) => boolean): Promise<void> {
    while (!found(this.all)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}

export type Heard =
  | { readonly kind: 'connected'; readonly node: string }
  | { readonly kind: 'reported'; readonly report: NodeReport }
  | { readonly kind: 'disconnected'; readonly node: string };

export class Listener extends Log<Heard> implements NodeListener {
  connected(node: string): void {
    this.add({ kind: 'connected', node });
  }
  reported(report: NodeReport): void {
    this.add({ kind: 'reported', report });
  }
  disconnected(node: string): void {
    this.add({ kind: 'disconnected', node });
  }
  get reports(): NodeReport[] {
    return this.all.flatMap((heard) => (heard.kind === 'reported' ? [heard.report] : []));
  }
}

export const HISTORY: SeriesHistory = {
  series: {
    id: 's1',
    node: 'node-a',
    device: 'host',
    holder: null,
    quantity: 'used',
    name: 'host',
    firstAtMs: 0,
    lastAtMs: 10_000,
    lastBytes: 7,
    limitBytes: null,
  },
  blocks: [{ startMs: 0, endMs: 5000, min: 1, mean: 2.5, max: 4 }],
};
const history: HistorySource = {
  list: () => [HISTORY.series],
  read: (id) => (id === 's1' ? HISTORY : null),
};

export function report(takenAtMs: number, held = 4096): NodeReport {
  const id = 'cgroup:1:/a';
  const b = bytes(held);
  return {
    ledger: {
      node: 'node-a',
      bootId: 'boot-1',
      takenAtMs,
      pressure: null,
      devices: [
        {
          id: 'host',
          kind: 'host',
          name: 'host memory',
          totalBytes: bytes(1_000_000),
          usedBytes: bytes(held + 100),
          reservedBytes: bytes(150),
          unattributedBytes: signedBytes(-50),
          errorBoundBytes: bytes(0),
          unattributedKnown: [],
          unknownHolders: 0,
          quality: 'measured',
          holders: [
            { id, kind: 'cgroup', name: '/a', class: 'Running', flags: [], bytes: b, quality: 'measured' },
          ],
        },
      ],
    },
    agent: { version: '0.1.0', rssBytes: bytes(1), cpuPercent: 0.5, sampleMs: 3 },
    health: [{ component: 'sensor', state: 'ok' }],
  };
}

export interface Served {
  readonly server: LinkServer;
  readonly listener: Listener;
  readonly events: Log<ServerEvent>;
  readonly address: string;
}

export interface Connected {
  readonly link: AgentLink;
  readonly events: Log<AgentEvent>;
}

export async function serve(more: Partial<LinkServerOptions> = {}): Promise<Served> {
  const listener = new Listener();
  const events = new Log<ServerEvent>();
  const listen = more.listen ?? freshSocket();
  const server = new LinkServer({
    listen,
    authenticate: new SharedToken('secret'),
    listener,
    onEvent: (e) => events.add(e),
    ...more,
  });
  things.push(server);
  const { address } = await server.start();
  return { server, listener, events, address };
}

export function connect(controller: string, more: Partial<AgentLinkOptions> = {}): Connected {
  const events = new Log<AgentEvent>();
  const link = new AgentLink({
    controller,
    token: 'secret',
    node: 'node-a',
    bootId: 'boot-1',
    agentVersion: '0.1.0',
    history,
    chance: () => 0.01,
    onEvent: (e) => events.add(e),
    ...more,
  });
  things.push(link);
  link.start();
  return { link, events };
}

export function freshSocket(): string {
  sockets += 1;
  return `unix:${scratch}/${sockets}.sock`;
}
