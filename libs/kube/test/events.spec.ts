import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock, type Clock } from '#contracts/clock';
import { EventRecorder, type KubeEvent } from '#kube';
import { ApiServer } from './api-server.js';
import { until } from './until.js';

jest.setTimeout(30_000);
let server: ApiServer;
const failures: unknown[] = [];

interface Read {
  readonly regarding: { readonly name: string };
  readonly note: string;
  readonly reportingController: string;
  readonly series?: { readonly count: number };
}

const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web-1', uid: 'u1' };

function event(more: Partial<KubeEvent> = {}): KubeEvent {
  return {
    regarding: pod,
    type: 'Warning',
    reason: 'MemoryLeak',
    action: 'Notify',
    note: 'SIGHUP was sent',
    ...more,
  };
}

function read(): readonly Read[] {
  return (JSON.parse(server.kubectl(['get', 'events.events.k8s.io', '-o', 'json'])) as { items: Read[] })
    .items;
}

class Hands implements Clock {
  #extraMs = 0;
  readonly nowMs = (): number => systemClock.nowMs() + this.#extraMs;
  readonly monotonicMs = (): number => systemClock.monotonicMs() + this.#extraMs;

  pass(ms: number): void {
    this.#extraMs += ms;
  }
}

function recorder(clock: Clock = systemClock): EventRecorder {
  const onFailure = (error: unknown): void => void failures.push(error);
  return new EventRecorder({ client: server.client(), clock, instance: 'controller-0', onFailure });
}

beforeAll(async () => {
  server = await ApiServer.start();
}, 180_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('EventRecorder at a real API server', () => {
  afterEach(() => {
    failures.length = 0;
  });

  it('says it once, and the same again as its series; kubectl shows it where it belongs', async () => {
    const clock = new Hands();
    await using own = recorder(clock);
    own.record(event());
    await until(() => read().length === 1);
    for (let i = 0; i < 41; i += 1) own.record(event({ note: `again ${i}` }));
    await until(() => {
      clock.pass(61_000);
      return read()[0]?.series?.count === 42;
    });
    expect(read()).toHaveLength(1);
    expect(read()[0]).toMatchObject({
      note: 'SIGHUP was sent',
      reportingController: 'memwarden.dev/controller',
    });
    const shown = server.kubectl(['events', '--for', 'pod/web-1']);
    expect(shown).toMatch(/x42 .*Warning +MemoryLeak +Pod\/web-1 +SIGHUP was sent/);
    server.kubectl(['delete', 'events', '--all']);
    own.record(event());
    await until(() => {
      clock.pass(61_000);
      return read()[0]?.series?.count === 43;
    });
    expect(failures).toEqual([]);
  });

  it('is taken whatever its texts are, also about a node', async () => {
    const own = recorder();
    const node = { apiVersion: 'v1', kind: 'Node', name: 'Node_A.example.', uid: 'n' };
    const related = { ...pod, name: 'x'.repeat(253) };
    own.record(event({ regarding: node, related, note: '€'.repeat(2000), reason: 'R'.repeat(300) }));
    await own[Symbol.asyncDispose]();
    expect(failures).toEqual([]);
    expect(read().some(({ regarding }) => regarding.name === node.name)).toBe(true);
  });

  it('drops what will never be taken, goes on with the rest, and waits for the API server', async () => {
    const own = recorder();
    own.record(event({ regarding: { ...pod, namespace: 'nowhere' } }));
    own.record(event({ reason: 'Second' }));
    await until(() => failures.length === 1);
    await until(() => read().some((each) => each.note === 'SIGHUP was sent'));
    expect(own.dropped).toBe(1);
    await server.killServer();
    own.record(event({ reason: 'Third', note: 'while it was away' }));
    await until(() => failures.length === 2, 10_000);
    await server.startServer();
    await until(() => read().some(({ note }) => note === 'while it was away'), 30_000);
    await own[Symbol.asyncDispose]();
  }, 120_000);
});
