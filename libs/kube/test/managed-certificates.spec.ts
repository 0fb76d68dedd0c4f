import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock, type Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import { ManagedCertificates, type LinkCertificates } from '#kube';
import { ApiServer } from './api-server.js';

jest.setTimeout(30_000);
const NAME = 'memwarden-controller-link.default.svc';
const DAY = 86_400_000;
let server: ApiServer;
const replicas: ManagedCertificates[] = [];
const failures: unknown[] = [];

/** Leads when it is told to. */
class Throne implements Leadership {
  isLeader = false;
  readonly leader = null;
  readonly #callbacks = new Set<() => void>();

  constructor(isLeader: boolean) {
    this.isLeader = isLeader;
  }

  take(isLeader: boolean): void {
    this.isLeader = isLeader;
    for (const callback of this.#callbacks) callback();
  }

  onChange(callback: () => void): Disposable {
    this.#callbacks.add(callback);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(callback) };
  }
}

/** The wall clock some days from now. */
const later = (days: number): Clock => ({ ...systemClock, nowMs: () => systemClock.nowMs() + days * DAY });

function replica(leadership: Leadership, clock: Clock = systemClock): ManagedCertificates {
  const made = new ManagedCertificates({
    client: server.client(),
    namespace: 'default',
    dnsNames: [NAME],
    leadership,
    clock,
    chance: Math.random,
    onFailure: (error) => failures.push(error),
  });
  replicas.push(made);
  return made;
}

async function until<T>(look: () => T | null | undefined | false): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within 20 s: ${failures.map(String).join('; ')}`);
    await pause(20);
  }
}

const served = (own: ManagedCertificates): Promise<LinkCertificates> => until(() => own.current);

const announced = (): string =>
  server.kubectl([
    'get',
    'configmap',
    'memwarden-link-ca',
    '--ignore-not-found',
    '-o',
    'jsonpath={.data.ca\\.crt}',
  ]);

/** A real handshake: who trusts `ca` meets who serves with `cert`. */
async function handshake({ cert, key }: LinkCertificates, ca: string): Promise<boolean> {
  const listener = createServer({ cert, key });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername: NAME, ca });
  try {
    await once(socket, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
    listener.close();
  }
}

/** As a handshake in those days would see it. */
function trusts(bundle: string, { cert }: LinkCertificates): boolean {
  const authorities = bundle.split(/(?<=-----END CERTIFICATE-----\n)/).map((pem) => new X509Certificate(pem));
  return authorities.some(({ publicKey }) => new X509Certificate(cert).verify(publicKey));
}

async function stopped(): Promise<void> {
  await Promise.all(replicas.splice(0).map((each) => each[Symbol.asyncDispose]()));
}

beforeAll(async () => {
  server = await ApiServer.start();
}, 180_000);

afterEach(async () => {
  await stopped();
  server.kubectl(['delete', 'secret', 'memwarden-link-tls', '--ignore-not-found']);
  server.kubectl(['delete', 'configmap', 'memwarden-link-ca', '--ignore-not-found']);
  const failed = failures.splice(0);
  if (failed.length > 0) throw new Error(failed.map(String).join('; '));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('ManagedCertificates at a real API server', () => {
  it('are made by who leads, announced, and served by every replica', async () => {
    const follower = replica(new Throne(false));
    const leader = replica(new Throne(true));
    const made = await until(() => leader.current);
    const read = await until(() => follower.current);
    expect(read).toEqual(made);
    await until(() => announced() === made.ca);
    expect(await handshake(made, made.ca)).toBe(true);
  });

  it('are not made by who follows, and are once it leads', async () => {
    const throne = new Throne(false);
    const own = replica(throne);
    await pause(1500);
    expect([own.current, announced()]).toEqual([null, '']);
    throne.take(true);
    await until(() => own.current);
  });

  it('are one authority also when two lead by mistake', async () => {
    for (let round = 0; round < 5; round += 1) {
      const all = Array.from({ length: 4 }, () => replica(new Throne(true)));
      await until(() => all.every(({ current }) => current !== null));
      await until(() => announced() !== '');
      await until(() => new Set(all.map(({ current }) => current?.cert)).size === 1);
      expect(new Set(all.map(({ current }) => current?.ca)).size).toBe(1);
      await until(() => announced() === all[0]?.current?.ca);
      await stopped();
      server.kubectl(['delete', 'secret', 'memwarden-link-tls']);
      server.kubectl(['delete', 'configmap', 'memwarden-link-ca']);
    }
  }, 120_000);

  it('are the same after a restart, and renewed after two thirds of their time by the same authority', async () => {
    const first = await served(replica(new Throne(true)));
    await stopped();
    expect(await served(replica(new Throne(true), later(10)))).toEqual(first);
    await stopped();
    const renewed = replica(new Throne(true), later(25));
    const next = await until(() => renewed.current?.cert !== first.cert && renewed.current);
    expect(next.ca).toBe(first.ca);
    const [cert, ca] = [new X509Certificate(next.cert), new X509Certificate(first.ca)];
    expect(cert.verify(ca.publicKey) && cert.checkHost(NAME)).toBe(NAME);
  });

  it('change their authority without anybody who read a bundle being left out', async () => {
    const first = await served(replica(new Throne(true)));
    await until(() => announced() === first.ca);
    await stopped();
    const second = replica(new Throne(true), later(300));
    await until(() => (announced().match(/BEGIN/g) ?? []).length === 2);
    const bundle = announced();
    const between = await until(() => second.current?.ca === bundle && second.current);
    expect(trusts(first.ca, between)).toBe(true);
    await stopped();
    const third = replica(new Throne(true), later(301));
    const promoted = await until(
      () => third.current !== null && third.current.cert !== between.cert && third.current,
    );
    expect(trusts(bundle, promoted)).toBe(true);
    expect(trusts(first.ca, promoted)).toBe(false);
    await stopped();
    replica(new Throne(true), later(302));
    await until(() => (announced().match(/BEGIN/g) ?? []).length === 1);
    expect(trusts(announced(), promoted)).toBe(true);
  }, 60_000);

  it('fill a Secret that the chart made, keep its labels, and mend what somebody broke', async () => {
    server.kubectl(['create', 'secret', 'generic', 'memwarden-link-tls']);
    server.kubectl(['label', 'secret', 'memwarden-link-tls', 'app=x']);
    const own = replica(new Throne(true));
    const first = await until(() => own.current);
    expect(
      server.kubectl(['get', 'secret', 'memwarden-link-tls', '-o', 'jsonpath={.metadata.labels.app}']),
    ).toBe('x');
    server.kubectl(['patch', 'secret', 'memwarden-link-tls', '-p', '{"data":{"tls.key":"eA=="}}']);
    const mended = await until(() => own.current?.cert !== first.cert && own.current);
    expect(mended.ca).toBe(first.ca);
    server.kubectl(['delete', 'configmap', 'memwarden-link-ca']);
    await until(() => announced() === first.ca);
  });
});
