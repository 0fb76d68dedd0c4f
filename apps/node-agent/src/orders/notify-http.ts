/*
 * Asks a process over HTTP: one POST to the port that it opted in with, on 127.0.0.1 of its own network namespace. A
 * process has to hold the listening socket itself: what others listen on is never asked. No redirect is followed, at most
 * 1 KiB is read, 2 s are waited; what was written and not answered is never written again.
 */
import { connect, Socket } from 'node:net';
import { MemwardenError } from '#contracts/errors';
import type { OrderOutcome, PolicyRef } from '#contracts/order';
import { postOnce, type Exchange } from './http-exchange.js';
import { NotPermitted } from './process-handle.js';
import { printable, type Refusal } from './signal-rules.js';
import { lastLook, type Subject } from './subject.js';

/** Together the 2 s. Loopback connects at once, or its queue is full. */
const CONNECT_MS = 500;
const ANSWER_MS = 1_500;

export async function notifyByHttp(subject: Subject, policy: PolicyRef): Promise<OrderOutcome> {
  const { optIn, facts } = subject;
  const { port, path } = optIn;
  if (port === null) return refused('NotOptedIn', 'The process names no port.');
  let socket: Socket;
  try {
    socket = await connectionTo(subject, port);
  } catch (error) {
    return notConnected(error);
  }
  const refusal = await refusalNow(subject);
  if (refusal !== null) {
    socket.destroy();
    return { kind: 'Refused', ...refusal };
  }
  const body = JSON.stringify({ reason: `policy ${policy.name}` });
  const exchange = await postOnce(socket, { port, path, body }, ANSWER_MS);
  return outcomeOf(exchange, `127.0.0.1:${port}${path} of process ${facts.pid} (${printable(facts.comm)})`);
}

/** With the connection made: it went to who listened then, and nothing was written yet. */
async function refusalNow(subject: Subject): Promise<Refusal | null> {
  const { handle } = subject;
  const refusal = await refusalOfForeignPort(subject);
  if (handle.hasEnded()) return { reason: 'TargetGone', detail: 'The process ended before it was asked.' };
  if (refusal !== null) return refusal;
  const seen = lastLook(subject);
  return 'reason' in seen ? seen : null;
}

/** Whoever names another one's port would make this agent ask that one. Null: the port is the process' own. */
export async function refusalOfForeignPort({ files, facts, optIn }: Subject): Promise<Refusal | null> {
  const { port } = optIn;
  try {
    if (port === null || (await files.listensOn(facts.pid, port))) return null;
  } catch (error) {
    if (!(error instanceof MemwardenError)) throw error;
  }
  const detail = `Process ${facts.pid} (${printable(facts.comm)}) does not listen on 127.0.0.1:${port} itself: another process, or none, has that port.`;
  return { reason: 'EndpointFailed', detail };
}

/** @throws a defect */
function notConnected(error: unknown): OrderOutcome {
  if (error instanceof NotPermitted) return refused('NotPermitted', error.message);
  if (error instanceof MemwardenError) return refused('EndpointFailed', error.message);
  throw error;
}

function outcomeOf(exchange: Exchange, where: string): OrderOutcome {
  if (exchange.kind === 'NotWritten') return refused('EndpointFailed', `${where}: ${exchange.why}.`);
  if (exchange.kind === 'NoAnswer')
    return {
      kind: 'Unknown',
      reason: 'NoAnswer',
      detail: `${where} was asked and did not answer: ${exchange.why}.`,
    };
  // Whatever it answered, it was told: what it did then is measured, not believed.
  return { kind: 'Executed', detail: `${where} answered ${exchange.status}.` };
}

async function connectionTo({ files, facts, handle }: Subject, port: number): Promise<Socket> {
  if (!(await files.sharesNetwork(facts.pid)))
    return new Socket({ fd: await handle.connectLoopback(port, CONNECT_MS), readable: true, writable: true });
  const socket = connect({ host: '127.0.0.1', port, autoSelectFamily: false });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new NotAccepted(`127.0.0.1:${port} did not accept within ${CONNECT_MS} ms.`));
  }, CONNECT_MS);
  socket.once('connect', () => resolve(undefined));
  socket.once('error', (error) =>
    reject(new NotAccepted(`127.0.0.1:${port} does not accept: ${error.message}`)),
  );
  try {
    await promise;
    return socket;
  } finally {
    clearTimeout(timer);
  }
}

class NotAccepted extends MemwardenError {
  override readonly code = 'NotAccepted';
}

function refused(
  reason: 'NotOptedIn' | 'NotPermitted' | 'EndpointFailed' | 'TargetGone',
  detail: string,
): OrderOutcome {
  return { kind: 'Refused', reason, detail };
}
