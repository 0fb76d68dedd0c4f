/*
 * A real Redis of a test's own, on a unix socket in a folder of its own. It ends with the test.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class RedisServer implements AsyncDisposable {
  #child: ChildProcess | null = null;

  private constructor(readonly folder: string) {}

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await mkdtemp(join(tmpdir(), 'mw-redis-')));
    await server.run();
    return server;
  }

  get url(): string {
    return `unix://${this.folder}/redis.sock`;
  }

  /** Starts it (again) on the same socket and data. Resolves when it takes commands. */
  async run(): Promise<void> {
    const settings = ['--port', '0', '--unixsocket', 'redis.sock', '--save', '', '--appendonly', 'yes'];
    const child = spawn('redis-server', settings, { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.includes('eady to accept connections')) break;
    }
    if (!said.includes('eady to accept connections')) throw new Error(`redis-server did not start: ${said}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Stops answering without closing anything: a machine that hangs. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
