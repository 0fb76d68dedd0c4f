import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { bundleSource } from '../../testing/bundle-source.mjs';
import { ApiServer } from './api-server.js';

interface Said {
  readonly identity: string;
  readonly isLeader: boolean;
  readonly leader: { readonly identity: string; readonly address: string } | null;
  readonly atMs: number;
}

let server: ApiServer;
let program: string;
const running: Candidate[] = [];

/** A process of its own, and what it said. */
class Candidate {
  readonly said: Said[] = [];
  readonly process: ChildProcess;

  constructor(readonly name: string) {
    const { stdio } = { stdio: ['ignore', 'pipe', 'inherit'] as const };
    this.process = spawn(process.execPath, [program, server.kubeconfig, name], { stdio: [...stdio] });
    createInterface({ input: this.process.stdout! }).on('line', (line) =>
      this.said.push(JSON.parse(line) as Said),
    );
    running.push(this);
  }

  get last(): Said | undefined {
    return this.said.at(-1);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill(signal);
    await exit;
  }
}

async function until<T>(withinMs: number, look: () => T | undefined): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms: ${JSON.stringify(running.map((c) => c.said))}`);
    await pause(10);
  }
}

const leaderAmong = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.find(({ last }) => last?.isLeader === true);

/** Times at which each said that it leads; the machine's clock is the same for all. */
function reigns(): { readonly identity: string; readonly fromMs: number; readonly toMs: number }[] {
  return running.flatMap(({ said, name }) =>
    said.flatMap(({ isLeader, atMs }, i) =>
      isLeader ? [{ identity: name, fromMs: atMs, toMs: said[i + 1]?.atMs ?? atMs }] : [],
    ),
  );
}

beforeAll(async () => {
  server = await ApiServer.start();
  program = await bundleSource('libs/kube/test/candidate.ts', 'build/test/election-candidate.mjs');
}, 180_000);

afterEach(async () => {
  await Promise.all(running.map((candidate) => candidate.end('SIGKILL')));
  const all = reigns().sort((a, b) => a.fromMs - b.fromMs);
  const overlaps = all.filter(({ fromMs }, i) => i > 0 && fromMs < (all[i - 1]?.toMs ?? 0));
  running.length = 0;
  server.kubectl(['delete', 'lease', 'the-lease', '--ignore-not-found']);
  if (overlaps.length > 0) throw new Error(`two led at once: ${JSON.stringify(all)}`);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('LeaseElection at a real API server', () => {
  it('has one leader, known to all with its address', async () => {
    const all = ['pod-a', 'pod-b', 'pod-c'].map((name) => new Candidate(name));
    const leader = await until(15_000, () => leaderAmong(all));
    await until(5000, () => (all.every((c) => c.last?.leader?.identity === leader.name) ? true : undefined));
    expect(all.filter(({ last }) => last?.isLeader === true)).toHaveLength(1);
    expect(all.map(({ last }) => last?.leader?.address)).toEqual(all.map(() => `${leader.name}:8460`));
    const lease = JSON.parse(server.kubectl(['get', 'lease', 'the-lease', '-o', 'json'])) as { spec: object };
    expect(lease.spec).toMatchObject({
      holderIdentity: leader.name,
      leaseDurationSeconds: 10,
      leaseTransitions: 0,
    });
  }, 60_000);

  it('follows a leader that was killed within 15 s', async () => {
    const all = ['pod-a', 'pod-b', 'pod-c'].map((name) => new Candidate(name));
    const leader = await until(15_000, () => leaderAmong(all));
    await pause(3000); // a renewal or two
    await leader.end('SIGKILL');
    const killedAtMs = Date.now();
    const others = all.filter((candidate) => candidate !== leader);
    const next = await until(15_000, () => leaderAmong(others));
    console.log(`crash: followed after ${(next.last?.atMs ?? 0) - killedAtMs} ms`);
    expect((next.last?.atMs ?? 0) - killedAtMs).toBeLessThan(15_000);
  }, 60_000);

  it('follows a leader that stops cleanly within 2 s', async () => {
    const all = ['pod-a', 'pod-b'].map((name) => new Candidate(name));
    const leader = await until(15_000, () => leaderAmong(all));
    await until(5000, () => (all.every((c) => c.last?.leader?.identity === leader.name) ? true : undefined));
    const stoppedAtMs = Date.now();
    await leader.end('SIGTERM');
    const others = all.filter((candidate) => candidate !== leader);
    const next = await until(5000, () => leaderAmong(others));
    console.log(`clean stop: followed after ${(next.last?.atMs ?? 0) - stoppedAtMs} ms`);
    expect((next.last?.atMs ?? 0) - stoppedAtMs).toBeLessThan(2000);
    expect(leader.process.exitCode).toBe(0);
  }, 60_000);

  it('stops leading in time when the API server is away, and has a leader again when it is back', async () => {
    const all = ['pod-a', 'pod-b'].map((name) => new Candidate(name));
    const leader = await until(15_000, () => leaderAmong(all));
    await server.killServer();
    const awayAtMs = Date.now();
    await until(10_000, () => (leader.last?.isLeader === false ? true : undefined));
    expect((leader.last?.atMs ?? 0) - awayAtMs).toBeLessThan(8000);
    await server.startServer();
    const backAtMs = Date.now();
    const next = await until(15_000, () => leaderAmong(all));
    console.log(`API server back: a leader after ${(next.last?.atMs ?? 0) - backAtMs} ms`);
  }, 90_000);

  it('is not stopped by a short absence of the API server', async () => {
    const candidate = new Candidate('pod-a');
    await until(15_000, () => leaderAmong([candidate]));
    const killedAtMs = performance.now();
    await server.killServer();
    await server.startServer();
    const isShort = performance.now() - killedAtMs < 4000; // a loaded machine takes longer to start it
    await pause(8000); // longer than it would lead without a renewal
    const reignsOf = candidate.said.filter(({ isLeader }) => isLeader).length;
    expect(reignsOf).toBeLessThanOrEqual(isShort ? 1 : 2);
    await until(10_000, () => leaderAmong([candidate]));
    expect(candidate.last?.isLeader).toBe(true);
  }, 90_000);

  it('does not lead again by the name of one that was killed before its time is over', async () => {
    const first = new Candidate('pod-a');
    await until(15_000, () => leaderAmong([first]));
    await first.end('SIGKILL');
    const killedAtMs = Date.now();
    const second = new Candidate('pod-a');
    await until(20_000, () => leaderAmong([second]));
    expect((second.last?.atMs ?? 0) - killedAtMs).toBeGreaterThan(7000);
  }, 60_000);
});
