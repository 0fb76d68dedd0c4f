import { mkdtempSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NodeLedger } from '#contracts/ledger';
import { FakeClock, FakeLink, ledgerOf } from '../test/fakes.js';
import { Agent } from './agent.js';
import { HealthLog } from './health/health-log.js';
import { HistoryKeeper } from './history/history-keeper.js';
import type { Sampler } from './pipeline/sampler.js';

let dir: string;
let link: FakeLink;
let clock: FakeClock;
let failed: string[];
beforeEach(() => {
  failed = [];
  dir = mkdtempSync(join(tmpdir(), 'memwarden-agent-'));
  link = new FakeLink();
  clock = new FakeClock();
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function agentWith(sample: () => Promise<void>, last: () => NodeLedger | null): Agent {
  const sampler = {
    sample,
    health: () => [],
    get lastLedger() {
      return last();
    },
  } as unknown as Sampler;
  const healthLog = new HealthLog({ log: () => undefined, warn: () => undefined });
  const history = new HistoryKeeper('n1', dir, clock);
  const orders = { start: () => Promise.resolve(), stop: () => endOrders() };
  return new Agent({
    samplePeriodMs: 1000,
    clock,
    sampler,
    history,
    link,
    orders,
    endpoint: null,
    healthLog,
    onFailure: (_error, name) => failed.push(name),
  });
}

let endOrders: () => Promise<void> = () => Promise.resolve();

describe('Agent', () => {
  it('is ready with the first ledger', async () => {
    const agent = agentWith(
      () => Promise.resolve(),
      () => ledgerOf(0, []),
    );
    await agent.start();
    await agent.ready;
    expect(link.isStarted).toBe(true);
    await agent.stop();
  });

  it('stops with history on disk and the link closed', async () => {
    const agent = agentWith(
      () => Promise.resolve(),
      () => null,
    );
    await agent.start();
    await agent.stop();
    expect(existsSync(join(dir, 'history.mwh'))).toBe(true);
    expect(link.isDisposed).toBe(true);
  });

  it('stops in time with a disk that does not answer', async () => {
    using _save = jest.spyOn(HistoryKeeper.prototype, 'save').mockReturnValue(new Promise(() => undefined));
    const agent = agentWith(
      () => Promise.resolve(),
      () => null,
    );
    await agent.start();
    await agent.stop();
    expect(link.isDisposed).toBe(true);
    expect(failed).toEqual(['history']);
  });

  it('waits for an act that is under way over HTTP, which takes up to 2 s', async () => {
    let isOver = false;
    endOrders = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_900));
      isOver = true;
    };
    const agent = agentWith(
      () => Promise.resolve(),
      () => null,
    );
    await agent.start();
    await agent.stop();
    expect(isOver).toBe(true);
    endOrders = () => new Promise(() => undefined);
    const startMs = performance.now();
    await agent.stop();
    expect(performance.now() - startMs).toBeLessThan(2_800);
    endOrders = () => Promise.resolve();
  });

  it('takes leave of the controller although the disk is full, and says what failed', async () => {
    using _save = jest.spyOn(HistoryKeeper.prototype, 'save').mockRejectedValue(new RangeError('ENOSPC'));
    const agent = agentWith(
      () => Promise.resolve(),
      () => null,
    );
    await agent.start();
    await agent.stop();
    expect(link.isDisposed).toBe(true);
    expect(failed).toEqual(['history']);
  });

  it('saves when the sample under way is over, not before', async () => {
    using save = jest.spyOn(HistoryKeeper.prototype, 'save').mockResolvedValue();
    const gate = Promise.withResolvers<undefined>();
    const agent = agentWith(
      async () => {
        await gate.promise;
      },
      () => null,
    );
    await agent.start();
    const stopped = agent.stop();
    await new Promise(setImmediate);
    expect(save).not.toHaveBeenCalled();
    gate.resolve(undefined);
    await stopped;
    expect(save).toHaveBeenCalledTimes(1);
  });

  it('stops in time with a sample that never ends and a link that does not leave', async () => {
    link[Symbol.asyncDispose] = () => new Promise(() => undefined);
    const agent = agentWith(
      () => new Promise(() => undefined),
      () => null,
    );
    await agent.start();
    const startMs = performance.now();
    await agent.stop();
    expect(performance.now() - startMs).toBeLessThan(2500);
    expect(existsSync(join(dir, 'history.mwh'))).toBe(true);
  });
});
