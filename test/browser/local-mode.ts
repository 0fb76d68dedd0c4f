/*
 * `memwarden local` as a user starts it, for one test: a free port, a state folder of its own, ended by SIGTERM.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Unavailable } from '#contracts/errors';

const COMMAND = join(import.meta.dirname, '../../bin/memwarden');

export interface LocalMode extends AsyncDisposable {
  /** With the token: what a user opens. */
  readonly url: string;
  /** `exitCode`, once it has ended. */
  stop(): Promise<number | null>;
}

interface Line {
  readonly event?: string;
  readonly url?: string;
}

/** `files`: by path below the state folder, there before it starts. */
export async function startLocalMode(
  sampleSeconds: number,
  files: Readonly<Record<string, string>> = {},
): Promise<LocalMode> {
  const state = await mkdtemp(join(tmpdir(), 'memwarden-browser-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(state, path)), { recursive: true, mode: 0o700 });
    await writeFile(join(state, path), content, { mode: 0o600 });
  }
  const flags = ['--port', '0', '--json', '--sample-seconds', String(sampleSeconds), '--state-dir', state];
  const child = spawn(COMMAND, ['local', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(state, { recursive: true, force: true });
    return child.exitCode;
  };
  try {
    return {
      url: await readyUrl(child),
      stop,
      [Symbol.asyncDispose]: async () => {
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  if (child.stdout === null) throw new Unavailable('Local mode has no standard output to read.');
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as Line;
    if (message.event === 'ready' && message.url !== undefined) return message.url;
  }
  throw new Unavailable(`Local mode ended before it was ready: ${said.join('').slice(-2000)}`);
}
