/*
 * The whole loop of a real controller with a real Redis, files in a state dir and agents over the real link.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { conditionOf, type MemoryCleanup, type MemoryFinding, type MemoryPolicy } from '#api';
import { auditPage, modeView, validation } from '../../apps/controller/src/api/acts-schemas.js';
import { problem } from '../../apps/controller/src/api/schemas.js';
import { ActingAgent } from './support/acting-agent.js';
import { TestController, TOKEN } from './support/controller.js';
import { RedisServer } from './support/redis.js';
import { until } from './support/until.js';

interface List<T> {
  readonly items: readonly T[];
}

jest.setTimeout(60_000);

let redis: RedisServer;
let folder: string;
let controller: TestController;
const things: AsyncDisposable[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mw-loop-'));
  mkdirSync(join(folder, 'policies'));
  controller = await new TestController({
    redisUrl: redis.url,
    stateDir: join(folder, 'state'),
    policiesDir: join(folder, 'policies'),
  }).start();
});
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
  await controller[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function writePolicy(mode: string, more = ''): void {
  writeFileSync(
    join(folder, 'policies', 'caches.yaml'),
    `apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: {name: caches}
spec:
  mode: ${mode}
  match: {processes: {names: [cache]}}
  detectors:
    - {name: press, type: Pressure, pressure: {signal: NonReclaimable, percentOfLimit: 50, clearPercent: 40, forSeconds: 1}}
  actions:
    - detectors: [press]
      ladder: [{type: Notify, notify: {transport: Signal, signal: SIGUSR2}, verifyAfterSeconds: 1, minFreed: 1Mi}]
      cooldownSeconds: 60
${more}`,
  );
}

function agent(node = 'node-a'): ActingAgent {
  const made = new ActingAgent(node).connect(controller).sampleEvery(200);
  things.push(made);
  return made;
}

async function cleanups(): Promise<readonly MemoryCleanup[]> {
  return (await controller.json<List<MemoryCleanup>>('/api/v1/cleanups')).items;
}

async function findings(): Promise<readonly MemoryFinding[]> {
  return (await controller.json<List<MemoryFinding>>('/api/v1/findings?state=all')).items;
}

async function post(
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<{ status: number; body: string }> {
  const data = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': type,
    'content-length': String(Buffer.byteLength(data)),
  };
  return controller.send('POST', path, { headers, write: (chunk) => chunk(Buffer.from(data)) });
}

function completed(cleanup: MemoryCleanup | undefined): string | undefined {
  return conditionOf(cleanup?.status.conditions, 'Completed')?.reason;
}

describe('enforce', () => {
  it('asks a hungry process, measures what it gave back and closes both', async () => {
    writePolicy('Enforce');
    const node = agent();
    await until('a freed cleanup', async () => completed((await cleanups())[0]) === 'Freed', 15_000);
    const [cleanup] = await cleanups();
    expect(cleanup!.status.freedBytes).toBe(800 * 2 ** 20);
    expect(node.executed).toEqual([cleanup!.status.steps[0]!.orderID]);
    await until('the finding', async () => {
      const [finding] = await findings();
      return conditionOf(finding?.status.conditions, 'Closed')?.reason === 'Freed';
    });
    expect([...node.acknowledgedIds]).toEqual(node.executed);
    const { items } = await controller.json<List<MemoryPolicy>>('/api/v1/policies');
    expect(items[0]!.status!.lastDay).toMatchObject({ acted: 1, freedBytes: 800 * 2 ** 20 });
    const mode = await controller.json<{ acts: string }>('/api/v1/mode');
    expect(mode.acts).toBe('On');
  });
});

describe('the interface', () => {
  it('pauses within the answer, keeps the pause over a restart, and resumes', async () => {
    const node = agent();
    await until('terms', () => node.terms !== null);
    expect((await post('/api/v1/pause', { reason: 'release night' })).status).toBe(200);
    await until('the pause', () => node.terms?.paused === true, 1000);
    await controller.stop();
    await controller.start();
    const mode = modeView.parse(await controller.json('/api/v1/mode'));
    expect(mode).toMatchObject({ acts: 'Off', pause: { by: 'person', reason: 'release night' } });
    await until('the pause again', () => node.terms?.paused === true);
    expect((await post('/api/v1/resume')).status).toBe(200);
    await until('the end of the pause', () => node.terms?.paused === false, 1000);
    const { entries } = auditPage.parse(await controller.json('/api/v1/audit'));
    expect(entries.map(({ what }) => what)).toEqual(expect.arrayContaining(['Paused', 'Resumed']));
  });

  it('says what a policy would be, in YAML and in JSON', async () => {
    const text = '{kind: MemoryPolicy}';
    const yaml = await post('/api/v1/policies:validate', text, 'text/yaml');
    expect(validation.parse(JSON.parse(yaml.body))).toMatchObject({
      accepted: false,
      items: [{ reason: 'Invalid' }],
    });
    const json = await post('/api/v1/policies:validate', { kind: 'MemoryPolicy' });
    expect(validation.parse(JSON.parse(json.body)).accepted).toBe(false);
  });

  it('refuses with what to do', async () => {
    agent();
    const target = { node: 'node-a', holder: 'process:1:1' };
    await until('the node', async () => (await controller.json<unknown[]>('/api/v1/nodes')).length === 1);
    const answers = await Promise.all([
      post('/api/v1/cleanups', { target }),
      post('/api/v1/cleanups', { target: { ...target, node: 'nowhere' } }),
      post('/api/v1/cleanups', { target: 'x' }),
      post('/api/v1/pause', { because: 'x' }),
      post('/api/v1/cleanups/none/cancel'),
      post('/api/v1/breaker:reset'),
      post('/api/v1/cleanups', 'x'.repeat(70_000)),
      post('/api/v1/pause', '{', 'application/json'),
      post('/api/v1/pause', 'x', 'text/html'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 404, 200, 413, 400, 415]);
    expect(JSON.parse(answers[0].body)).toMatchObject({ problems: [{ path: 'target.holder' }] });
    for (const { status, body } of answers.filter((answer) => answer.status !== 200))
      expect(problem.parse(JSON.parse(body)).status).toBe(status);
  });
});
