import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { NodeMemoryStatus } from '#api';
import { systemClock, type Clock } from '#contracts/clock';
import { ALONE } from '#contracts/leadership';
import { KubeClusterView, NodeMemoryWriter } from '#kube';
import { ApiServer } from './api-server.js';
import { until } from './until.js';

jest.setTimeout(30_000);
let server: ApiServer;
let view: KubeClusterView;
const failures: unknown[] = [];

/** Time that a test can let pass. */
class Hands implements Clock {
  #extraMs = 0;
  readonly nowMs = (): number => systemClock.nowMs() + this.#extraMs;
  readonly monotonicMs = (): number => systemClock.monotonicMs() + this.#extraMs;

  pass(ms: number): void {
    this.#extraMs += ms;
  }
}

function status(usedBytes: number, more: Partial<NodeMemoryStatus> = {}): NodeMemoryStatus {
  return {
    observedAt: '2026-11-21T12:00:00Z',
    bootID: 'b1b1b1b1-0000-4000-8000-000000000000',
    agent: { version: '0.1.0', protocol: 1, capabilities: ['pods'] },
    effectiveMode: 'Observe',
    devices: [
      {
        id: 'host',
        type: 'Host',
        totalBytes: 1000,
        usedBytes,
        reservedBytes: 0,
        heldBytes: usedBytes,
        unattributedBytes: 0,
        quality: 'Measured',
        unknownHolders: 0,
        byClass: [{ class: 'Running', bytes: usedBytes }],
        topHolders: [],
        conditions: [],
      },
    ],
    conditions: [],
    ...more,
  };
}

interface Read {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly ownerReferences: readonly { readonly uid: string }[];
  };
  readonly status?: NodeMemoryStatus;
}

function read(name: string): Read | null {
  const text = server.kubectl(['get', 'nodememory', name, '--ignore-not-found', '-o', 'json']);
  return text === '' ? null : (JSON.parse(text) as Read);
}

const usedOf = (name: string): number | null | undefined => read(name)?.status?.devices[0]?.usedBytes;

async function node(name: string): Promise<void> {
  await server.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name } }]);
  await until(() => view.node(name) !== null);
}

function writer(clock: Clock): NodeMemoryWriter {
  const onFailure = (error: unknown): void => void failures.push(error);
  return new NodeMemoryWriter({
    client: server.client(),
    view,
    leadership: ALONE,
    clock,
    chance: () => 0.5,
    onFailure,
  });
}

beforeAll(async () => {
  server = await ApiServer.start();
  await server.applyCrds(['nodememories']);
  view = new KubeClusterView({ client: server.client(), chance: Math.random });
  await view.synced(AbortSignal.timeout(20_000));
}, 180_000);

afterAll(async () => {
  await view[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('NodeMemoryWriter at a real API server', () => {
  it('makes the object of a Node, owned by it, with what was seen last', async () => {
    await node('node-a');
    await using own = writer(new Hands());
    await until(() => {
      own.offer('node-a', status(100));
      own.offer('node-a', status(200));
      return usedOf('node-a') === 200;
    });
    const [owner] = read('node-a')?.metadata.ownerReferences ?? [];
    expect(owner).toMatchObject({ kind: 'Node', name: 'node-a', uid: view.node('node-a')?.uid });
    expect(read('node-a')?.status).toEqual(status(200));
    own.offer('nobody', status(1));
  });

  it('writes amounts when they have moved and 30 s are over, and everything after 10 min', async () => {
    await node('node-b');
    const clock = new Hands();
    await using own = writer(clock);
    await until(() => {
      own.offer('node-b', status(100));
      return usedOf('node-b') === 100;
    });
    const first = read('node-b')?.metadata.resourceVersion;
    clock.pass(60_000);
    await settled(own, 'node-b', 149);
    expect(read('node-b')?.metadata.resourceVersion).toBe(first);
    own.offer('node-b', status(400));
    await until(() => usedOf('node-b') === 400);
    await settled(own, 'node-b', 800);
    expect(usedOf('node-b')).toBe(400);
    clock.pass(31_000);
    await until(() => usedOf('node-b') === 800);
    own.offer('node-b', status(801));
    clock.pass(600_000);
    await until(() => usedOf('node-b') === 801);
  });

  it('leaves nothing behind that a new status does not have, and mends what a person wrote', async () => {
    await node('node-c');
    const clock = new Hands();
    await using own = writer(clock);
    await until(() => {
      own.offer('node-c', status(100));
      return usedOf('node-c') === 100;
    });
    const { agent: _agent, effectiveMode: _mode, ...bare } = status(500, { devices: [] });
    clock.pass(60_000);
    own.offer('node-c', bare);
    await until(() => read('node-c')?.status?.devices.length === 0);
    expect(read('node-c')?.status).toEqual(bare);
    const theirs = { status: { ...bare, bootID: 'theirs' } };
    server.kubectl([
      'patch',
      'nodememory',
      'node-c',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify(theirs),
    ]);
    clock.pass(60_000);
    await until(() => {
      own.offer('node-c', bare);
      return read('node-c')?.status?.bootID === bare.bootID;
    });
  });

  it('removes what belongs to a Node that is gone, and begins anew for another of its name', async () => {
    await node('node-d');
    await using own = writer(new Hands());
    await until(() => {
      own.offer('node-d', status(100));
      return usedOf('node-d') === 100;
    });
    const before = read('node-d')?.metadata.uid;
    server.kubectl(['delete', 'node', 'node-d']);
    await until(() => read('node-d') === null);
    await node('node-d');
    await until(() => {
      own.offer('node-d', status(300));
      return usedOf('node-d') === 300;
    });
    expect(read('node-d')?.metadata.uid).not.toBe(before);
    expect(read('node-d')?.metadata.ownerReferences[0]?.uid).toBe(view.node('node-d')?.uid);
  });

  it('writes what is newest when the API server is back', async () => {
    await node('node-e');
    const clock = new Hands();
    await using own = writer(clock);
    await until(() => {
      own.offer('node-e', status(100));
      return usedOf('node-e') === 100;
    });
    await server.killServer();
    clock.pass(60_000);
    own.offer('node-e', status(900));
    await until(() => failures.length > 0);
    own.offer('node-e', status(950));
    await server.startServer();
    clock.pass(60_000);
    await until(() => usedOf('node-e') === 950);
    expect(failures.map(String).join()).toMatch(/node-e/);
  }, 120_000);
});

/** Offered for longer than a round takes. */
async function settled(own: NodeMemoryWriter, name: string, usedBytes: number): Promise<void> {
  const end = performance.now() + 5000;
  await until(() => {
    own.offer(name, status(usedBytes));
    return performance.now() > end;
  });
}
