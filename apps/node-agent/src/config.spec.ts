import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { readConfig } from './config.js';

const REQUIRED = {
  MEMWARDEN_CONTROLLER: 'unix:/run/link.sock',
  MEMWARDEN_LINK_TOKEN_FILE: '/run/token',
  MEMWARDEN_STATE_DIR: '/var/lib/memwarden',
};

describe('readConfig', () => {
  it('needs three variables and has a default for every other', () => {
    expect(readConfig(REQUIRED)).toMatchObject({
      controller: 'unix:/run/link.sock',
      samplePeriodMs: 5000,
      procRoot: '/proc',
      cgroupRoot: null,
      httpListen: null,
      nativeLibrary: null,
      logLevel: 'info',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(
      readConfig({ ...REQUIRED, MEMWARDEN_HTTP_LISTEN: '', MEMWARDEN_SAMPLE_SECONDS: '' }),
    ).toMatchObject({
      httpListen: null,
      samplePeriodMs: 5000,
    });
  });

  it.each([
    ['127.0.0.1:8470', { host: '127.0.0.1', port: 8470 }],
    ['[::1]:8470', { host: '::1', port: 8470 }],
  ])('listens at %s', (text, address) => {
    expect(readConfig({ ...REQUIRED, MEMWARDEN_HTTP_LISTEN: text }).httpListen).toEqual(address);
  });

  it.each([
    ['MEMWARDEN_SAMPLE_SECONDS', '0'],
    ['MEMWARDEN_SAMPLE_SECONDS', 'often'],
    ['MEMWARDEN_HTTP_LISTEN', '8470'],
    ['MEMWARDEN_HTTP_LISTEN', 'localhost:99999'],
    ['MEMWARDEN_LOG_LEVEL', 'loud'],
    ['MEMWARDEN_CONTROLLER', ''],
  ])('refuses %s=%j and names it', (name, value) => {
    expect(() => readConfig({ ...REQUIRED, [name]: value })).toThrow(InvalidValue);
    expect(() => readConfig({ ...REQUIRED, [name]: value })).toThrow(name);
  });
});
