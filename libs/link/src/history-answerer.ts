/*
 * Answers the controller's questions from this node's history. Every question gets an answer, a failure if need be.
 */
import type { HistorySource } from '#contracts/report';
import { AgentMessage, HistoryFailure } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { historyToWire, seriesToWire } from './wire-history.js';

type Body = NonNullable<wire.HistoryAnswer['body']>;

const failed = (value: HistoryFailure): Body => ({ $case: 'failure', value });

export function answerHistory(
  source: HistorySource,
  { requestId, body }: wire.HistoryRequest,
  maxBytes: number,
): Uint8Array {
  const encode = (answer: Body): Uint8Array =>
    AgentMessage.encode({ body: { $case: 'answer', value: { requestId, body: answer } } }).finish();
  const bytes = encode(bodyOf(source, body));
  return bytes.length <= maxBytes ? bytes : encode(failed(HistoryFailure.HISTORY_FAILURE_TOO_LARGE));
}

function bodyOf(source: HistorySource, body: wire.HistoryRequest['body']): Body {
  try {
    if (body?.$case === 'list') return list(source, body.value);
    if (body?.$case === 'read') return read(source, body.value);
  } catch {
    // The source's own trouble is for the agent's health; the asker only needs to know that there is none.
  }
  return failed(HistoryFailure.HISTORY_FAILURE_FAILED);
}

function list(source: HistorySource, { device, holder }: wire.ListSeries): Body {
  const filter = { ...(device === undefined ? {} : { device }), ...(holder === undefined ? {} : { holder }) };
  return { $case: 'list', value: { items: source.list(filter).map(seriesToWire) } };
}

function read(source: HistorySource, { id, fromMs, toMs }: wire.ReadSeries): Body {
  const history = source.read(id, { fromMs, toMs });
  if (history === null) return failed(HistoryFailure.HISTORY_FAILURE_NOT_FOUND);
  return { $case: 'history', value: historyToWire(history) };
}
