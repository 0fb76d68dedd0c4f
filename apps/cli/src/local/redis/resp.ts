/*
 * As much of the Redis protocol as it takes to ask a server whether it is there: a few commands, simple and bulk
 * answers, one deadline.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Stalled, Unavailable } from '#contracts/errors';

const MAX_ANSWER_BYTES = 64 * 1024;

/** @returns one answer per command; an error answer is a string that starts with '-' */
export async function ask(
  url: URL,
  commands: readonly (readonly string[])[],
  timeoutMs: number,
): Promise<string[]> {
  const socket = open(url);
  socket.setTimeout(timeoutMs);
  const deadline = AbortSignal.timeout(timeoutMs);
  deadline.addEventListener('abort', () => socket.destroy(new Stalled('It did not answer in time.')));
  try {
    socket.write([...login(url), ...commands].map(encode).join(''));
    const answers = await readAnswers(socket, login(url).length + commands.length);
    return answers.slice(login(url).length);
  } finally {
    socket.destroy();
  }
}

function open(url: URL): Socket {
  if (url.protocol === 'unix:') return connect(decodeURIComponent(url.pathname));
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  const port = url.port === '' ? 6379 : Number(url.port);
  return url.protocol === 'rediss:' ? connectTls({ host, port, servername: host }) : connect({ host, port });
}

function login(url: URL): string[][] {
  if (url.password === '') return [];
  const password = decodeURIComponent(url.password);
  return [url.username === '' ? ['AUTH', password] : ['AUTH', decodeURIComponent(url.username), password]];
}

function encode(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

async function readAnswers(socket: Socket, count: number): Promise<string[]> {
  let received = '';
  for await (const chunk of socket) {
    received += (chunk as Buffer).toString('latin1');
    if (received.length > MAX_ANSWER_BYTES) break;
    const answers = parse(received);
    if (answers.length >= count) return answers;
  }
  throw new Unavailable('It closed the connection.');
}

/** The whole answers at the start of what was received. */
export function parse(received: string): string[] {
  const answers: string[] = [];
  let at = 0;
  for (;;) {
    const end = received.indexOf('\r\n', at);
    if (end < 0) return answers;
    const line = received.slice(at, end);
    at = end + 2;
    if (!line.startsWith('$')) {
      answers.push(line.startsWith('-') ? line : line.slice(1));
      continue;
    }
    const length = Math.max(0, Number(line.slice(1)));
    if (received.length < at + length + 2) return answers;
    answers.push(received.slice(at, at + length));
    at += length + 2;
  }
}
