/*
 * The agent's end after a failure while a thread of its pool waits for a file that never answers: Node's own exit
 * would wait for that thread, and a supervisor for the agent.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

const AGENT = join(import.meta.dirname, '../../dist/apps/node-agent/src/main.js');
const LIMIT_MS = 5_000;
jest.setTimeout(20_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memwarden-failure-'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  writeFileSync(join(folder, 'token'), 'x'.repeat(43), { mode: 0o600 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface End {
  readonly code: number | null;
  readonly messages: readonly unknown[];
  /** What the logger wrote of errors, which goes to stderr. */
  readonly log: string;
}

/** `script` runs inside the agent before it starts; the FIFO has a reader that waits by then. */
async function agentWith(script: string, tokenFile: string): Promise<End> {
  const stall = `import { open } from 'node:fs'; open(${JSON.stringify(join(folder, 'fifo'))}, 'r', () => {});`;
  const preload = `data:text/javascript,${encodeURIComponent(`${stall} ${script}`)}`;
  const child = spawn(process.execPath, ['--import', preload, AGENT], {
    env: {
      MEMWARDEN_CONTROLLER: `unix:${folder}/nobody.sock`,
      MEMWARDEN_LINK_TOKEN_FILE: join(folder, tokenFile),
      MEMWARDEN_STATE_DIR: folder,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const messages: unknown[] = [];
  let log = '';
  child.on('message', (message) => messages.push(message));
  child.stderr?.on('data', (text: Buffer) => (log += text.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, messages, log };
}

describe('an agent that fails while a kernel file does not answer', () => {
  it('ends when it cannot start, and says why', async () => {
    const { code, messages } = await agentWith('', 'no-token');
    expect(code).toBe(1);
    expect(messages).toEqual([
      {
        event: 'failed',
        code: 'Unavailable',
        message: expect.stringMatching(/link token .* cannot be read/),
      },
    ]);
  });

  it('ends by a defect that nobody caught, and logs where it was', async () => {
    const { code, messages, log } = await agentWith(
      "process.on('newListener', (name) => { if (name === 'SIGTERM') setTimeout(function late() { throw new TypeError('x is undefined'); }, 500); });",
      'token',
    );
    expect(code).toBe(1);
    expect(messages).toContainEqual({ event: 'failed', code: 'Unexpected', message: 'x is undefined' });
    const fatal = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; message: string })
      .find(({ level }) => level === 'fatal');
    expect(fatal?.message).toMatch(/TypeError: x is undefined\n.*late/);
  });
});
