import { describe, expect, it } from '@jest/globals';
import type { ArgumentsHost } from '@nestjs/common';
import { Stalled } from '#contracts/errors';
import { Busy } from '#resources';
import { ProblemFilter } from './problem.js';

function answerTo(error: unknown) {
  const sent: { status?: number; headers: Record<string, unknown> } = { headers: {} };
  const reply = {
    status: (status: number) => {
      sent.status = status;
      return reply;
    },
    header: (name: string, value: unknown) => {
      sent.headers[name] = value;
      return reply;
    },
    send: () => reply,
  };
  const host = { switchToHttp: () => ({ getResponse: () => reply, getRequest: () => ({}) }) };
  new ProblemFilter().catch(error, host as unknown as ArgumentsHost);
  return sent;
}

describe('what is not asked for a while', () => {
  it('is 503, and says after how many seconds it will be', () => {
    expect(answerTo(new Busy('', 9_001))).toMatchObject({ status: 503, headers: { 'retry-after': 10 } });
  });

  it('says no time that nobody knows', () => {
    expect(answerTo(new Busy('')).headers).not.toHaveProperty('retry-after');
    expect(answerTo(new Stalled(''))).toMatchObject({ status: 504 });
  });
});
