import { describe, expect, it } from '@jest/globals';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import { Conflict, StoreUnavailable } from '#contracts/store';
import {
  AlreadyExists,
  ApiUnavailable,
  errorOf,
  Expired,
  Forbidden,
  Rejected,
  type Answer,
} from './errors.js';
import { isCertificateFailure, neverSent } from './failures.js';

function answer(code: number, more: Partial<Answer> = {}): Answer {
  return { code, status: {}, retryAfterMs: null, isWrite: true, what: 'create things a', ...more };
}

describe('errorOf', () => {
  it.each([
    [answer(400), Rejected],
    [answer(401), Forbidden],
    [answer(403), Forbidden],
    [answer(404), NotFound],
    [answer(409), Conflict],
    [answer(409, { status: { reason: 'AlreadyExists' } }), AlreadyExists],
    [answer(410), Expired],
    [answer(413), Rejected],
    [answer(422), Rejected],
    [answer(429), ApiUnavailable],
    [answer(500), ApiUnavailable],
    [answer(503), ApiUnavailable],
    [answer(302), ApiUnavailable],
  ])('says what %j means', (given, expected) => {
    const error = errorOf(given);
    expect(error).toBeInstanceOf(expected);
    expect(error.message).toContain('create things a');
  });

  it('is of the classes that contracts know', () => {
    expect(errorOf(answer(422))).toBeInstanceOf(InvalidValue);
    expect(errorOf(answer(403))).toBeInstanceOf(Unavailable);
    expect(errorOf(answer(503))).toBeInstanceOf(StoreUnavailable);
  });

  it('knows after which answers it is not known whether a write was done', () => {
    const isUnresolved = (given: Answer): boolean => (errorOf(given) as ApiUnavailable).isUnresolved;
    expect(isUnresolved(answer(500))).toBe(true);
    expect(isUnresolved(answer(504))).toBe(true);
    expect(isUnresolved(answer(429))).toBe(false);
    expect(isUnresolved(answer(500, { isWrite: false }))).toBe(false);
  });

  it('names each field that is wrong', () => {
    const causes = [{ field: 'spec.a', message: 'too long' }, { message: 7 }];
    const error = errorOf(answer(422, { status: { message: 'bad', details: { causes } } })) as Rejected;
    expect(error.problems).toEqual([
      { path: 'spec.a', message: 'too long' },
      { path: '', message: '' },
    ]);
  });

  it('takes a namespace that is ending for what it is, and not for a missing right', () => {
    const status = { details: { causes: [{ reason: 'NamespaceTerminating' }] } };
    expect(errorOf(answer(403, { status }))).toBeInstanceOf(Rejected);
  });

  it('keeps texts bounded', () => {
    const error = errorOf(answer(500, { status: { message: 'x'.repeat(1_000_000) } }));
    expect(error.message.length).toBeLessThan(2000);
  });
});

describe('failures', () => {
  it.each([
    ['ECONNREFUSED', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['CERT_HAS_EXPIRED', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', true],
    ['ECONNRESET', false],
    ['UND_ERR_SOCKET', false],
    ['UND_ERR_HEADERS_TIMEOUT', false],
    [undefined, false],
  ])('knows of %s whether the server can have seen it', (code, isSafe) => {
    expect(neverSent(Object.assign(new TypeError('x'), { code }))).toBe(isSafe);
  });

  it('knows a certificate that is not trusted', () => {
    expect(isCertificateFailure({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })).toBe(true);
    expect(isCertificateFailure(new TypeError('x'))).toBe(false);
  });
});
