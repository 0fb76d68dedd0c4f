import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect, report, serve, type Served } from '../test/ends.js';
import { Endpoints, parseController } from './endpoints.js';
import { RetryPlan } from './retry-plan.js';

const AWAY = 'memwarden-controller-1 leads.';
const portOf = ({ address }: Served): string => address.slice(address.lastIndexOf(':') + 1);

describe('one replica takes the streams', () => {
  it('the others refuse without asking whose the token is', async () => {
    let asked = 0;
    const { server, address } = await serve({
      authenticate: {
        authenticate: () => {
          asked += 1;
          return Promise.resolve(null);
        },
      },
    });
    server.stopServing(AWAY);
    const { events } = connect(address);
    await events.until((all) => all.length > 1);
    expect(events.all[0]).toEqual({ kind: 'Refused', code: 'NotLeader', text: AWAY });
    expect(asked).toBe(0);
  });

  it('one that leads no longer sends its agents away and knows nothing of them', async () => {
    const { server, address, listener } = await serve();
    const { link, events } = connect(address);
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    server.stopServing(AWAY);
    await events.until((all) => all.some((event) => event.kind === 'Refused'));
    expect(listener.all.at(-1)).toEqual({ kind: 'disconnected', node: 'node-a' });
    expect(server.connectedNodes).toBe(0);
    await expect(server.list('node-a', {})).rejects.toThrow(/never seen/);
  });

  it('does not serve whose token was being asked about when it stopped', async () => {
    let answer: ((identity: null | { user: string }) => void) | undefined;
    const { server, address, listener } = await serve({
      authenticate: {
        authenticate: () =>
          new Promise((resolve) => {
            answer = () => {
              resolve({ user: 'a', uid: null, groups: [], node: null, pod: null });
            };
          }),
      },
    });
    const { events } = connect(address);
    while (answer === undefined) await new Promise(setImmediate);
    server.stopServing(AWAY);
    answer(null);
    await events.until((all) => all.length > 0);
    expect(events.all[0]).toMatchObject({ kind: 'Refused', code: 'NotLeader' });
    expect(listener.all).toEqual([]);
  });

  it('is found among all addresses of a name, asked for anew in each round', async () => {
    const leader = await serve({ listen: '127.0.0.1:0' });
    const follower = await serve({ listen: `127.0.0.2:${portOf(leader)}` });
    follower.server.stopServing(AWAY);
    let asked = 0;
    const resolve = () => {
      asked += 1;
      // 127.0.0.9 answers nothing: the leader is the last of the round.
      return Promise.resolve(['127.0.0.2', '127.0.0.9', '127.0.0.1', 'not an address', '127.0.0.1']);
    };
    const { link, events } = connect(`dns:///localhost:${portOf(leader)}`, { resolve, chance: () => 0 });
    link.offer(report(1));
    await leader.listener.until(() => leader.listener.reports.length === 1);
    expect(events.all.map((event) => event.kind)).toEqual([
      'Refused',
      'Disconnected',
      'Disconnected',
      'Connected',
    ]);
    expect(asked).toBe(1);
    // It leads no longer, the other one does.
    follower.server.startServing();
    leader.server.stopServing('memwarden-controller-2 leads.');
    link.offer(report(2));
    await follower.listener.until(() => follower.listener.reports.length === 1);
    expect(follower.listener.reports).toEqual([report(2)]);
    expect(asked).toBe(2);
  });

  it('says that a name has no address, and asks again', async () => {
    const { address } = await serve({ listen: '127.0.0.1:0' });
    const answers = [() => Promise.resolve([]), () => Promise.reject(new Error('ENOTFOUND'))];
    const { events } = connect(`dns:///localhost:${address.split(':')[1]}`, {
      resolve: () => (answers.shift() ?? (() => Promise.resolve(['127.0.0.1'])))(),
      backoff: { baseMs: 5, maxMs: 10 },
    });
    await events.until((all) => all.at(-1)?.kind === 'Connected');
    expect(events.all).toMatchObject([
      { kind: 'Disconnected', reason: expect.stringContaining('no address') },
      { kind: 'Disconnected', reason: expect.stringContaining('ENOTFOUND') },
      { kind: 'Connected' },
    ]);
  });
});

describe('where the controller is', () => {
  it.each([
    ['unix:/run/link.sock', 'unix:/run/link.sock', null, true],
    ['127.0.0.1:1', '127.0.0.1:1', null, true],
    ['[::1]:1', '[::1]:1', null, true],
    ['10.0.0.1:1', '10.0.0.1:1', null, false],
    ['[fd00::1]:1', '[fd00::1]:1', null, false],
    ['localhost:1', 'localhost:1', { name: 'localhost', port: '1' }, true],
    ['dns:///link.ns.svc:8461', 'link.ns.svc:8461', { name: 'link.ns.svc', port: '8461' }, false],
    ['127.0.0.1.evil.org:1', '127.0.0.1.evil.org:1', { name: '127.0.0.1.evil.org', port: '1' }, false],
  ])('%s', (text, target, named, isOwn) => {
    expect(parseController(text)).toEqual({ only: { target, serverName: null }, named, isOwn });
  });

  it.each(['dns:///unix:/x', 'dns:name:1', 'name', 'name:', 'http://name:1', 'dns:///name', 'a b:1', ''])(
    'is not %j',
    (text) => {
      expect(() => parseController(text)).toThrow(/is not an address|takes name:port/);
    },
  );

  it('is each address of a round once, at most 16 of them, whatever chance says', async () => {
    const address = parseController('dns:///name:7');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        async (answers, chances) => {
          const chance = (): number => Number(chances.next().value);
          const endpoints = new Endpoints(address, chance, () => Promise.resolve([...answers, '10.0.0.1']));
          const round = [(await endpoints.next()).target];
          while (endpoints.hasMore) round.push((await endpoints.next()).target);
          expect(new Set(round).size).toBe(round.length);
          expect(round.length).toBeLessThanOrEqual(16);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has one question to DNS under way, however long it takes', async () => {
    let asked = 0;
    const endpoints = new Endpoints(
      parseController('dns:///name:7'),
      () => 0,
      () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    );
    void endpoints.next().catch(() => undefined);
    await expect(endpoints.next()).rejects.toThrow(/still not said/);
    expect(asked).toBe(1);
  });
});

describe('when it is tried again', () => {
  const plan = (chance: number) => new RetryPlan({ baseMs: 500, maxMs: 30_000, chance: () => chance });

  it('soon and always as soon while a leader is chosen', () => {
    const each = plan(0.999_999);
    for (let i = 0; i < 50; i += 1)
      expect(each.waitAfter({ code: 'NotLeader', hasMore: false })).toBeLessThan(2_500);
    expect(plan(0).waitAfter({ code: 'NotLeader', hasMore: false })).toBe(500);
  });

  it('at once at the next address of a round, whatever the last one said', () => {
    expect(plan(1).waitAfter({ code: 'Token', hasMore: true })).toBe(250);
    expect(plan(1).waitAfter({ code: null, hasMore: true })).toBe(250);
  });

  it('later and later where nobody answers, and late where it will not mend by itself', () => {
    const each = plan(1);
    const waits = [0, 1, 2, 3].map(() => each.waitAfter({ code: null, hasMore: false }));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
    each.acknowledged();
    expect(each.waitAfter({ code: 'Unavailable', hasMore: false })).toBe(500);
    expect(each.waitAfter({ code: 'NodeIdentity', hasMore: false })).toBe(30_000);
  });
});
