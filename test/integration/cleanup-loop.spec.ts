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

async function policies(): Promise<readonly MemoryPolicy[]> {
  return (await controller.json<List<MemoryPolicy>>('/api/v1/policies')).items;
}

async function audited(): Promise<readonly string[]> {
  return auditPage.parse(await controller.json('/api/v1/audit')).entries.map(({ what }) => what);
}

async function mode(): Promise<{ acts: string }> {
  return modeView.parse(await controller.json('/api/v1/mode'));
}

function acceptedReason(policy: MemoryPolicy | undefined): string | undefined {
  return conditionOf(policy?.status?.conditions, 'Accepted')?.reason;
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

describe('other modes', () => {
  it('in DryRun says what it would do and asks nobody', async () => {
    writePolicy('DryRun');
    const node = agent();
    await until('what would be done', async () => completed((await cleanups())[0]) === 'DryRun', 15_000);
    expect(node.received).toEqual([]);
    await until('the audit', async () => (await audited()).includes('WouldAct'));
  });

  it('in Observe only looks, and acts as soon as the file says Enforce', async () => {
    writePolicy('Observe');
    const node = agent();
    await until('a decision', async () => (await findings())[0]?.status.decision?.kind === 'Observe', 15_000);
    writePolicy('Enforce');
    await until('the act', () => node.executed.length === 1, 15_000);
    expect(node.terms?.policies).toContainEqual(expect.objectContaining({ name: 'caches', mode: 'Enforce' }));
  });

  it('keeps the last good generation while an edit is broken, and forgets a policy that is removed', async () => {
    writePolicy('DryRun');
    await until('the policy', async () => (await policies()).length === 1);
    writePolicy('Sometimes');
    await until('the rejection', async () => acceptedReason((await policies())[0]) === 'Invalid');
    expect((await policies())[0]!.spec.mode).toBe('DryRun');
    rmSync(join(folder, 'policies', 'caches.yaml'));
    await until('its end', async () => (await policies()).length === 0);
  });
});

describe('what is gone', () => {
  it('a controller that is started again goes on where it was', async () => {
    writePolicy('Enforce');
    const node = agent();
    node.respond = () => null;
    await until('an order', () => node.received.length === 1, 15_000);
    await controller.stop();
    await controller.start();
    await until('the order again', () => node.received.length >= 2, 15_000);
    expect(node.received.map(({ id, isFirstDelivery }) => [id, isFirstDelivery]).slice(0, 2)).toEqual([
      [node.received[0]!.id, true],
      [node.received[0]!.id, false],
    ]);
    expect(node.received[1]!.epoch).toBeGreaterThan(node.received[0]!.epoch);
    node.mib = 100;
    node.answer(node.received[0]!.id, { kind: 'Executed', detail: 'late' });
    await until('the end', async () => completed((await cleanups())[0]) === 'Freed', 15_000);
  });

  it('Redis: acts are off and everything else goes on; emptied, it is filled again', async () => {
    writePolicy('Enforce');
    const node = agent();
    node.mib = 100;
    await until('acts', async () => (await mode()).acts === 'On');
    await redis.kill();
    await until('no acts', async () => (await mode()).acts === 'Off');
    node.mib = 900;
    await until(
      'a finding',
      async () => (await findings())[0]?.status.decision?.reason === 'ActsOff',
      15_000,
    );
    expect(node.received).toEqual([]);
    rmSync(join(redis.folder, 'appendonlydir'), { recursive: true, force: true });
    await redis.run();
    await until('the act', () => node.executed.length === 1, 20_000);
  });

  it('two thousand findings at once are all kept, shown a page at a time, and bounded in memory', async () => {
    writePolicy('Observe');
    const many = new ActingAgent(
      'node-a',
      Array.from({ length: 2000 }, () => 'cache'),
    ).connect(controller);
    things.push(many);
    many.sampleEvery(1500);
    const before = process.memoryUsage.rss();
    await until(
      'all findings',
      async () => {
        const { body } = await controller.get('/metrics');
        const count = (state: string): number =>
          Number(
            new RegExp(`^memwarden_findings\\{memwarden_finding_state="${state}"\\} (\\d+)$`, 'm').exec(
              body,
            )?.[1] ?? 0,
          );
        return count('suspected') + count('confirmed') === 2000;
      },
      30_000,
    );
    expect((await controller.get('/api/v1/nodes/node-a/ledger')).status).toBe(200);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
    const first = await controller.json<List<MemoryFinding> & { continue?: string }>(
      '/api/v1/findings?limit=1000',
    );
    expect([first.items.length, first.continue === undefined]).toEqual([1000, false]);
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
    await until('the audit', async () => (await audited()).includes('Resumed'));
    expect(await audited()).toContain('Paused');
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

describe('by hand', () => {
  it('a person asks, is shown it, takes it back; while paused nothing is sent', async () => {
    const node = agent();
    await until('terms', () => node.terms !== null);
    await until('the node', async () => (await controller.json<unknown[]>('/api/v1/nodes')).length === 1);
    const ladder = [
      { type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 1, minFreed: '1Mi' },
    ];
    const target = { node: 'node-a', holder: 'process:1000:77' };
    await until('acts', async () => (await mode()).acts === 'On');
    await post('/api/v1/pause', {});
    const paused = await post('/api/v1/cleanups', { target, ladder });
    expect([paused.status, paused.body]).toEqual([422, expect.stringContaining('ActsOff')]);
    await post('/api/v1/resume');
    node.respond = () => null;
    const made = await post('/api/v1/cleanups', { target, ladder, reason: 'a test' });
    expect(made.status).toBe(201);
    const cleanup = JSON.parse(made.body) as MemoryCleanup;
    expect(cleanup).toMatchObject({ spec: { reason: 'a test' }, status: { requestedBy: 'person' } });
    await until('the order', () => node.received.length === 1);
    expect(node.received[0]).toMatchObject({ policy: { name: 'by-hand' } });
    expect((await post(`/api/v1/cleanups/${cleanup.metadata.name}/cancel`)).status).toBe(200);
    node.mib = 100;
    node.answer(node.received[0]!.id, { kind: 'Executed', detail: 'done' });
    await until('the end', async () => completed((await cleanups())[0]) === 'Freed', 15_000);
  });
});
