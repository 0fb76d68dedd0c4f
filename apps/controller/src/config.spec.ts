import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from './acts/installation-limits.js';
import { readConfig } from './config.js';

const folder = mkdtempSync(join(tmpdir(), 'mw-config-'));
const token = join(folder, 'token');
writeFileSync(token, `${'t'.repeat(32)}\n`);
const short = join(folder, 'short');
writeFileSync(short, 'secret');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const env = {
  MEMWARDEN_LINK_LISTEN: 'unix:/run/x.sock',
  MEMWARDEN_REDIS_URL: 'unix:///run/redis.sock',
  MEMWARDEN_TOKEN_FILE: token,
  MEMWARDEN_LINK_TOKEN_FILE: token,
};

describe('readConfig', () => {
  it('fills in what has a default', () => {
    expect(readConfig(env)).toEqual({
      http: { host: '127.0.0.1', port: 8460 },
      hosts: [],
      linkListen: 'unix:/run/x.sock',
      redisUrl: 'unix:///run/redis.sock',
      tokenHolder: 'token holder',
      token: 't'.repeat(32),
      linkToken: 't'.repeat(32),
      audiences: ['memwarden'],
      linkTls: { kind: 'Off' },
      nodeIdentity: 'enforce',
      cluster: null,
      webDir: null,
      stateDir: null,
      policiesDir: null,
      maxMode: 'Enforce',
      limits: DEFAULT_LIMITS,
      logLevel: 'info',
    });
  });

  it('takes IPv6 and several host names', () => {
    const more = { MEMWARDEN_HTTP_LISTEN: '[::1]:0', MEMWARDEN_HTTP_HOSTS: 'A.example, b:9000,' };
    expect(readConfig({ ...env, ...more })).toMatchObject({
      http: { host: '::1', port: 0 },
      hosts: ['a.example', 'b:9000'],
    });
  });

  it('takes some limits and keeps the others', () => {
    const { limits } = readConfig({ ...env, MEMWARDEN_LIMITS: ' perHour=120, perNode=8' });
    expect(limits).toEqual({ ...DEFAULT_LIMITS, perHour: 120, perNode: 8 });
  });

  it.each([
    [{ MEMWARDEN_HTTP_LISTEN: '8460' }, 'MEMWARDEN_HTTP_LISTEN: must be host:port'],
    [{ MEMWARDEN_HTTP_LISTEN: 'a:70000' }, 'MEMWARDEN_HTTP_LISTEN: has a port above 65535'],
    [{ MEMWARDEN_REDIS_URL: 'localhost' }, 'MEMWARDEN_REDIS_URL: must be unix:///path'],
    [{ MEMWARDEN_WEB_DIR: 'web' }, 'MEMWARDEN_WEB_DIR: must be an absolute path'],
    [{ MEMWARDEN_LIMITS: 'perHour=0' }, 'MEMWARDEN_LIMITS.perHour'],
    [{ MEMWARDEN_LIMITS: 'perDay=5' }, 'perDay'],
    [{ MEMWARDEN_LOG_LEVEL: 'loud' }, 'MEMWARDEN_LOG_LEVEL'],
    [{ MEMWARDEN_AUTH: 'kubernetes' }, 'MEMWARDEN_AUTH: kubernetes needs'],
    [{ MEMWARDEN_LINK_TLS: 'managed' }, 'MEMWARDEN_LINK_TLS: managed keeps'],
    [{ MEMWARDEN_STORE: 'etcd' }, 'MEMWARDEN_STORE'],
    [{ MEMWARDEN_STORE: 'kubernetes', MEMWARDEN_POD_IP: 'here' }, 'MEMWARDEN_NAMESPACE: is missing'],
    [{ MEMWARDEN_TOKEN_FILE: short }, '16 or more printable'],
    [{ MEMWARDEN_LINK_TOKEN_FILE: join(folder, 'none') }, 'cannot be read; write a random token into it'],
  ])('names what is wrong: %o', (wrong, text) => {
    expect(() => readConfig({ ...env, ...wrong })).toThrow(text);
  });

  it('names everything that is missing at once', () => {
    expect(() => readConfig({})).toThrow(/LINK_LISTEN.*REDIS_URL.*TOKEN_FILE.*LINK_TOKEN_FILE/);
  });

  it('takes a replica of a cluster, in which tokens are the API server’s to know', () => {
    const { MEMWARDEN_TOKEN_FILE: _token, MEMWARDEN_LINK_TOKEN_FILE: _link, ...rest } = env;
    const cluster = {
      MEMWARDEN_STORE: 'kubernetes',
      MEMWARDEN_NAMESPACE: 'memwarden',
      MEMWARDEN_POD_NAME: 'memwarden-controller-0',
      MEMWARDEN_POD_IP: 'fd00::7',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
    };
    expect(readConfig({ ...rest, ...cluster, MEMWARDEN_LINK_TLS: 'managed' })).toMatchObject({
      token: null,
      linkToken: null,
      linkTls: { kind: 'Managed' },
      cluster: {
        namespace: 'memwarden',
        podName: 'memwarden-controller-0',
        podIp: 'fd00::7',
        linkService: 'memwarden-controller-link',
        api: { kind: 'InCluster', host: '10.0.0.1', port: '443' },
      },
    });
    expect(readConfig({ ...rest, ...cluster, MEMWARDEN_LINK_TLS_DIR: '/tls' }).linkTls).toEqual({
      kind: 'Folder',
      folder: '/tls',
    });
    expect(() => readConfig({ ...rest, ...cluster, MEMWARDEN_POLICIES_DIR: '/p' })).toThrow(
      'policies are objects',
    );
  });
});
