import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidValue, NotFound, Stalled, Unavailable } from '#contracts/errors';
import type { HistorySource } from '#contracts/report';
import { AgentMessage, HistoryFailure } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerHistory } from './history-answerer.js';
import { HistoryDesk } from './history-desk.js';

const LIST: NonNullable<wire.HistoryRequest['body']> = { $case: 'list', value: {} };

function desk() {
  const sent: wire.HistoryRequest[] = [];
  const made = new HistoryDesk({ node: 'a', deadlineMs: 5000, send: (request) => sent.push(request) });
  return { desk: made, sent };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('HistoryDesk: every question ends', () => {
  it('with its own answer, whatever the order', async () => {
    const { desk: open, sent } = desk();
    const [first, second] = [open.ask(LIST), open.ask(LIST)];
    const answer = (i: number, id: string) => {
      const body = { $case: 'failure' as const, value: HistoryFailure.HISTORY_FAILURE_NOT_FOUND };
      open.answer({
        requestId: sent[i]!.requestId,
        body: id === '' ? body : { $case: 'list', value: { items: [] } },
      });
    };
    answer(1, 'x');
    answer(0, '');
    answer(0, 'too late');
    await expect(second).resolves.toMatchObject({ $case: 'list' });
    await expect(first).rejects.toThrow(NotFound);
  });

  it('in time, or as stalled', async () => {
    const { desk: open } = desk();
    const asked = open.ask(LIST).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(5000);
    expect(await asked).toBeInstanceOf(Stalled);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('with its session', async () => {
    const { desk: open } = desk();
    const asked = open.ask(LIST).catch((error: unknown) => error);
    open.close();
    expect(await asked).toBeInstanceOf(Unavailable);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('at once, when 64 are open', async () => {
    const { desk: open, sent } = desk();
    const asked = Array.from({ length: 64 }, () => open.ask(LIST).catch(() => undefined));
    await expect(open.ask(LIST)).rejects.toThrow('64 questions');
    expect(sent).toHaveLength(64);
    open.close();
    await Promise.all(asked);
  });

  it.each([
    [HistoryFailure.HISTORY_FAILURE_TOO_LARGE, 'ask for less'],
    [HistoryFailure.HISTORY_FAILURE_FAILED, "the agent's log"],
    [HistoryFailure.UNRECOGNIZED, "the agent's log"],
  ])('with what the agent says is wrong: %s', async (value, text) => {
    const { desk: open, sent } = desk();
    const asked = open.ask(LIST);
    open.answer({ requestId: sent[0]!.requestId, body: { $case: 'failure', value } });
    await expect(asked).rejects.toThrow(text);
  });

  it('even when the answer is empty', async () => {
    const { desk: open, sent } = desk();
    const asked = open.ask(LIST);
    open.answer({ requestId: sent[0]!.requestId });
    await expect(asked).rejects.toThrow(InvalidValue);
  });
});

describe('answerHistory', () => {
  const decoded = (source: HistorySource, body: wire.HistoryRequest['body'], most = 10_000) => {
    const message = AgentMessage.decode(answerHistory(source, { requestId: 7, deadlineMs: 1, body }, most));
    return message.body?.value;
  };
  const failure = (value: HistoryFailure) => ({ requestId: 7, body: { $case: 'failure', value } });
  const series = {
    id: 's',
    node: 'a',
    device: 'host',
    holder: null,
    quantity: 'used' as const,
    name: 'x'.repeat(100),
    firstAtMs: 0,
    lastAtMs: 0,
    lastBytes: 0,
    limitBytes: null,
  };

  it('says so when there is nothing, too much, trouble, or a question of a later version', () => {
    const source: HistorySource = {
      list: () => Array.from({ length: 1000 }, () => series),
      read: (id) => {
        if (id === 'trouble') throw new RangeError('disk');
        return null;
      },
    };
    const read = (id: string) => ({ $case: 'read' as const, value: { id, fromMs: 0, toMs: 1 } });
    expect(decoded(source, LIST)).toEqual(failure(HistoryFailure.HISTORY_FAILURE_TOO_LARGE));
    expect(decoded(source, LIST, 10 ** 7)).toMatchObject({ requestId: 7, body: { $case: 'list' } });
    expect(decoded(source, read('none'))).toEqual(failure(HistoryFailure.HISTORY_FAILURE_NOT_FOUND));
    expect(decoded(source, read('trouble'))).toEqual(failure(HistoryFailure.HISTORY_FAILURE_FAILED));
    expect(decoded(source, undefined)).toEqual(failure(HistoryFailure.HISTORY_FAILURE_FAILED));
  });
});
