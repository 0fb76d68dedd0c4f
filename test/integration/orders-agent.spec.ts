/*
 * The agent as a process, an order over the link: done, answered, and after a kill -9 never done again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { AgentVeto, OrderAnswer, OrderListener } from '#contracts/order';
import { LinkServer, SharedToken } from '#link';
import {
  ALLOW_ALL,
  CATCHES_USR2,
  orderOf,
  Program,
  scratchFolder,
  startTicks,
  targetOf,
  TERMS,
} from '../../apps/node-agent/test/orders.js';

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/node-agent/src/main.js');
const TOKEN = 'secret';

class Heard implements OrderListener {
  readonly answers: OrderAnswer[] = [];
  veto: AgentVeto | null = null;
  #wake: (() => void)[] = [];

  answered(_: string, answer: OrderAnswer): void {
    this.answers.push(answer);
    this.#woken();
  }
  vetoChanged(_: string, veto: AgentVeto): void {
    this.veto = veto;
    this.#woken();
  }
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

class AgentProcess implements AsyncDisposable {
  readonly child: ChildProcess;

  constructor(folder: string) {
    this.child = spawn(process.execPath, ['--optimize-for-size', '--max-semi-space-size=1', MAIN], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        MEMWARDEN_CONTROLLER: `unix:${folder}/link.sock`,
        MEMWARDEN_LINK_TOKEN_FILE: join(folder, 'token'),
        MEMWARDEN_STATE_DIR: join(folder, 'agent'),
        MEMWARDEN_NODE_NAME: 'n',
        MEMWARDEN_ALLOW_FILE: join(folder, 'allow.yaml'),
        MEMWARDEN_STOP_FILE: join(folder, 'STOP'),
        MEMWARDEN_LOG_LEVEL: 'error',
        MEMWARDEN_SAMPLE_SECONDS: '1',
      },
    });
  }
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.end('SIGKILL');
  }
}

async function controllerIn(folder: string) {
  const heard = new Heard();
  let epoch = 10;
  const quiet = { connected: () => undefined, reported: () => undefined, disconnected: () => undefined };
  const server = new LinkServer({
    listen: `unix:${folder}/link.sock`,
    authenticate: new SharedToken(TOKEN),
    listener: quiet,
    orders: {
      listener: heard,
      epochs: { next: (_, atLeast) => Promise.resolve((epoch = Math.max(epoch, atLeast) + 1)) },
    },
  });
  writeFileSync(join(folder, 'token'), TOKEN);
  writeFileSync(join(folder, 'allow.yaml'), JSON.stringify(ALLOW_ALL), { mode: 0o600 });
  await server.start();
  server.announce(TERMS);
  return { server, heard };
}

describe('an agent', () => {
  it('does an order once, across kill -9, answers until acknowledged, and stops with the stop file', async () => {
    expect(existsSync(MAIN)).toBe(true);
    using folder = scratchFolder();
    const { server, heard } = await controllerIn(folder.path);
    await using _server = server;
    await using program = new Program(CATCHES_USR2, { MEMWARDEN_NOTIFY_SIGNAL: 'SIGUSR2' });
    await program.says('READY');
    const first = new AgentProcess(folder.path);
    await using _first = first;
    await heard.until(() => heard.veto?.mode === 'Enforce');
    const { epoch: _, ...order } = orderOf('o1', {
      target: targetOf(program.pid),
      journalId: heard.veto?.journalId ?? '',
    });
    while (!server.send('n', order)) await new Promise(setImmediate);
    await heard.until(() => heard.answers.length === 1);
    expect(heard.answers[0]).toMatchObject({ orderId: 'o1', outcome: { kind: 'Executed' } });
    expect(await program.says('GOT')).toBe(true);
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${first.child.pid}/status`, 'utf8'))?.[1]);
    expect(rss).toBeLessThan(110 * 1024);

    await first.end('SIGKILL');
    await using _second = new AgentProcess(folder.path);
    await heard.until(() => heard.answers.length === 2);
    while (!server.send('n', { ...order, isFirstDelivery: false })) await new Promise(setImmediate);
    await heard.until(() => heard.answers.length === 3);
    expect(new Set(heard.answers.map((answer) => JSON.stringify(answer.outcome))).size).toBe(1);
    server.acknowledge('n', 'o1');

    writeFileSync(join(folder.path, 'STOP'), '');
    await heard.until(() => heard.veto?.mode === 'Observe');
    server.send('n', { ...order, id: 'o2' });
    await heard.until(() => heard.answers.some(({ orderId }) => orderId === 'o2'));
    expect(heard.answers.at(-1)).toMatchObject({ outcome: { kind: 'Refused', reason: 'StopFile' } });
    expect(program.lines.filter((line) => line === 'GOT')).toHaveLength(1);
    expect(startTicks(program.pid)).toBe(order.target.process?.startTimeTicks);
  });

  it('ends within 3 s while a process is being asked over HTTP, and the next one knows what became of it', async () => {
    using folder = scratchFolder();
    const { server, heard } = await controllerIn(folder.path);
    await using _server = server;
    const asked = Promise.withResolvers<undefined>();
    const silent = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => asked.resolve(undefined));
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await using program = new Program(
      CATCHES_USR2,
      { MEMWARDEN_NOTIFY_PORT: String(port) },
      undefined,
      silent,
    );
    await program.says('READY');
    await using first = new AgentProcess(folder.path);
    await heard.until(() => heard.veto?.mode === 'Enforce');
    const { epoch: _, ...order } = orderOf('o1', {
      target: targetOf(program.pid),
      act: { type: 'Notify', transport: 'PodHTTP' },
      journalId: heard.veto?.journalId ?? '',
    });
    while (!server.send('n', order)) await new Promise(setImmediate);
    await asked.promise;
    const startMs = performance.now();
    await first.end('SIGTERM');
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await using _second = new AgentProcess(folder.path);
    await heard.until(() => heard.answers.length > 0);
    expect(heard.answers[0]).toMatchObject({ orderId: 'o1', outcome: { kind: 'Unknown' } });
    silent.close();
  });
});
