import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '#contracts/errors';
import type { Authenticator, Identity } from '#contracts/identity';
import { connect, serve } from '../test/ends.js';

function bound(node: string | null): Identity {
  return {
    user: 'system:serviceaccount:memwarden:memwarden-agent',
    uid: 'u',
    groups: [],
    node: node === null ? null : { name: node, uid: 'n' },
    pod: null,
  };
}

function answering(answer: (token: string) => Promise<Identity | null>): Authenticator {
  return { authenticate: (token) => answer(token) };
}

const FAST = { backoff: { baseMs: 5, maxMs: 10 } };

describe('whose a token is', () => {
  it('is asked for the audience of agents, once for each connect', async () => {
    const asked: string[] = [];
    const authenticate: Authenticator = {
      authenticate: (token, audience) => {
        asked.push(`${token} ${audience}`);
        return Promise.resolve(bound('node-a'));
      },
    };
    const { listener, address } = await serve({ authenticate, nodeIdentity: 'enforce' });
    connect(address, { token: 'projected' });
    await listener.until((all) => all.length > 0);
    expect(asked).toEqual(['projected memwarden']);
  });

  it('refuses a token that is nobody’s', async () => {
    const { address, listener } = await serve({ authenticate: answering(() => Promise.resolve(null)) });
    const { events } = connect(address);
    await events.until((all) => all.length > 1);
    expect(events.all[0]).toMatchObject({ kind: 'Refused', code: 'Token' });
    expect(listener.all).toEqual([]);
  });

  it('lets nobody in while nobody can say, without telling why, and asks again', async () => {
    const answers = [
      () => Promise.reject(new Unavailable('https://10.0.0.1: certificate of the API server')),
      () => Promise.reject(new Error('a defect')),
      () => Promise.resolve(bound('node-a')),
    ];
    const { address, listener } = await serve({
      authenticate: answering(() => (answers.shift() ?? (() => Promise.resolve(null)))()),
    });
    const { events } = connect(address, FAST);
    await listener.until((all) => all.length > 0);
    const refusals = events.all.filter((event) => event.kind === 'Refused');
    expect(refusals).toHaveLength(2);
    expect(JSON.stringify(refusals)).not.toMatch(/10\.0\.0\.1|defect/);
    expect(refusals[0]).toMatchObject({ code: 'Unavailable' });
  });

  it('is not waited for longer than its deadline', async () => {
    const { address } = await serve({
      authenticate: answering(() => new Promise(() => undefined)),
      authDeadlineMs: 20,
    });
    const { events } = connect(address);
    await events.until((all) => all.length > 0);
    expect(events.all[0]).toMatchObject({ kind: 'Refused', code: 'Unavailable' });
  });
});

describe('the node of a token', () => {
  it.each([
    ['another node’s', 'node-b', 'of node node-b'],
    ['bound to no node', null, 'bound to no node'],
  ])('must be the agent’s own: one that is %s is refused', async (_, node, text) => {
    const { address, listener } = await serve({
      authenticate: answering(() => Promise.resolve(bound(node))),
      nodeIdentity: 'enforce',
    });
    const { events } = connect(address);
    await events.until((all) => all.length > 1);
    expect(events.all[0]).toMatchObject({
      kind: 'Refused',
      code: 'NodeIdentity',
      text: expect.stringContaining(text),
    });
    expect(listener.all).toEqual([]);
  });

  it('is only looked at in audit', async () => {
    const { address, listener, events } = await serve({
      authenticate: answering(() => Promise.resolve(bound('node-b'))),
      nodeIdentity: 'audit',
    });
    connect(address);
    await listener.until((all) => all.length > 0);
    expect(events.all).toContainEqual({ kind: 'NodeDiffers', node: 'node-a', tokenNode: 'node-b' });
  });
});
