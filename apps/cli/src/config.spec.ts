import { homedir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './config.js';

describe('the environment', () => {
  it('has places by the XDG base directories, or in the home', () => {
    const set = readEnvironment({ XDG_STATE_HOME: '/s', XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/f' });
    expect(set).toMatchObject({ stateDir: '/s/memwarden', cacheDir: '/c/memwarden' });
    expect(set.pip.configFiles).toContain('/f/pip/pip.conf');
    const unset = readEnvironment({ XDG_STATE_HOME: '', XDG_CACHE_HOME: '' });
    expect(unset.stateDir).toBe(`${homedir()}/.local/state/memwarden`);
    expect(unset.cacheDir).toBe(`${homedir()}/.cache/memwarden`);
  });

  it('counts what is set but empty as not set', () => {
    const empty = readEnvironment({ NO_COLOR: '', MEMWARDEN_SERVER: '', MEMWARDEN_TOKEN: '' });
    expect(empty).toMatchObject({ noColor: false, server: undefined, token: undefined });
    expect(readEnvironment({ NO_COLOR: '1' }).noColor).toBe(true);
  });

  it.each([
    ['1000', 1000],
    ['0', 0],
    ['', null],
    ['-1', null],
    ['99999999999', null],
    ['alice', null],
    [undefined, null],
  ])('takes SUDO_UID=%p for %p', (given, uid) => {
    expect(readEnvironment({ SUDO_UID: given }).sudoUid).toBe(uid);
  });

  it('passes on to children what is not ours, the name of the node, the limits, and a log level that all know', () => {
    const { inherited } = readEnvironment({
      PATH: '/bin',
      MEMWARDEN_HTTP_LISTEN: '0.0.0.0:80',
      MEMWARDEN_REDIS_URL: 'redis://elsewhere',
      MEMWARDEN_NODE_NAME: 'n1',
      MEMWARDEN_LOG_LEVEL: 'debug',
      MEMWARDEN_LIMITS: 'perNode=1',
    });
    expect(inherited).toEqual({
      PATH: '/bin',
      MEMWARDEN_NODE_NAME: 'n1',
      MEMWARDEN_LOG_LEVEL: 'debug',
      MEMWARDEN_LIMITS: 'perNode=1',
    });
    expect(readEnvironment({ MEMWARDEN_LOG_LEVEL: 'chatty' }).inherited).toEqual({});
  });

  it.each([
    [{ USER: 'ann' }, 'ann'],
    [{ USER: 'root', SUDO_USER: 'ann' }, 'ann'],
    [{ USER: 'a\nb' }, undefined],
    [{ MEMWARDEN_TOKEN_HOLDER: 'somebody' }, undefined],
  ])('says who starts it: %j', (env, name) => {
    expect(readEnvironment(env).inherited['MEMWARDEN_TOKEN_HOLDER']).toBe(name);
  });
});
