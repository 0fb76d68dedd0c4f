import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactLog, redactObject, redactText, REMOVED } from './redact.js';

const JWT = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl-_x';
const PLANTED = 'Xq7-planted_S3cret';

describe('texts', () => {
  it.each([
    [`authorization: Bearer ${PLANTED}`],
    [`Authorization: Basic ${PLANTED}==`],
    [`"password":"${PLANTED}"`],
    [`password=${PLANTED}`],
    [`redis-password: ${PLANTED}`],
    [`MEMWARDEN_REDIS_PASSWORD=${PLANTED}`],
    [`"apiKey": "${PLANTED} with spaces"`],
    [`http://127.0.0.1:8460/?token=${PLANTED}`],
    [`{"url":"http://127.0.0.1:8460/?token=${PLANTED}","a":1}`],
    [`rediss://user:${PLANTED}@redis:6379/0`],
    [`rediss://:${PLANTED}@redis:6379`],
    [`set-cookie: ${PLANTED}; HttpOnly`],
    [`clientSecret='${PLANTED}'`],
    [`--token ${JSON.stringify(PLANTED)}`],
    [`memwarden top --token ${PLANTED}`],
    [`{"msg":"{\\"password\\":\\"${PLANTED}\\"}"}`],
    [`token="${PLANTED} and the line was cut`],
    [`"secret":"a\\"${PLANTED}"`],
    [`-----BEGIN EC PRIVATE KEY-----\n${PLANTED}\n-----END EC PRIVATE KEY-----`],
    [`-----BEGIN PRIVATE KEY-----\n${PLANTED} and no end`],
  ])('%s', (text) => {
    const redacted = redactText(`before ${text} after\n`);
    expect(redacted).not.toContain(PLANTED);
    expect(redacted).toContain('before');
    expect(redacted).toContain(REMOVED);
  });

  it('lose every token of a ServiceAccount, wherever it stands', () => {
    expect(redactText(`error: ${JWT}, again "${JWT}"`)).toBe(`error: ${REMOVED}, again "${REMOVED}"`);
  });

  it('lose what is known literally, but no words', () => {
    expect(redactText(`x${PLANTED}y`, [PLANTED, 'x', ''])).toBe(`x${REMOVED}y`);
  });

  it.each([
    'the token was refused',
    'no password is needed here',
    'image memwarden@sha256:3f2c9a103f2c9a103f2c9a103f2c9a103f2c9a103f2c9a103f2c9a103f2c9a10',
    'http://127.0.0.1:8460/api/v1/nodes',
    '{"level":"info","msg":"agent connected","node":"node-a","bootId":"3f2c9a10-0000-4000-8000-000000000000"}',
    'token: null, password=',
    'rows: 12, tokens: 3',
  ])('stay as they are: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('are the same when they are redacted twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = redactText(text);
        expect(redactText(once)).toBe(once);
      }),
    );
  });

  it.each([
    ['a'.repeat(400_000)],
    ['token '.repeat(60_000)],
    ['x-'.repeat(200_000)],
    ['eyJ-'.repeat(100_000)],
    ['token="'.repeat(50_000)],
    ["token='\\".repeat(50_000)],
    ['-----BEGIN PRIVATE KEY-----'.repeat(10_000)],
    ['a://'.repeat(100_000)],
    [`bearer ${' '.repeat(300_000)}`],
    ['--token- '.repeat(40_000)],
  ])('of any kind are done in time that is linear in them', (text) => {
    const took = (given: string): number => {
      const start = process.hrtime.bigint();
      redactText(given);
      return Number(process.hrtime.bigint() - start) / 1e6;
    };
    expect(took(text)).toBeLessThan(2000);
  });

  it('that are logs are redacted line by line, JSON as the objects that they are', () => {
    const line = JSON.stringify({ level: 'info', token: `a"b${PLANTED}`, msg: 'x' });
    expect(redactLog(`${line}\nplain password=${PLANTED}\n{no json\n`)).toBe(
      `{"level":"info","token":"${REMOVED}","msg":"x"}\nplain password=${REMOVED}\n{no json\n`,
    );
  });
});

describe('objects', () => {
  it('lose values of secrets, managed fields, foreign annotations and environments', () => {
    const object = {
      metadata: {
        name: 'x',
        managedFields: [{ manager: PLANTED }],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': `{"env":"${PLANTED}"}`,
          'example.com/note': PLANTED,
          'memwarden.dev/notify-signal': 'SIGUSR2',
        },
      },
      spec: {
        env: [
          { name: 'DATABASE', value: PLANTED },
          { name: 'MEMWARDEN_MAX_MODE', value: 'DryRun' },
          { name: 'MEMWARDEN_REDIS_PASSWORD', value: PLANTED },
          { name: 'MEMWARDEN_REDIS_URL', value: `redis://:${PLANTED}@redis:6379` },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'the-secret', key: 'password' } } },
        ],
        password: PLANTED,
        auth: { clientSecret: PLANTED, pin: 1234, accessKey: 12345678 },
        args: ['--token', PLANTED, `--password=${PLANTED}`, '--port', '80'],
        secretName: 'memwarden-link-tls',
        automountServiceAccountToken: false,
      },
    };
    const redacted = redactObject(object);
    expect(JSON.stringify(redacted)).not.toContain(PLANTED);
    expect(redacted).toMatchObject({
      metadata: {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': REMOVED,
          'example.com/note': REMOVED,
          'memwarden.dev/notify-signal': 'SIGUSR2',
        },
      },
      spec: {
        env: [
          { name: 'DATABASE', value: REMOVED },
          { name: 'MEMWARDEN_MAX_MODE', value: 'DryRun' },
          { name: 'MEMWARDEN_REDIS_PASSWORD', value: REMOVED },
          { name: 'MEMWARDEN_REDIS_URL', value: `redis://${REMOVED}@redis:6379` },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'the-secret', key: 'password' } } },
        ],
        auth: { pin: 1234, accessKey: REMOVED },
        secretName: 'memwarden-link-tls',
        automountServiceAccountToken: false,
      },
    });
    expect(redacted).not.toHaveProperty('metadata.managedFields');
  });

  it('keep their shape otherwise', () => {
    const harmless = fc.constantFrom('name', 'node', 'bytes', 'items', 'status');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom('', 'node-a', 'a b'),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(harmless, tie('any'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(fc.property(value, (one) => expect(redactObject(one)).toEqual(one)));
  });

  it('that are too deep have an end', () => {
    let deep: unknown = PLANTED;
    for (let at = 0; at < 10_000; at += 1) deep = [deep];
    expect(JSON.stringify(redactObject(deep))).not.toContain(PLANTED);
  });
});
