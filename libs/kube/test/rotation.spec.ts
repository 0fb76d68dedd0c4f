import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Forbidden, inClusterCredentials, type ResourceType } from '#kube';
import { ApiServer } from './api-server.js';
import { until } from './until.js';
import { World } from './world.js';

const SERVICE_ACCOUNTS: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  isNamespaced: true,
};
const ME = { name: 'me', namespace: 'default' };

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  server.kubectl(['create', 'serviceaccount', 'me']);
  server.kubectl(['create', 'clusterrole', 'me', '--verb=get', '--resource=serviceaccounts']);
  server.kubectl(['create', 'clusterrolebinding', 'me', '--clusterrole=me', '--serviceaccount=default:me']);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

/** A token that is valid until its secret is deleted. */
function tokenFor(secret: string): string {
  server.kubectl(['create', 'secret', 'generic', secret]);
  return server.kubectl([
    'create',
    'token',
    'me',
    '--bound-object-kind=Secret',
    `--bound-object-name=${secret}`,
  ]);
}

describe('what this process speaks with', () => {
  it('is read anew: a token that is replaced and then revoked is not missed', async () => {
    const folder = server.at('service-account');
    await mkdir(folder);
    await copyFile(server.at('ca.crt'), `${folder}/ca.crt`);
    await writeFile(`${folder}/token`, tokenFor('one'));
    const host = { host: '127.0.0.1', port: String(server.port), folder };
    const client = server.client({ credentials: inClusterCredentials(host) });
    const read = async (): Promise<string> => (await client.get(SERVICE_ACCOUNTS, ME)).metadata.name;
    expect(await read()).toBe('me');
    await writeFile(`${folder}/token`, tokenFor('two'));
    server.kubectl(['delete', 'secret', 'one']);
    // The server forgets what it knew of a token within ten seconds; nothing may fail before or after.
    const old = server.client({ credentials: { read: async () => tokenOnly } });
    const tokenOnly = await inClusterCredentials(host).read(false);
    const deadline = performance.now() + 13_000;
    while (performance.now() < deadline) expect(await read()).toBe('me');
    expect((await old.get(SERVICE_ACCOUNTS, ME)).metadata.name).toBe('me');
    server.kubectl(['delete', 'secret', 'two']);
    await until(async () => {
      const refusal: unknown = await old.get(SERVICE_ACCOUNTS, ME).catch((error: unknown) => error);
      return refusal instanceof Forbidden;
    });
  });

  it('opens no connection for a request', async () => {
    await using world = await World.make(server, 'connections');
    const before = world.proxy.accepted;
    for (let i = 0; i < 200; i += 1) await world.read('kube-root-ca.crt').catch(() => undefined);
    expect(world.proxy.accepted - before).toBeLessThanOrEqual(2);
  });

  it('trusts a new CA when the file says so, and goes on following', async () => {
    await using world = await World.make(server, 'new-ca');
    await world.put('a', '1');
    await world.caughtUp();
    await server.killServer();
    await server.rotateCa();
    await server.startServer();
    const subject = execFileSync('openssl', [
      'x509',
      '-noout',
      '-subject',
      '-in',
      server.at('ca.crt'),
    ]).toString();
    expect(subject).toContain('memwarden-test');
    await world.put('a', '2');
    await world.caughtUp();
    expect(world.value('a')).toBe('2');
  });
});
