/*
 * A desk on a folder of its own, with the real journal, files and kernel, and processes to give orders about.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '#contracts/clock';
import type {
  ActingTerms,
  AgentVeto,
  Order,
  OrderAnswer,
  OrderAnswers,
  OrderOutcome,
} from '#contracts/order';
import { FileLock, NativeHostScanner } from '#native';
import { AllowFile } from '../src/orders/allow-file.js';
import { Freezer } from '../src/orders/freezer.js';
import { OrderDesk, type OrderDeskParts } from '../src/orders/order-desk.js';
import { OrderJournal } from '../src/orders/order-journal.js';
import { Performer, type PerformerParts } from '../src/orders/performer.js';
import { PodBook } from '../src/attribute/pod-book.js';
import { PodsHere } from '../src/orders/pods-here.js';
import { ProcessFiles } from '../src/orders/process-files.js';
import { Recipients } from '../src/orders/recipient.js';
import { StopFile } from '../src/orders/stop-file.js';
import { parseYaml } from '../src/orders/yaml.js';
import { NativeHandles } from '../src/wiring/native-handles.js';

export const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
export const POLICY = { name: 'caches', uid: 'u1', generation: 2 } as const;
export const TERMS: ActingTerms = { epoch: 5, paused: false, policies: [{ ...POLICY, mode: 'Enforce' }] };
/** Everything that an order could wish for, root too. */
export const ALLOW_ALL = {
  version: 1,
  acts: {
    Notify: [
      {
        uids: [0, 1000, 65534],
        signals: ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGRTMIN+3'],
        ports: ['1024-65535'],
      },
    ],
  },
  ratePerMinute: 60,
};
const NOBODY_STARTED_ME = { agent: 2 ** 30, supervisor: null };

export function scratchFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'mw-desk-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export class Answers implements OrderAnswers {
  readonly all: OrderAnswer[] = [];
  readonly vetoes: AgentVeto[] = [];
  #wake: (() => void)[] = [];

  answer(answer: OrderAnswer): void {
    this.all.push(answer);
    for (const wake of this.#wake.splice(0)) wake();
  }
  vetoChanged(veto: AgentVeto): void {
    this.vetoes.push(veto);
  }
  async of(orderId: string, times = 1): Promise<OrderOutcome> {
    for (;;) {
      const found = this.all.filter((answer) => answer.orderId === orderId)[times - 1];
      if (found !== undefined) return found.outcome;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

export interface DeskOptions {
  readonly allow?: unknown;
  readonly clock?: Clock;
  readonly parts?: Partial<OrderDeskParts>;
  readonly performer?: Partial<PerformerParts>;
  readonly terms?: ActingTerms | null;
}

export interface TestDesk extends AsyncDisposable {
  readonly desk: OrderDesk;
  readonly journal: OrderJournal;
  readonly answers: Answers;
  readonly allowFile: string;
  readonly stopFile: string;
}

/** Started, with terms in force. */
export async function deskIn(folder: string, options: DeskOptions = {}): Promise<TestDesk> {
  const [allowFile, stopFile] = [join(folder, 'allow.yaml'), join(folder, 'STOP')];
  if (options.allow !== null)
    writeFileSync(allowFile, JSON.stringify(options.allow ?? ALLOW_ALL), { mode: 0o600 });
  const scanner = new NativeHostScanner({ procRoot: '/proc' });
  const journal = new OrderJournal({
    path: join(folder, 'orders.journal'),
    lock: (path) => FileLock.acquire(path),
  });
  const desk = new OrderDesk({
    journal,
    allow: new AllowFile(allowFile, process.geteuid?.() ?? 0, parseYaml),
    stop: new StopFile(stopFile),
    performer: performerOf(scanner, options.performer),
    clock: options.clock ?? systemClock,
    bootId: BOOT,
    placeTrouble: null,
    ...options.parts,
  });
  const answers = new Answers();
  await desk.start(answers);
  if (options.terms !== null) desk.termsChanged(options.terms ?? TERMS);
  return {
    desk,
    journal,
    answers,
    allowFile,
    stopFile,
    [Symbol.asyncDispose]: async () => {
      await desk.stop();
      await scanner[Symbol.asyncDispose]();
    },
  };
}

function performerOf(scanner: NativeHostScanner, more: Partial<PerformerParts> = {}): Performer {
  const files = new ProcessFiles('/proc');
  const pods = more.pods ?? new PodsHere(new PodBook(), null);
  return new Performer({
    recipients: new Recipients(scanner, files, pods),
    handles: new NativeHandles(),
    files,
    freezer: new Freezer('/proc'),
    own: NOBODY_STARTED_ME,
    pods,
    ...more,
  });
}

export function orderOf(id: string, more: Partial<Order> = {}): Order {
  return {
    id,
    epoch: 5,
    policy: POLICY,
    target: { bootId: BOOT, process: { pid: 1, startTimeTicks: 1 } },
    act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: [] },
    journalId: 'unknown',
    isFirstDelivery: true,
    validForMs: 30_000,
    ...more,
  };
}

export function startTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

export function targetOf(pid: number): Order['target'] {
  return { bootId: BOOT, process: { pid, startTimeTicks: startTicks(pid) } };
}

/** A process that prints lines; ended with its scope. */
export class Program implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #wake: (() => void)[] = [];
  isOver = false;

  constructor(
    command: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
    uid?: number,
    /** A listening socket that it holds, too. */
    listener?: Server,
  ) {
    const [file, ...args] = command;
    this.#child = spawn(file, args, {
      env: { PATH: '/usr/bin:/bin', ...env },
      stdio: ['ignore', 'pipe', 'inherit', ...(listener === undefined ? [] : [descriptorOf(listener)])],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let rest = '';
    this.#child.stdout?.on('data', (piece: Buffer) => {
      const pieces = (rest + piece.toString()).split('\n');
      rest = pieces.pop() ?? '';
      this.lines.push(...pieces);
      for (const wake of this.#wake.splice(0)) wake();
    });
    this.#child.once('close', () => {
      this.isOver = true;
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** False: it ended without. */
  async says(line: string): Promise<boolean> {
    while (!this.lines.includes(line)) {
      if (this.isOver) return false;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    return true;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isOver) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

function descriptorOf(server: Server): number {
  return (server as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

/** Perl: small, quick to start, its handlers are the kernel's. Says READY, then GOT on the signal. */
export function perl(script: string): [string, ...string[]] {
  return ['perl', '-e', `$|=1; ${script}`];
}

export const CATCHES_USR2 = perl(`$SIG{USR2}=sub{print "GOT\\n"}; print "READY\\n"; sleep 1 while 1;`);
