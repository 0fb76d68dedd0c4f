import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { AUTHORITY, FIRST, FOREIGN, OTHER_AUTHORITY, SECOND } from '../test/certificates.js';
import { connect, report, serve, type Served } from '../test/ends.js';
import type { AgentLinkOptions, ServingCertificate } from './index.js';
import { ServingCredentials } from './serving-credentials.js';

const NAME = 'controller.test';

function secure(tls: ServingCertificate): Promise<Served> {
  return serve({ listen: '127.0.0.1:0', tls });
}

/** By name, as agents do it: the name is in the certificate, the address is the resolver's. */
function trusting(ca: () => Promise<string>, address: string, more: Partial<AgentLinkOptions> = {}) {
  const port = address.slice(address.lastIndexOf(':') + 1);
  const resolve = () => Promise.resolve(['127.0.0.1']);
  return connect(`dns:///${NAME}:${port}`, { ca, resolve, backoff: { baseMs: 20, maxMs: 40 }, ...more });
}

describe('the link over TLS', () => {
  it('carries reports to a controller whose certificate is of the name and of the bundle', async () => {
    const { listener, address } = await secure(FIRST);
    const { link } = trusting(() => Promise.resolve(OTHER_AUTHORITY + AUTHORITY), address);
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    expect(link.health().state).toBe('ok');
  });

  it.each([
    ['another authority', FOREIGN, AUTHORITY, NAME],
    ['another name', FIRST, AUTHORITY, 'other.test'],
    ['a bundle that is empty', FIRST, '', NAME],
    ['a bundle that is none', FIRST, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----', NAME],
  ])('is not made with %s', async (_, certificate, ca, name) => {
    const { listener, address } = await secure(certificate);
    const resolve = () => Promise.resolve(['127.0.0.1']);
    const { events, link } = connect(`${name}:${address.split(':')[1]}`, {
      ca: () => Promise.resolve(ca),
      resolve,
    });
    await events.until((all) => all.some((event) => event.kind === 'Disconnected'));
    expect(events.all[0]).toMatchObject({ kind: 'Disconnected' });
    expect(link.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringMatching(/certificate|Hostname/i),
    });
    expect(listener.all).toEqual([]);
  });

  it('keeps its streams when the certificate is replaced, and shows the new one to who comes', async () => {
    const { server, listener, address } = await secure(FIRST);
    const seen: string[] = [];
    const { link } = trusting(() => Promise.resolve(AUTHORITY), address);
    link.offer(report(1));
    await listener.until(() => listener.reports.length === 1);
    server.replaceCertificate(FOREIGN);
    link.offer(report(2));
    await listener.until(() => listener.reports.length === 2);
    const later = trusting(() => Promise.resolve(OTHER_AUTHORITY), address, { node: 'node-b' });
    await listener.until((all) => all.some((each) => each.kind === 'connected' && each.node === 'node-b'));
    await later.events.until((all) => all.length > 0);
    expect(later.events.all[0]?.kind).toBe('Connected');
    for (const each of listener.all) if (each.kind !== 'reported') seen.push(`${each.kind} ${each.node}`);
    expect(seen).toEqual(['connected node-a', 'connected node-b']);
  });

  it('reads bundle and token anew at each connect', async () => {
    const tokens = ['first', 'expired', 'secret'];
    const bundles = [OTHER_AUTHORITY, AUTHORITY, AUTHORITY];
    const { address } = await secure(SECOND);
    const { events } = trusting(() => Promise.resolve(bundles.shift() ?? ''), address, {
      token: () => Promise.resolve(tokens.shift() ?? ''),
    });
    await events.until((all) => all.at(-1)?.kind === 'Connected');
    expect(events.all.map((event) => event.kind)).toEqual([
      'Disconnected',
      'Refused',
      'Disconnected',
      'Connected',
    ]);
  });

  it('goes on with the old certificate when the new one cannot be used', async () => {
    const { server, listener, address } = await secure(FIRST);
    expect(() => server.replaceCertificate({ key: FIRST.key, cert: SECOND.cert })).toThrow(InvalidValue);
    expect(() => server.replaceCertificate({ key: '', cert: '' })).toThrow(InvalidValue);
    trusting(() => Promise.resolve(AUTHORITY), address);
    await listener.until((all) => all.length > 0);
    expect(() => new ServingCredentials({ key: FIRST.key, cert: 'x' })).toThrow(InvalidValue);
  });

  it('is demanded wherever others could listen in, and the text says what to set', async () => {
    await expect(serve({ listen: '0.0.0.0:0' })).rejects.toThrow(/MEMWARDEN_LINK_TLS/);
    await expect(serve({ listen: '[::]:0' })).rejects.toThrow(InvalidValue);
    for (const address of ['controller:8461', '10.0.0.1:8461', 'dns:///memwarden:8461'])
      expect(() => connect(address)).toThrow(/MEMWARDEN_LINK_CA_FILE/);
    const { address, listener } = await serve({ listen: '127.0.0.1:0' });
    connect(address.replace('127.0.0.1', 'localhost'));
    await listener.until((all) => all.length > 0);
  });

  it('is not there to be replaced where it was not begun', async () => {
    const { server } = await serve();
    expect(() => server.replaceCertificate(FIRST)).toThrow(InvalidValue);
  });
});
