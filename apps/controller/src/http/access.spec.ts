import { describe, expect, it } from '@jest/globals';
import { accessOf, cookieName, cookieValue, type AskedWith } from './access.js';

const rules = { token: 'the-secret-of-this-test', port: 8460, hosts: ['memwarden.example.org'] };
const asked = (more: Partial<AskedWith> = {}): AskedWith => ({
  path: '/api/v1/nodes',
  route: '/api/v1/nodes',
  host: '127.0.0.1:8460',
  authorization: undefined,
  cookie: undefined,
  ...more,
});

describe('accessOf', () => {
  it.each([
    ['no token', {}, 'WrongToken'],
    ['the token', { authorization: `Bearer ${rules.token}` }, 'Granted'],
    ['a longer token', { authorization: `Bearer ${rules.token}x` }, 'WrongToken'],
    ['another scheme', { authorization: `Basic ${rules.token}` }, 'WrongToken'],
    ['the cookie', { cookie: `a=b; ${cookieName(8460)}=${cookieValue(rules.token)}` }, 'Granted'],
    ['the cookie of another port', { cookie: `${cookieName(1)}=${cookieValue(rules.token)}` }, 'WrongToken'],
    ['the token as a cookie', { cookie: `${cookieName(8460)}=${rules.token}` }, 'WrongToken'],
    [
      'a wrong header beside the cookie',
      { authorization: 'Bearer x', cookie: `${cookieName(8460)}=${cookieValue(rules.token)}` },
      'WrongToken',
    ],
    ['a path in disguise', { path: '/%61pi/v1/nodes' }, 'WrongToken'],
    ['nothing under /api', { path: '/api/none', route: '/*' }, 'WrongToken'],
    ['the page', { path: '/nodes/a', route: '/*' }, 'Granted'],
    ['no route', { path: '/x', route: undefined }, 'Granted'],
    ['a probe by address', { path: '/livez', route: '/livez', host: '10.1.2.3:8460' }, 'Granted'],
    ['a probe by a strange name', { path: '/livez', route: '/livez', host: 'evil.example' }, 'WrongHost'],
    ['data by address', { host: '10.1.2.3:8460', authorization: `Bearer ${rules.token}` }, 'WrongHost'],
    ['no host', { host: undefined }, 'WrongHost'],
    ['a host that only begins like ours', { host: '127.0.0.1:8460.evil.example' }, 'WrongHost'],
    [
      'a host that was named',
      { host: 'MEMWARDEN.example.org:443', authorization: `Bearer ${rules.token}` },
      'Granted',
    ],
  ] as const)('%s', (_name, more, access) => {
    expect(accessOf(rules, asked(more))).toBe(access);
  });
});
