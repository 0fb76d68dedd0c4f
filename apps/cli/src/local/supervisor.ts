/*
 * Local mode: Redis, then the controller, then the agent, kept running until a signal. One way through:
 * starting -> ready -> stopping -> stopped; a failure while starting, or a child given up, goes to stopping as well.
 */
import { join } from 'node:path';
import type { Clock } from '#contracts/clock';
import { Unavailable } from '#contracts/errors';
import { ManagedChild, type ChildName, type ChildNews, type ChildSpec } from './child.js';
import { LogFile } from './log-file.js';
import { diskNews } from './redis/server.js';

/** Together less than the 5 s in which everything must have ended. */
const SERVICES_GRACE_MS = 3_000;
const REDIS_GRACE_MS = 1_500;

const TITLES: Readonly<Record<ChildName, string>> = {
  redis: 'Redis',
  controller: 'The controller',
  agent: 'The agent',
};

const PORT_IN_USE = ' With a flag: --port N ("npm start -- --port 0").';

export type LocalNews =
  | { readonly kind: 'Ready'; readonly port: number; readonly tookMs: number }
  | { readonly kind: 'Ended'; readonly child: ChildName; readonly how: string; readonly restartInMs: number }
  | { readonly kind: 'Back'; readonly child: ChildName }
  | { readonly kind: 'DiskFull'; readonly child: ChildName }
  | { readonly kind: 'Stopping' };

export interface SupervisorOptions {
  /** In the order of their start. */
  readonly children: readonly ChildSpec[];
  readonly launcher: string;
  readonly logDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Where the controller listens, as soon as it does: a restart must listen there, too. */
  readonly listening: (port: number) => Promise<void>;
  /** Done when the agent's first ledger can be asked for. */
  readonly reported: () => Promise<void>;
  readonly tell: (news: LocalNews) => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children: ManagedChild[] = [];
  readonly #logs: LogFile[] = [];
  readonly #diskFull = new Set<ChildName>();
  readonly #broken = Promise.withResolvers<never>();
  #waiter: Waiter | undefined;
  #port = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#broken.promise.catch(() => undefined);
  }

  /**
   * Done when everything has ended because `signal` asked for it.
   * @throws {Unavailable} when a child could not be started or was given up; everything has ended then, too
   */
  async run(signal: AbortSignal): Promise<void> {
    const asked = aborted(signal);
    try {
      await Promise.race([this.#serve(), asked, this.#broken.promise]);
    } finally {
      this.#options.tell({ kind: 'Stopping' });
      await this.#stop();
    }
  }

  async #serve(): Promise<never> {
    const startedMs = this.#options.clock.monotonicMs();
    for (const spec of this.#options.children) await this.#start(spec);
    await this.#options.reported();
    const tookMs = Math.round(this.#options.clock.monotonicMs() - startedMs);
    this.#options.tell({ kind: 'Ready', port: this.#port, tookMs });
    return this.#broken.promise;
  }

  async #start(spec: ChildSpec): Promise<void> {
    const log = new LogFile(join(this.#options.logDir, `${spec.name}.log`));
    this.#logs.push(log);
    const { launcher, environment, clock } = this.#options;
    const tell = (news: ChildNews): void => this.#hear(spec.name, news, log);
    const child = new ManagedChild(spec, { launcher, environment, clock, log, tell });
    this.#children.push(child);
    const ready = new Promise<void>((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
    void child.keepRunning();
    await ready;
    this.#waiter = undefined;
  }

  #hear(child: ChildName, news: ChildNews, log: LogFile): void {
    switch (news.kind) {
      case 'Ready':
        void this.#ready(child, news.port);
        return;
      case 'Said':
        this.#hearOfDisk(child, news.text);
        return;
      case 'Ended':
        this.#options.tell({ ...news, child });
        return;
      case 'Failed':
        this.#fail(child, news, log);
    }
  }

  #hearOfDisk(child: ChildName, text: string): void {
    const disk = diskNews(text);
    if (disk === 'full' && !this.#diskFull.has(child)) {
      this.#diskFull.add(child);
      this.#options.tell({ kind: 'DiskFull', child });
    }
    if (disk === 'free' && this.#diskFull.delete(child)) this.#options.tell({ kind: 'Back', child });
  }

  async #ready(child: ChildName, port: number | undefined): Promise<void> {
    this.#diskFull.delete(child);
    if (port !== undefined && child === 'controller') {
      this.#port = port;
      await this.#options.listening(port);
    }
    if (this.#waiter === undefined) this.#options.tell({ kind: 'Back', child });
    else this.#waiter.resolve();
  }

  /** What a child says itself is enough; how it ended is not. */
  #fail(child: ChildName, news: { code: string; message: string }, log: LogFile): void {
    const isSaid = !['GaveUp', 'NotPrepared'].includes(news.code);
    const next = news.code === 'PortInUse' ? PORT_IN_USE : '';
    const error = new Unavailable(
      isSaid ? `${news.message}${next}` : `${TITLES[child]} does not run: ${withLog(news.message, log)}`,
    );
    this.#waiter?.reject(error);
    this.#broken.reject(error);
  }

  /** Redis last: the others write to it while they end. */
  async #stop(): Promise<void> {
    const services = this.#children.filter((child) => child.name !== 'redis');
    const redis = this.#children.filter((child) => child.name === 'redis');
    await Promise.all(services.map((child) => child.stop(SERVICES_GRACE_MS)));
    await Promise.all(redis.map((child) => child.stop(REDIS_GRACE_MS)));
    for (const log of this.#logs) log[Symbol.dispose]();
  }
}

function withLog(message: string, log: LogFile): string {
  const lines = log.tail.trimEnd().split('\n').slice(-5);
  const said =
    lines.join('').trim() === '' ? '' : `\nIt last said:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return `${message}${said}\nMore is in ${log.path}.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
