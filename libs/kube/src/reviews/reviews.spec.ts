import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '#contracts/errors';
import type { Identity } from '#contracts/identity';
import type { ResourceType } from '../client/resource-type.js';
import { AccessReviews } from './access-reviews.js';
import { Answers } from './answers.js';
import type { ReviewApi } from './review-api.js';
import { identityOf, saidExpiryMs } from './token-identity.js';
import { TokenReviews } from './token-reviews.js';

const WALL = Date.UTC(2026, 10, 21);
const AGENT = 'system:serviceaccount:memwarden:memwarden-agent';

class Hands {
  ms = 0;
  readonly nowMs = (): number => WALL + this.ms;
  readonly monotonicMs = (): number => this.ms;
}

function token(claims: object, mark = ''): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature${mark}`;
}

function review(user: object, audiences: unknown = ['memwarden']): object {
  return { status: { authenticated: true, audiences, user } };
}

const bound = review({
  username: AGENT,
  uid: 'u',
  groups: ['system:serviceaccounts', 7],
  extra: {
    'authentication.kubernetes.io/node-name': ['node-a'],
    'authentication.kubernetes.io/node-uid': ['nu'],
    'authentication.kubernetes.io/pod-name': ['agent-x'],
    'authentication.kubernetes.io/pod-uid': ['pu'],
  },
});

/** An API server in one function, and what it was asked. */
function api(answer: (spec: Record<string, unknown>) => unknown): ReviewApi & { readonly asked: object[] } {
  const asked: object[] = [];
  return {
    asked,
    review: async <R>({ kind }: ResourceType, body: object) => {
      asked.push({ kind, ...body });
      return answer((body as { spec: Record<string, unknown> }).spec) as R;
    },
  };
}

describe('identityOf', () => {
  it('reads user, groups, node and pod', () => {
    expect(identityOf(bound, 'memwarden')).toEqual({
      user: AGENT,
      uid: 'u',
      groups: ['system:serviceaccounts'],
      node: { name: 'node-a', uid: 'nu' },
      pod: { namespace: 'memwarden', name: 'agent-x', uid: 'pu' },
    });
  });

  it.each([
    ['nothing', null],
    ['text', 'authenticated'],
    ['not authenticated', { status: { authenticated: false, user: { username: 'x' } } }],
    [
      'authenticated as text',
      { status: { authenticated: 'true', audiences: ['memwarden'], user: { username: 'x' } } },
    ],
    ['another audience', review({ username: 'x' }, ['https://kubernetes.default.svc'])],
    ['no audience', review({ username: 'x' }, [])],
    ['audience as text', review({ username: 'x' }, 'memwarden')],
    ['no name', review({ username: '' })],
    ['no user', { status: { authenticated: true, audiences: ['memwarden'] } }],
  ])('is nobody with %s', (_, body) => {
    expect(identityOf(body, 'memwarden')).toBeNull();
  });

  it('believes node and pod of ServiceAccounts only, and only one of each', () => {
    const extra = (bound as { status: { user: { extra: object } } }).status.user.extra;
    expect(identityOf(review({ username: 'mallory', extra }), 'memwarden')).toMatchObject({
      node: null,
      pod: null,
    });
    const two = { ...extra, 'authentication.kubernetes.io/node-name': ['node-a', 'node-b'] };
    expect(identityOf(review({ username: AGENT, extra: two }), 'memwarden')).toMatchObject({ node: null });
  });
});

describe('saidExpiryMs', () => {
  it('is what the token says, when that is understood', () => {
    expect(saidExpiryMs(token({ exp: 12 }))).toBe(12_000);
    for (const odd of ['', 'a.b', 'a.!.c', token({ exp: 'soon' }), token({ exp: null }), token([])])
      expect(saidExpiryMs(odd)).toBeNull();
  });
});

describe('TokenReviews', () => {
  const exp = (seconds: number): object => ({ exp: WALL / 1000 + seconds });

  it('asks once a minute, with the audience, and never has the token in a key or text', async () => {
    const clock = new Hands();
    const server = api(() => bound);
    const reviews = new TokenReviews({ api: server, clock });
    for (const ms of [0, 59_999, 60_001]) {
      clock.ms = ms;
      expect(await reviews.authenticate(token(exp(900)), 'memwarden')).toMatchObject({ user: AGENT });
    }
    expect(server.asked).toHaveLength(2);
    expect(server.asked[0]).toMatchObject({ kind: 'TokenReview', spec: { audiences: ['memwarden'] } });
  });

  it('does not believe a token longer than it says that it lives', async () => {
    const clock = new Hands();
    const server = api(() => (clock.ms < 5000 ? bound : { status: { authenticated: false } }));
    const reviews = new TokenReviews({ api: server, clock });
    expect(await reviews.authenticate(token(exp(5)), 'memwarden')).not.toBeNull();
    clock.ms = 5000;
    expect(await reviews.authenticate(token(exp(5)), 'memwarden')).toBeNull();
  });

  it('keeps answers for other audiences and other tokens apart', async () => {
    const server = api(({ audiences }) => review({ username: 'x' }, audiences));
    const reviews = new TokenReviews({ api: server, clock: new Hands() });
    await reviews.authenticate('t', 'a');
    await reviews.authenticate('t', 'b');
    await reviews.authenticate('a\0t'.slice(2), 'a');
    expect(server.asked).toHaveLength(2);
  });

  it('asks about what was refused again, but not at once', async () => {
    const clock = new Hands();
    const server = api(() => ({ status: { authenticated: false, error: 'invalid bearer token' } }));
    const reviews = new TokenReviews({ api: server, clock });
    for (clock.ms = 0; clock.ms < 30_000; clock.ms += 100)
      expect(await reviews.authenticate('forged', 'x')).toBeNull();
    expect(server.asked).toHaveLength(3);
  });

  it('does not ask about what can be no token', async () => {
    const server = api(() => bound);
    const reviews = new TokenReviews({ api: server, clock: new Hands() });
    for (const odd of ['', 'a b', 'x\n', 'é', 'x'.repeat(20_000)])
      expect(await reviews.authenticate(odd, 'memwarden')).toBeNull();
    expect(server.asked).toHaveLength(0);
  });

  it('lets nobody in when nobody can say, and asks again the next time', async () => {
    let isAway = true;
    const server = api(() => {
      if (isAway) throw new Unavailable('away');
      return bound;
    });
    const reviews = new TokenReviews({ api: server, clock: new Hands() });
    await expect(reviews.authenticate('secret-token', 'memwarden')).rejects.toThrow(Unavailable);
    await expect(reviews.authenticate('secret-token', 'memwarden')).rejects.not.toThrow(/secret/);
    isAway = false;
    expect(await reviews.authenticate('secret-token', 'memwarden')).not.toBeNull();
  });

  it('asks once for those who ask at the same time', async () => {
    const server = api(() => bound);
    const reviews = new TokenReviews({ api: server, clock: new Hands() });
    await Promise.all(Array.from({ length: 50 }, () => reviews.authenticate('t', 'memwarden')));
    expect(server.asked).toHaveLength(1);
  });

  it('bounds what a flood of forged tokens costs', async () => {
    const clock = new Hands();
    const server = api(() => ({ status: { authenticated: false } }));
    const reviews = new TokenReviews({ api: server, clock, perSecond: 10 });
    const flood = async (): Promise<number> => {
      const answers = await Promise.allSettled(
        Array.from({ length: 500 }, (_, i) => reviews.authenticate(`${clock.ms}.${i}`, 'memwarden')),
      );
      return answers.filter(({ status }) => status === 'fulfilled').length;
    };
    expect(await flood()).toBe(50);
    clock.ms += 1000;
    expect(await flood()).toBe(10);
  });
});

describe('Answers', () => {
  it('keeps no more than its capacity, the newest ones', async () => {
    const answers = new Answers<number>({
      clock: new Hands(),
      capacity: 3,
      perSecond: 1,
      burst: 99,
      mostPending: 9,
    });
    let asked = 0;
    const get = (key: number): Promise<number> =>
      answers.get(String(key), async () => ({ value: (asked += 1), holdsMs: 1000 }));
    for (const key of [1, 2, 3, 4, 5]) await get(key);
    expect([answers.size, asked]).toEqual([3, 5]);
    await get(5);
    expect(asked).toBe(5);
    await get(1);
    expect(asked).toBe(6);
  });
});

describe('AccessReviews', () => {
  const who: Identity = { user: 'jane', uid: null, groups: ['b', 'a'], node: null, pod: null };
  const access = {
    verb: 'create',
    group: '',
    resource: 'pods',
    subresource: 'eviction',
    namespace: 'team-a',
  };

  it('asks with groups, and believes it for ten seconds', async () => {
    const clock = new Hands();
    const server = api(() => ({ status: { allowed: true } }));
    const reviews = new AccessReviews({ api: server, clock });
    for (const ms of [0, 9_999, 10_000]) {
      clock.ms = ms;
      expect(await reviews.may(who, access)).toBe(true);
    }
    expect(await reviews.may({ ...who, groups: ['a', 'b'] }, access)).toBe(true);
    expect(server.asked).toHaveLength(2);
    expect(server.asked[0]).toMatchObject({
      spec: { user: 'jane', groups: ['a', 'b'], resourceAttributes: { ...access, name: '' } },
    });
  });

  it('does not give the answer for another person, group, verb, namespace or name', async () => {
    const server = api(() => ({ status: { allowed: true } }));
    const reviews = new AccessReviews({ api: server, clock: new Hands() });
    await reviews.may(who, access);
    await reviews.may({ ...who, user: 'john' }, access);
    await reviews.may({ ...who, groups: ['a'] }, access);
    for (const other of [
      { verb: 'delete' },
      { namespace: 'team-b' },
      { name: 'x' },
      { group: 'apps' },
      { subresource: '' },
    ])
      await reviews.may(who, { ...access, ...other });
    expect(server.asked).toHaveLength(8);
  });

  it.each([
    null,
    {},
    { status: null },
    { status: {} },
    { status: { allowed: 'true' } },
    { status: { allowed: true, denied: true } },
  ])('does not allow with %j', async (body) => {
    const reviews = new AccessReviews({ api: api(() => body), clock: new Hands() });
    expect(await reviews.may(who, access)).toBe(false);
  });

  it('allows nothing when nobody can say', async () => {
    const reviews = new AccessReviews({
      api: api(() => {
        throw new Unavailable('away');
      }),
      clock: new Hands(),
    });
    await expect(reviews.may(who, access)).rejects.toThrow(Unavailable);
  });
});
